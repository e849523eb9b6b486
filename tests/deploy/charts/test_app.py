"""The generic chart as files: a schema that is one, documentation that is complete, examples that are valid."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from activities.helm import stages

CHART = Path(__file__).parents[3] / "deploy" / "charts" / "app"
SCHEMA: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text())
README = (CHART / "README.md").read_text()
TEMPLATES = sorted((CHART / "templates").glob("*.yaml"))
NAMESPACED = {
    "ConfigMap",
    "CronJob",
    "Deployment",
    "HTTPRoute",
    "Ingress",
    "Job",
    "PersistentVolumeClaim",
    "Service",
    "ServiceAccount",
}
EXAMPLES = re.findall(r"```yaml\n(.*?)```", README, flags=re.DOTALL)


def _parts(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema within a schema."""
    if isinstance(node, dict):
        yield path, node
    entries = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in entries:
        if isinstance(value, dict | list):
            yield from _parts(value, f"{path}/{key}")


def test_the_schema_is_valid_and_takes_no_values_that_say_nothing() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    defaults = yaml.safe_load((CHART / "values.yaml").read_text())
    errors = list(Draft202012Validator(SCHEMA).iter_errors(defaults))
    assert [error.validator for error in errors] == ["minProperties"]
    assert set(defaults) == set(SCHEMA["properties"])


def test_a_component_that_stays_as_it_serves_takes_all_that_speaks_for_every_component() -> None:
    """A value that is added at the top is either part of it, or nothing that a component renders to."""
    of_all = set(SCHEMA["properties"]) - {"components", "route"}
    assert set(SCHEMA["$defs"]["served"]["properties"]) == of_all
    assert set(stages._OF_ALL) == of_all
    kinds = [SCHEMA["$defs"][kind]["properties"] for kind in ("worker", "cron", "job")]
    assert all("served" in properties and "imageFrom" in properties for properties in kinds)


def test_every_object_of_the_schema_is_closed() -> None:
    """Only `global` is open, since a release's other charts share it."""
    tested = {"if", "not"}
    open_ones = [
        path
        for path, part in _parts(SCHEMA)
        if part.get("type") == "object"
        and part.get("additionalProperties") is None
        and "then" not in part  # a choice: what is chosen is closed
        and not tested & set(path.split("/"))
    ]
    assert open_ones == ["/properties/global"]


def test_all_keys_are_documented() -> None:
    keys = {
        key
        for path, part in _parts(SCHEMA)
        for key in part.get("properties", {})
        if not path.endswith("properties")
    }
    assert sorted(key for key in keys if not re.search(rf"\b{re.escape(key)}\b", README)) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_of_the_documentation_are_valid(example: str) -> None:
    Draft202012Validator(SCHEMA).validate(yaml.safe_load(example))


def test_the_example_for_tools_is_valid() -> None:
    example = yaml.safe_load((CHART / "ci" / "shop-values.yaml").read_text())
    Draft202012Validator(SCHEMA).validate(example)


def test_no_template_makes_anything_outside_of_its_namespace() -> None:
    kinds = {
        kind
        for path in TEMPLATES
        for kind in re.findall(r"^kind: (\w+)$", path.read_text(), re.MULTILINE)
    }
    assert kinds == NAMESPACED


def test_templates_look_nothing_up_and_render_no_text_from_values_as_a_template() -> None:
    """`lookup` reads with the rights of whoever installs, and `tpl` would run what values say."""
    for path in sorted((CHART / "templates").iterdir()):
        assert not re.search(r"\b(lookup|tpl|randAlphaNum|now)\b", path.read_text()), path.name

"""Compose files of the corpus as we plan them, in the words in which they are compared."""

from typing import Any

from tests.oracle.kompose import Facts
from tests.workflows.planning.plans.cases import plan_of
from tests.workflows.planning.plans.test_corpus import CORPUS, repository
from workflows.errors import PlanError
from workflows.models import DetectionOverrides, RevisionPlan
from workflows.repo_config import FILE_NAME


def plans() -> dict[str, tuple[dict[str, str], RevisionPlan]]:
    """Name to files and plan, of those that get one and run by a compose file."""
    found = {}
    for path in sorted(CORPUS.glob("compose-*.yaml")):
        said = repository(path.stem)
        config = said["files"].get(FILE_NAME, "").removeprefix("version: 1\n")
        overrides = DetectionOverrides.model_validate(said.get("overrides", {}))
        try:
            plan = plan_of(said["files"], config=config, overrides=overrides)
        except PlanError:
            continue
        if plan.application and plan.application.kind == "compose":
            found[path.stem] = (said["files"], plan)
    return found


def facts_of(plan: RevisionPlan) -> dict[str, Facts]:
    """Component to what is planned for it."""
    components: Any = plan.release.values["components"]
    return {name: _facts(values) for name, values in components.items()}


def _facts(values: dict[str, Any]) -> Facts:
    ports = values.get("ports", ())
    volumes = values.get("volumes", {}).values()
    return Facts(
        image=values.get("image", ""),
        entrypoint=tuple(map(_plain, values.get("command", ()))),
        command=tuple(map(_plain, values.get("args", ()))),
        env={key: _plain(value) for key, value in values.get("env", {}).items()},
        ports=tuple(
            sorted(f"{each['port']}/{each.get('protocol', 'TCP').lower()}" for each in ports)
        ),
        claims=tuple(sorted(each["mountPath"] for each in volumes if each["type"] == "persistent")),
        replicas=values.get("replicas", 1),
    )


def _plain(text: str) -> str:
    """As it comes out in the container, placeholders apart."""
    return text.replace("{left_brace}", "{").replace("$$", "$")

"""An override over a file, key by key."""

from typing import Any

import pytest

from tests.workflows.planning.compose.repository import web


@pytest.mark.spec("ENV-012")
@pytest.mark.parametrize(
    ("under", "over", "key", "expected"),
    [
        ("command: a b", "command: [c]", "args", ["c"]),
        ("command: a b", "command: ", "args", ["a", "b"]),
        (
            "environment: {A: 1, B: 2}",
            "environment: [B=3, C=4]",
            "env",
            {"A": "1", "B": "3", "C": "4"},
        ),
        ("environment: [A=1]", "environment: {A: 2}", "env", {"A": "2"}),
        (
            "volumes: ['a:/x', 'b:/y']",
            "volumes: [{type: volume, source: c, target: /x}]",
            "volumes",
            {"b": "/y", "c": "/x"},
        ),
        ("volumes: ['a:/x']", "volumes: ['/x']", "volumes", None),
        ("expose: [81]", "expose: [81, 82]", "ports", [80, 81, 82]),
        (
            "ports: [{target: 81, published: 9}]",
            "ports: [{target: 81, published: 9}, '81:82']",
            "ports",
            [81, 82],
        ),
        ("env_file: a.env", "env_file: [b.env]", "env", {"A": "2", "B": "1"}),
        ("configs: [c]", "configs: [{source: c, target: /t}]", "volumes", {"c": "/c", "c-2": "/t"}),
        ("healthcheck: {test: [CMD, a], retries: 9}", "healthcheck: {test: b}", "probes", 9),
        ("tmpfs: /a", "tmpfs: [/b]", "volumes", {"memory": "/a", "memory-2": "/b"}),
    ],
)
def test_an_override_is_merged_as_compose_merges(
    under: str, over: str, key: str, expected: Any
) -> None:
    end = "\nvolumes: {a: , b: , c: }\nconfigs: {c: {content: x}}\n"
    port = "" if "ports" in under else ", ports: [80]"
    text = f"services: {{web: {{image: x{port}, {under}}}}}{end}"
    override = f"services: {{web: {{{over}}}}}\n"
    files = {"compose.override.yml": override, "a.env": "A=1", "b.env": "A=2\nB=1"}
    found = web(text, files).get(key)
    if key == "ports":
        found = [each["port"] for each in found or ()]
    elif key == "volumes" and found:
        found = {name: each["mountPath"] for name, each in found.items()}
    elif key == "probes" and found:
        assert found["readiness"]["command"] == ["/bin/sh", "-c", "b"]
        found = found["readiness"]["failureThreshold"]
    assert found == expected


def test_a_build_in_both_forms_is_one() -> None:
    text = "services: {web: {build: ., ports: [80]}}\n"
    override = "services: {web: {build: {target: dev, args: [A=1]}}}\n"
    assert "image" not in web(text, {"compose.override.yaml": override})

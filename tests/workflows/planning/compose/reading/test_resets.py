"""An override that takes back what the file under it says, or stands in its place."""

from typing import Any

import pytest

from tests.workflows.planning.compose.repository import planned, web
from tests.workflows.planning.plans.cases import component, problems_of

pytestmark = pytest.mark.spec("ENV-012")
OVERRIDE = "compose.override.yaml"


@pytest.mark.parametrize(
    ("under", "over", "key", "expected"),
    [
        ("expose: [81]", "expose: !reset []", "ports", [80]),
        ("expose: [81]", "expose: !reset", "ports", [80]),
        ("expose: [81]", "expose: !reset [82]", "ports", [80]),
        ("expose: [81]", "expose: !override [82]", "ports", [80, 82]),
        ("command: a b", "command: !reset null", "args", None),
        ("command: a b", "command: !override c", "args", ["c"]),
        ("environment: {A: 1, B: 2}", "environment: {A: !reset null}", "env", {"B": "2"}),
        ("environment: [A=1, B=2]", "environment: {A: !reset null}", "env", {"B": "2"}),
        ("environment: [A=1, B=2]", "environment: !override [C=3]", "env", {"C": "3"}),
        ("environment: {A: 1}", "environment: !override {B: !override 2}", "env", {"B": "2"}),
        ("environment: {A: 1}", "environment: [B=2, !reset C=3]", "env", {"A": "1", "B": "2"}),
        ("tmpfs: /a", "tmpfs: !override [/b]", "volumes", ["/b"]),
        ("deploy: {replicas: 3}", "deploy: {replicas: !reset 0}", "replicas", None),
        ("hostname: a", "nothing: !reset null", "ports", [80]),
        ("hostname: a", "nothing: {below: !reset null}", "ports", [80]),
    ],
)
def test_an_override_takes_back_or_replaces(under: str, over: str, key: str, expected: Any) -> None:
    text = f"services: {{web: {{image: x, ports: [80], {under}}}}}\n"
    over = over if "nothing: {" not in over else f"x-{over}"
    found: Any = web(text, {OVERRIDE: f"services:\n  web:\n    {over}\n"}).get(key)
    if key == "ports":
        found = [each["port"] for each in found]
    elif key == "volumes":
        found = [each["mountPath"] for each in found.values()]
    assert found == expected


def test_services_and_whole_files_can_be_taken_back() -> None:
    text = "services: {web: {image: x, ports: [80]}, db: {image: postgres}}\n"
    plan = planned(text, {OVERRIDE: "services:\n  db: !reset null\n"})
    assert list(plan.release.values["components"]) == ["web"]  # type: ignore[arg-type]
    plan = planned(text, {OVERRIDE: "!override\nservices:\n  web: {image: y, expose: [81]}\n"})
    assert list(plan.release.values["components"]) == ["web"]  # type: ignore[arg-type]
    assert component(plan)["image"] == "y"
    files = {"compose.yaml": text, OVERRIDE: "!reset\nservices: {}\n"}
    assert "the file must hold keys and values" in problems_of(files)[0]


def test_what_others_wait_for_is_missed() -> None:
    files = {
        "compose.yaml": "services: {web: {image: x, ports: [80], depends_on: [db]}, db: {image: y}}",
        OVERRIDE: "services:\n  db: !reset null\n",
    }
    [problem] = problems_of(files)
    assert problem.startswith("compose.yaml:1: `web` waits for `db`, which is no service")


def test_a_service_takes_back_what_it_would_have_from_the_one_it_extends() -> None:
    text = """
services:
  base: {image: x, expose: [81], environment: {A: 1, B: 2}, profiles: [never]}
  web:
    extends: base
    profiles: !reset []
    ports: [80]
    expose: !override [82]
    environment:
      A: !reset null
"""
    found = web(text)
    assert [each["port"] for each in found["ports"]] == [80, 82]
    assert found["env"] == {"B": "2"}


def test_an_extended_service_of_another_file_brings_nothing_it_has_taken_back() -> None:
    text = "services: {web: {extends: {file: common/a.yml, service: web}, ports: [80]}}\n"
    files = {
        "common/a.yml": "services:\n  web: {extends: base, command: !reset x}\n"
        "  base: {image: y, command: run}\n"
    }
    assert "args" not in web(text, files)


def test_an_included_file_may_take_back_too() -> None:
    text = "include: [{path: [a.yaml, b.yaml]}]\n"
    files = {
        "a.yaml": "services: {web: {image: x, ports: [80, 81]}}\n",
        "b.yaml": "services:\n  web:\n    ports: !override [82]\n",
    }
    assert [each["port"] for each in web(text, files)["ports"]] == [82]


def test_paths_with_slashes_are_meant_as_they_are_written() -> None:
    text = "services: {web: {image: x, ports: [80], environment: {a/b~c: 1, D: 2}}}\n"
    over = "services:\n  web:\n    environment:\n      a/b~c: !reset null\n"
    assert web(text, {OVERRIDE: over})["env"] == {"D": "2"}

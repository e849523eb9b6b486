"""What an image does by its own Dockerfile counts where the compose file leaves it open."""

from typing import Any

import pytest

from tests.workflows.planning.compose.repository import planned, web
from tests.workflows.planning.plans.cases import component
from workflows.planning.compose.translation.images import check_of, starts

pytestmark = pytest.mark.spec("ENV-012")
IMAGE = 'FROM x\nENTRYPOINT ["/entry", "-v"]\nCMD serve --all\n'
CHECK = (
    "FROM x\nEXPOSE 80\nHEALTHCHECK --interval=7s --retries=2 CMD curl -f localhost\nCMD serve\n"
)


def of(lines: str, dockerfile: str = IMAGE) -> dict[str, Any]:
    text = f"services: {{web: {{build: ., ports: [80], {lines}}}}}\n"
    found = web(text, {"Dockerfile": dockerfile})
    return {key: found[key] for key in ("command", "args") if key in found}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("entrypoint: []", {"command": ["/bin/sh", "-c", "serve --all"]}),
        ("entrypoint: ''", {"command": ["/bin/sh", "-c", "serve --all"]}),
        ("entrypoint: [], command: a b", {"command": ["a", "b"]}),
        ("command: []", {"command": ["/entry", "-v"]}),
        ("command: '', entrypoint: a", {"command": ["a"]}),
        ("entrypoint: a, command: b", {"command": ["a"], "args": ["b"]}),
        ("command: null", {}),
    ],
)
def test_an_empty_command_takes_the_image_s_own_back(
    lines: str, expected: dict[str, list[str]]
) -> None:
    assert of(lines) == expected


@pytest.mark.parametrize(
    ("service", "left"),
    [
        ("image: nginx, command: []", "ENTRYPOINT"),
        ("image: nginx, entrypoint: []", "CMD"),
        ("build: {context: ., target: gone}, entrypoint: ''", "CMD"),
    ],
)
def test_an_empty_command_that_cannot_be_had_is_told(service: str, left: str) -> None:
    plan = planned(f"services:\n  web: {{ports: [80], {service}}}\n", {"Dockerfile": IMAGE})
    [warning] = [each for each in plan.warnings if "is without effect" in each]
    assert warning.startswith("compose.yaml:2: the empty `")
    assert f"nothing tells the `{left}` of its image" in warning


def test_words_of_an_instruction() -> None:
    assert starts("FROM x\nCMD []", "CMD") == []
    assert starts("FROM x\nCMD [a]", "CMD") == ["/bin/sh", "-c", "[a]"]
    assert starts("FROM x\nCMD [1]", "CMD") == ["/bin/sh", "-c", "[1]"]
    assert starts("FROM x AS a\nCMD one\nFROM a\nFROM a AS b\nCMD two\n", "CMD", "a") == [
        *("/bin/sh", "-c", "one")
    ]


@pytest.mark.parametrize(
    ("line", "test"),
    [
        ("HEALTHCHECK CMD a b", ("CMD-SHELL", "a b")),
        ('HEALTHCHECK --timeout=3s cmd ["a", "b"]', ("CMD", "a", "b")),
        ("HEALTHCHECK NONE", None),
        ("HEALTHCHECK CMD a\nHEALTHCHECK NONE", None),
        ("HEALTHCHECK --interval=x CMD a", None),
        ("HEALTHCHECK CMD", None),
        ("", None),
    ],
)
def test_the_last_check_of_a_dockerfile_counts(line: str, test: tuple[str, ...] | None) -> None:
    found = check_of(f"FROM x\n{line}\n")
    assert (found.test if found else None) == test


@pytest.mark.parametrize(
    ("lines", "period"),
    [("", 7), (", healthcheck: {interval: 9s}", 9), (", command: x, healthcheck: {retries: 1}", 7)],
)
def test_a_service_is_ready_by_the_check_of_its_dockerfile(lines: str, period: int) -> None:
    text = f"services: {{web: {{build: ., ports: [80]{lines}}}}}\n"
    readiness = web(text, {"Dockerfile": CHECK})["probes"]["readiness"]
    assert readiness["command"] == ["/bin/sh", "-c", "curl -f localhost"]
    assert readiness["periodSeconds"] == period
    told = "`web` is ready when the `HEALTHCHECK` of its Dockerfile says so."
    assert told in planned(text, {"Dockerfile": CHECK}).reasons


@pytest.mark.parametrize(
    "lines",
    ["command: x", "healthcheck: {disable: true}", "healthcheck: {test: ['NONE']}", "expose: [81]"],
)
def test_other_commands_and_checks_come_before_it(lines: str) -> None:
    text = f"services: {{web: {{build: ., ports: [80], {lines}}}}}\n"
    dockerfile = CHECK if "expose" not in lines else CHECK + "HEALTHCHECK NONE\n"
    assert web(text, {"Dockerfile": dockerfile})["probes"]["readiness"]["type"] == "tcp"


def test_what_others_wait_for_is_told_where_nothing_tells_that_it_is_well() -> None:
    text = (
        "services:\n  web:\n    image: nginx\n    ports: [80]\n    depends_on:\n      it: {condition: service_healthy}\n"
        "  it: {image: acme/it}\n"
    )
    [told] = [each for each in planned(text).warnings if "nothing tells when" in each]
    assert told.startswith("compose.yaml:6: `web` waits until `it` is healthy")
    known = text.replace("acme/it}", "acme/it, healthcheck: {test: x}}")
    assert not any("nothing tells when" in each for each in planned(known).warnings)
    assert component(planned(known), "it")["probes"]

"""Dockerfiles, compose files, development containers and charts."""

import json
from typing import Any

import pytest

from tests.workflows.planning.detection.trees import understood
from workflows.models import ApplicationKind, Devcontainer, Understanding


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("FROM a\nEXPOSE 443 8443\nCMD x", 443),
        ("FROM a\nEXPOSE 9229 3000/tcp\nCMD x", 3000),
        ("FROM a\nARG P\nENV P 3100\nEXPOSE $P\nCMD x", 3100),
        ("FROM a AS base\nEXPOSE 3200\nFROM b AS other\nEXPOSE 1\nFROM base\nCMD x", 3200),
        ("FROM a\nENV PORT=3300 A\nCMD x", 3300),
        ("FROM a\nEXPOSE ${PORT:-3400}\nCMD x", 3400),
        ("FROM --platform=linux/amd64 docker.io/library/caddy:2", 80),
        ("FROM a\nENV PORT\nEXPOSE nothing\nCMD x", 0),
        ("from a\nentrypoint x --listen :3500", 3500),
    ],
)
def test_a_dockerfile_says_in_several_ways_where_its_image_listens(text: str, port: int) -> None:
    found = understood({"Dockerfile": text})
    assert (found.application.kind, found.application.port) == (ApplicationKind.DOCKERFILE, port)


def test_a_dockerfile_that_starts_nothing_is_warned_about_where_there_is_no_better() -> None:
    found = understood({"Containerfile": "FROM python:3.12\n"})
    assert found.application.dockerfile == "Containerfile"
    assert "has neither `CMD` nor `ENTRYPOINT`" in found.warnings[0]
    served = understood({"Dockerfile": "FROM php:8.4-apache\n"})
    assert served.application.kind is ApplicationKind.DOCKERFILE
    assert "neither" not in " ".join(served.warnings)


def test_a_dockerfile_without_a_stage_is_no_dockerfile() -> None:
    found = understood({"Dockerfile": "RUN x\nFROM\n", "api/Dockerfile": "# nothing\n"})
    assert found.application.kind is ApplicationKind.DOCKERFILE
    assert understood({"Dockerfile": "# later\n"}).warnings == (
        "`Dockerfile` has no `FROM` line; detection goes on without it.",
    )


def test_dockerfiles_of_other_names_are_told_of_where_nothing_is_found() -> None:
    found = understood({"Dockerfile.prod": "FROM a", "web.dockerfile": "FROM a"})
    assert "`Dockerfile.prod`, `web.dockerfile`: only a file named `Dockerfile`" in found.reasons[1]


def compose(services: dict[str, Any], files: dict[str, str] | None = None) -> Understanding:
    return understood({"compose.yml": json.dumps({"services": services}), **(files or {})})


def test_services_without_ports_are_reached_where_their_dockerfile_says() -> None:
    found = compose(
        {"one": {"build": "one"}, "two": {"build": {"context": "two"}}},
        {"one/Dockerfile": "FROM a\nCMD x", "two/Dockerfile": "FROM a\nEXPOSE 4200\nCMD x"},
    )
    expected = "Port 4200, by `EXPOSE` in `two/Dockerfile`, which builds the service `two`."
    assert expected in found.reasons
    assert found.candidates == ()


@pytest.mark.spec("ENV-012")
def test_of_a_dockerfile_with_stages_the_one_that_is_built_says_where_it_listens() -> None:
    dockerfile = "FROM a AS api\nEXPOSE 4300\nCMD x\nFROM b\nEXPOSE 4400\nCMD x\n"
    for target, port in (("api", 4300), ("API", 4300), ("", 4400), ("none", 0)):
        text = f"services: {{web: {{build: {{context: ., target: '{target}'}}}}}}"
        found = understood({"compose.yaml": text, "Dockerfile": dockerfile})
        assert found.application.port == port, target


def test_services_that_say_nothing_leave_the_port_open() -> None:
    found = compose({"one": {"image": "example/one"}})
    assert found.application.kind is ApplicationKind.COMPOSE
    assert "Nothing says on which port" in found.warnings[0]


def test_a_service_built_from_elsewhere_is_warned_about() -> None:
    found = compose(
        {
            "far": {
                "build": "https://example.com/far.git",
                "ports": ["1:bad", 8080, "90-91:70-71"],
            },
            "up": {"build": {"context": ".."}},
            "inline": {"build": {"dockerfile_inline": "FROM a"}},
        }
    )
    assert found.application.port == 8080
    assert [each.split("`")[1] for each in found.warnings] == ["far", "up"]


def test_many_services_are_not_all_named() -> None:
    found = compose({f"s{number}": {"image": "x"} for number in range(12)})
    assert "s7 and 4 more." in found.reasons[0]


def test_of_several_compose_files_the_one_compose_takes_counts() -> None:
    text = "services: {db: {image: postgres}}"
    found = understood({"compose.yaml": text, "docker-compose.yml": text, "web/compose.yml": text})
    assert found.backing_compose == "compose.yaml"
    assert (
        "`docker-compose.yml` is left aside: Compose takes `compose.yaml` first." in found.warnings
    )
    assert "web/compose.yml" not in " ".join(found.reasons)


def devcontainer(**value: Any) -> Understanding:
    return understood({".devcontainer/web/devcontainer.json": json.dumps(value)})


@pytest.mark.spec("ENV-024")
def test_a_devcontainer_may_stand_on_compose_files() -> None:
    found = devcontainer(
        dockerComposeFile=["../../compose.yml", "../../../x.yml"],
        service="app",
        postCreateCommand="make deps",
        forwardPorts=["localhost:3000", "db:5432", 0],
    )
    assert found.devcontainer == Devcontainer(
        path=".devcontainer/web/devcontainer.json",
        compose=("compose.yml",),
        service="app",
        post_create=("make deps",),
        forward_ports=(3000,),
    )
    assert "names `compose.yml`, which is not in the repository." in found.warnings[0]


@pytest.mark.spec("ENV-024")
def test_what_a_devcontainer_asks_for_in_vain_is_warned_about() -> None:
    outside = devcontainer(build={"dockerfile": "../../../Dockerfile"}, postCreateCommand={"a": {}})
    assert "names a Dockerfile outside of the repository." in outside.warnings[0]
    empty = devcontainer(postCreateCommand=[], name="x")
    assert "names neither an image nor a build nor a compose file." in empty.warnings[0]
    single = understood({".devcontainer.json": '{"dockerComposeFile": "c.yml"}', "c.yml": ""})
    assert single.devcontainer is not None
    assert single.devcontainer.compose == ("c.yml",)


def test_charts_beside_an_application_are_named_and_only_the_first_ones() -> None:
    charts = {f"charts/c{number:02}/Chart.yaml": "name: c" for number in range(30)}
    found = understood({**charts, "index.html": ""})
    assert found.application.kind is ApplicationKind.STATIC
    assert len(found.charts) == 20
    assert found.candidates[0].reason.endswith("what builds one comes first.")
    assert "Helm charts were found in `charts/c00`, " in found.reasons[-1]

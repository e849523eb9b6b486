"""devcontainer.json (ENV-024): what runs where nothing else does, its port and its variables."""

import json

import pytest

from tests.workflows.planning.plans.cases import NODE, component, plan_of
from workflows.models import ApplicationKind

FOLDER = ".devcontainer"
SERVES = "FROM docker.io/library/debian\nCOPY . .\nCMD perl serve.pl\n"
IDLE = "FROM docker.io/library/debian AS dev\n"
pytestmark = pytest.mark.spec("ENV-024")


def described(**fields: object) -> dict[str, str]:
    return {f"{FOLDER}/devcontainer.json": json.dumps(fields)}


def test_a_dockerfile_that_says_what_runs_is_the_preview() -> None:
    files = {
        **described(
            build={"dockerfile": "Dockerfile", "context": "..", "target": "x", "args": {"A": "1"}},
            forwardPorts=[4500],
            remoteEnv={"TITLE": "Rivers", "HOME_OF": "${localEnv:HOME}", "catalyst_url": "x"},
            postCreateCommand="make ready",
        ),
        f"{FOLDER}/Dockerfile": SERVES,
    }
    plan = plan_of(files)
    [build] = plan.builds
    assert (build.component, build.context, build.target) == ("web", ".", "x")
    assert (build.dockerfile, build.args) == (f"{FOLDER}/Dockerfile", {"A": "1"})
    assert component(plan)["env"] == {"PORT": "4500", "TITLE": "Rivers"}
    assert plan.application is not None
    assert plan.application.kind is ApplicationKind.DOCKERFILE
    assert f"Port 4500, by `forwardPorts` in `{FOLDER}/devcontainer.json`." in plan.reasons
    assert f"Variables: `TITLE` from `{FOLDER}/devcontainer.json`." in plan.reasons
    path = f"`{FOLDER}/devcontainer.json`"
    ready, left = plan.warnings
    assert ready == f"`postCreateCommand` of {path} is not run: `make ready`."
    assert left.startswith(f"`remoteEnv` of {path}: `HOME_OF`, `catalyst_url` cannot be taken over")


def test_without_a_forwarded_port_the_dockerfile_says_where_it_listens() -> None:
    files = {
        **described(build={"dockerfile": "Dockerfile"}),
        f"{FOLDER}/Dockerfile": SERVES + "EXPOSE 81\n",
    }
    plan = plan_of(files)
    assert component(plan)["ports"][0]["port"] == 81
    assert plan.builds[0].context == FOLDER


def test_an_image_runs_the_command_that_is_set_with_the_repository_in_it() -> None:
    files = described(image="mcr.microsoft.com/devcontainers/base:12", postCreateCommand="make x")
    config = "commands: {start: ./serve, build: make all}\nport: 4000"
    plan = plan_of(files, None, config)
    [build] = plan.builds
    assert build.generated.split("\n")[1:2] == ["FROM mcr.microsoft.com/devcontainers/base:12"]
    assert "COPY . .\nRUN make x\nRUN make all\n" in build.generated
    assert build.generated.endswith('ENV PORT=4000\nEXPOSE 4000\nCMD ["./serve"]\n')
    assert ".git" in build.ignored
    assert component(plan)["ports"][0]["port"] == 4000
    assert plan.release.values["security"] == {"profile": "baseline"}
    assert plan.warnings == ()
    ignored = plan_of({**files, ".dockerignore": "x"}, None, config)
    assert ignored.builds[0].ignored == ""


def test_a_dockerfile_that_starts_nothing_is_continued_with_the_command() -> None:
    build = {"dockerfile": "Dockerfile", "target": "dev", "args": {"A": "1"}}
    files = {**described(build=build), f"{FOLDER}/Dockerfile": IDLE}
    plan = plan_of(files, None, "commands: {dev: ./serve --watch}")
    [made] = plan.builds
    assert f"{IDLE}\nFROM dev\n" in made.generated
    assert 'CMD ["./serve", "--watch"]' in made.generated
    assert (made.context, made.args) == (".", {"A": "1"})
    assert "8080 was assumed" in "".join(plan.reasons)


def test_a_dockerfile_that_copies_from_elsewhere_cannot_be_continued() -> None:
    files = {
        **described(build={"dockerfile": "Dockerfile"}),
        f"{FOLDER}/Dockerfile": IDLE + "COPY tools /tools\n",
    }
    plan = plan_of(files, None, "commands: {start: ./serve}")
    assert "buildpack-deps" in plan.builds[0].generated
    assert f"copies files from `{FOLDER}`" in plan.warnings[0]


def test_without_any_command_the_container_stays_open_beside_the_page() -> None:
    files = {**described(build={"dockerfile": "Dockerfile"}), f"{FOLDER}/Dockerfile": IDLE}
    plan = plan_of(files)
    assert [(each.component, each.context) for each in plan.builds] == [("devcontainer", FOLDER)]
    assert component(plan, "devcontainer")["security"] == {"profile": "baseline"}
    assert "sleep" in component(plan, "devcontainer")["command"][-1]
    assert component(plan, "web")["volumes"]
    plan = plan_of(described(image="debian:12"))
    assert [(each.component, each.image) for each in plan.images] == [("devcontainer", "debian:12")]
    assert component(plan)["security"] == {"profile": "restricted", "runAsUser": 10001}
    assert plan.release.values["security"] == {"profile": "baseline"}


def test_what_cannot_be_had_leaves_the_page_alone() -> None:
    for fields in ({"image": "a b"}, {"build": {"dockerfile": "gone"}}):
        plan = plan_of(described(**fields))
        assert (plan.builds, plan.images) == ((), ())
        assert (
            f"`{FOLDER}/devcontainer.json` names no image or Dockerfile that can be used."
            in plan.warnings
        )
    plan = plan_of(described(build={"dockerfile": "gone"}), None, "commands: {start: ./serve}")
    assert "buildpack-deps" in plan.builds[0].generated


def test_beside_an_application_only_port_and_variables_count() -> None:
    files = {
        **NODE,
        **described(
            image="debian:12",
            dockerComposeFile="compose.yaml",
            postCreateCommand={"a": "npm ci", "b": "make seed"},
            remoteEnv={"LEVEL": "debug"},
        ),
    }
    plan = plan_of(files)
    assert "nodejs" in plan.builds[0].generated or "node:" in plan.builds[0].generated
    assert component(plan)["env"]["LEVEL"] == "debug"
    path = f"`{FOLDER}/devcontainer.json`"
    assert (
        f"The container of {path} is not used, because the application has its own image."
        in plan.reasons
    )
    told = "names `.devcontainer/compose.yaml`, which is not in the repository."
    assert f"{path} {told}" in plan.warnings
    assert f"`postCreateCommand` of {path} is not run: `make seed`." in plan.warnings


def test_a_container_of_a_compose_file_that_is_not_there_says_so() -> None:
    plan = plan_of(described(dockerComposeFile="compose.yaml"))
    told = f"`{FOLDER}/devcontainer.json` names `{FOLDER}/compose.yaml`, which is not in the"
    assert any(each.startswith(told) for each in plan.warnings)
    assert plan.builds == ()

"""Development containers that are a service of a compose file: their image, their variables, and what runs beside them."""

import json
from typing import Any

import pytest

from tests.workflows.planning.plans.cases import NODE, component, plan_of, problems_of
from tests.workflows.planning.plans.test_corpus import repository
from workflows.models import RevisionPlan, Template

pytestmark = pytest.mark.spec("ENV-024", "ENV-012")
WORK = """
services:
  app:
    build: {context: .., dockerfile: .devcontainer/Dockerfile, target: dev, args: ["A=1", B]}
    environment: [LEVEL=info, "HOST=${HOST}", USER]
  db: {image: 'postgres:17', environment: {POSTGRES_PASSWORD: x}}
  cache: {image: 'redis:7'}
"""


def files_of(work: str = WORK, **fields: Any) -> dict[str, str]:
    described = {"dockerComposeFile": "work.yml", "service": "app", **fields}
    return {
        ".devcontainer/devcontainer.json": json.dumps(described),
        ".devcontainer/work.yml": work,
        ".devcontainer/Dockerfile": "FROM node:22 AS dev\n",
    }


def components(plan: RevisionPlan) -> list[str]:
    found = plan.release.values["components"]
    assert isinstance(found, dict)
    return list(found)


def test_services_beside_the_container_come_along_with_the_application() -> None:
    plan = plan_of({**NODE, **files_of()})
    assert components(plan) == ["web", "db", "cache"]
    env = component(plan)["env"]
    assert env["LEVEL"] == "info"
    assert env["REDIS_URL"] == "redis://cache:6379/0"
    assert "USER" not in env
    assert [each.components for each in plan.stages] == [("db", "cache"), ("web",)]
    path = "`.devcontainer/devcontainer.json`"
    assert f"Beside the container of {path} run: `db`, `cache`." in plan.reasons


@pytest.mark.parametrize("name", ["web", "db"])
def test_a_backing_service_cannot_have_the_applications_own_name(name: str) -> None:
    text = f"services: {{{name}: {{image: 'redis:7'}}}}\n"
    files = {**NODE, "compose.yaml": text}
    if name == "db":
        assert components(plan_of(files)) == ["web", "db"]
    else:
        assert problems_of(files) == [
            "`compose.yaml`: the service `web` has the name of the application's own component; rename it."
        ]


def test_run_services_says_which_of_them() -> None:
    assert components(plan_of({**NODE, **files_of(runServices=["app", "db"])})) == ["web", "db"]


def test_development_runs_in_the_image_of_the_service() -> None:
    template = Template(type="auto", mode="development")
    plan = plan_of({**NODE, **files_of()}, template)
    [build] = plan.builds
    assert (build.component, build.context, build.target) == ("web", ".", "dev")
    assert (build.dockerfile, build.args) == (".devcontainer/Dockerfile", {"A": "1"})
    plan = plan_of({**NODE, **files_of("services: {app: {image: '${X:-acme/work}:1'}}")}, template)
    assert [each.image for each in plan.images] == ["acme/work:1"]


@pytest.mark.parametrize(
    "service", ["image: 'acme/${X}'", "build: ../..", "build: {dockerfile: ../../Dockerfile}", "command: x"]
)  # fmt: skip
def test_a_service_without_an_image_of_its_own_leaves_the_usual_one(service: str) -> None:
    template = Template(type="auto", mode="development")
    plan = plan_of({**NODE, **files_of(f"services: {{app: {{{service}}}}}")}, template)
    assert component(plan)["image"].startswith("docker.io/library/node")


def test_a_service_that_is_not_there_is_told_with_those_that_are() -> None:
    plan = plan_of({**NODE, **files_of(service="web")})
    path = "`.devcontainer/devcontainer.json`"
    told = f"`service` of {path} names `web`; its compose files have: `app`, `db`, `cache`."
    assert told in plan.warnings


def test_what_no_preview_can_have_leaves_the_application_alone() -> None:
    plan = plan_of(
        {**NODE, **files_of(WORK.replace("{image: 'redis:7'}", "{image: x, privileged: true}"))}
    )
    assert components(plan) == ["web"]
    [told] = [each for each in plan.warnings if "is left out" in each]
    assert "What runs beside the container of `.devcontainer/devcontainer.json`" in told
    assert ".devcontainer/work.yml:7: `cache` asks for `privileged`" in told


def test_a_service_with_the_name_of_the_application_itself_is_refused() -> None:
    files = files_of(WORK.replace("db:", "web:"))
    assert problems_of({**NODE, **files}) == [
        "`.devcontainer/work.yml`: the service `web` has the name of the application's own component; rename it."
    ]


def test_a_file_that_is_missing_is_passed_over() -> None:
    plan = plan_of({**NODE, **files_of(dockerComposeFile=["gone.yml", "work.yml"])})
    assert components(plan) == ["web", "db", "cache"]


def test_a_compose_application_has_what_its_own_file_says() -> None:
    compose = {"compose.yaml": "services: {web: {image: x, ports: [80]}}"}
    plan = plan_of({**compose, **files_of()})
    assert components(plan) == ["web"]
    assert component(plan)["image"] == "x"


def test_several_files_are_merged_as_compose_merges_them() -> None:
    plan = plan_of(repository("devcontainer-compose")["files"])
    assert components(plan) == ["web", "db", "cache"]
    assert component(plan, "cache")["args"] == ["redis-server", "--save", ""]
    assert component(plan)["env"]["CACHE_URL"] == "redis://cache:6379"
    assert component(plan)["env"]["LEVEL"] == "debug"

"""Compose files as plans: what templates, projects and environments add to what the file says."""

import json

import pytest

from tests.workflows.planning.plans.cases import (
    component,
    plan_of,
    problems_of,
    tree_of,
)
from workflows.models import DetectionOverrides, Project, Template
from workflows.planning.compose import asked_files
from workflows.project_rules import project_problems

GO = "FROM x\nCOPY . .\nEXPOSE 8080\nCMD serve\n"
SHOP = {
    "compose.yaml": """
services:
  web:
    build: .
    ports: ["8080:8080"]
    environment:
      LEVEL: info
      URL: https://u:${TOKEN}@api.example/
      TOKEN: ${TOKEN}
      FROM_OUTSIDE:
      GREETING: ${GREETING:-hello}
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: x}
""",
    "Dockerfile": GO,
}
COMPOSE = Template(type="compose")


@pytest.mark.spec("ENV-012", "ENV-030")
def test_the_file_comes_between_what_projects_say_and_what_environments_say() -> None:
    template = Template(type="auto", variables={"LEVEL": "debug", "FROM_TEMPLATE": "1"})
    plan = plan_of(
        SHOP,
        template,
        "variables: {GREETING: hi}",
        project_variables={"FROM_PROJECT": "2", "FROM_OUTSIDE": "3"},
        variables={"POSTGRES_PASSWORD": "y"},
    )
    env = component(plan)["env"]
    assert env["LEVEL"] == "info"
    assert (env["FROM_TEMPLATE"], env["FROM_PROJECT"], env["FROM_OUTSIDE"]) == ("1", "2", "3")
    assert env["GREETING"] == "hi"
    # A database gets what the file names, at the value that was set for the environment, and nothing else.
    assert component(plan, "db")["env"] == {"POSTGRES_PASSWORD": "y"}


@pytest.mark.spec("ENV-029", "EC-6")
@pytest.mark.invariant(4)
def test_secrets_are_named_where_the_file_asks_for_them() -> None:
    plan = plan_of(SHOP, Template(type="auto", secrets=("TOKEN",)))
    found = component(plan)
    assert found["env"]["URL"] == "https://u:$(TOKEN)@api.example/"
    assert found["secretEnv"] == {"TOKEN": {"secret": "catalyst-secrets", "key": "TOKEN"}}
    assert found["envFrom"] == ["catalyst-secrets"]
    assert "envFrom" not in component(plan, "db")
    assert plan.release.values["secrets"] == {
        "catalyst-secrets": {"checksum": "{secrets_checksum}"}
    }


@pytest.mark.invariant(7)
def test_code_of_a_fork_gets_none_of_them() -> None:
    plan = plan_of(SHOP, Template(type="auto", secrets=("TOKEN",)), is_trusted=False)
    assert "TOKEN" not in json.dumps(plan.release.values).replace('"TOKEN": ""', "")
    assert any("`TOKEN` is not set" in each for each in plan.warnings)


def test_a_secret_is_refused_where_it_would_stay_readable() -> None:
    compose = """
services:
  web:
    build: {context: ., args: {KEY: "${TOKEN}"}}
    ports: [80]
    configs: [c]
  other: {image: "x:${TOKEN}"}
configs: {c: {content: "key ${TOKEN}"}}
"""
    files = {"compose.yaml": compose, "Dockerfile": GO}
    found = problems_of(files, Template(type="auto", secrets=("TOKEN",)))
    assert [each.split(": ", 1)[0] for each in found] == [f"compose.yaml:{at}" for at in (4, 6, 7)]
    assert "would hold a secret, and stay readable in the image" in found[0]


@pytest.mark.spec("ENV-012")
def test_secrets_of_the_file_are_the_project_s_by_their_names() -> None:
    compose = """
services:
  web:
    build: {context: ., secrets: [NPM]}
    ports: [80]
    secrets: [db_password, {source: api, target: /etc/api/key}]
secrets:
  NPM: {environment: NPM}
  db_password: {file: ./not-committed.txt}
  api: {external: true, name: API_KEY}
"""
    files = {"compose.yaml": compose, "Dockerfile": GO}
    plan = plan_of(files, Template(type="auto", secrets=("NPM", "DB_PASSWORD", "API_KEY")))
    assert plan.builds[0].secrets == ("NPM",)
    volumes = component(plan)["volumes"]
    assert volumes["secret-db-password"]["files"] == {"db_password": "DB_PASSWORD"}
    assert volumes["secret-api"]["mountPath"] == "/etc/api/key"
    assert volumes["secret-api"]["files"] == {"key": "API_KEY"}


@pytest.mark.spec("ENV-012")
def test_a_template_of_type_compose_takes_the_file_it_names_without_its_override() -> None:
    files = {
        **SHOP,
        "deploy/preview.yml": "services:\n  api: {build: .., ports: [80], env_file: api.env}\n",
        "deploy/api.env": "A=1\n",
        "deploy/compose.override.yaml": "services:\n  api: {environment: {B: 2}}\n",
    }
    plan = plan_of(files, Template(type="compose", compose="deploy/preview.yml"))
    assert component(plan, "api")["env"] == {"A": "1"}
    assert [(each.component, each.context) for each in plan.builds] == [("api", ".")]
    assert plan.reasons[0] == (
        "`deploy/preview.yml` runs the application, because the template says so."
    )
    plan = plan_of(files, COMPOSE)
    assert plan.application is not None
    assert plan.application.compose == "compose.yaml"


def test_a_template_of_type_compose_needs_a_file() -> None:
    [problem] = problems_of({"Dockerfile": GO}, COMPOSE)
    assert "none was found at the root; name the file with `compose`" in problem
    [problem] = problems_of(SHOP, Template(type="compose", compose="gone.yaml"))
    assert "`gone.yaml` is not in the repository" in problem


def test_a_route_names_the_public_service_and_an_unknown_one_is_refused() -> None:
    plan = plan_of(SHOP, None, "routes: [{service: db, port: 5432}]")
    assert plan.route.service == "pr-shop-7-db"
    [problem] = problems_of(SHOP, None, "routes: [{service: api}]")
    assert "names `api`, which is no service of the compose file; there are: `web`, `db`" in problem


@pytest.mark.spec("ENV-030")
def test_an_environment_s_own_image_takes_the_place_of_the_public_one_s() -> None:
    plan = plan_of(SHOP, image="acme/shop:other")
    assert plan.builds == ()
    assert [(each.component, each.image) for each in plan.images] == [("web", "acme/shop:other")]
    compose = "services: {web: {image: nginx, ports: [80]}}\n"
    plan = plan_of({"compose.yaml": compose}, image="acme/shop:other")
    assert "image" not in component(plan)


@pytest.mark.spec("FR-010")
def test_volumes_and_files_that_are_too_large_are_refused() -> None:
    service = "image: x, ports: [80], volumes: ['a:/a', 'b:/b'], x-catalyst: {size: 12g}"
    compose = f"services: {{web: {{{service}}}}}\nvolumes: {{a: , b: }}\n"
    [problem] = problems_of({"compose.yaml": compose})
    assert "more than the 20Gi of storage" in problem
    compose = "services: {web: {image: x, ports: [80], volumes: ['./big:/big', './many:/many']}}\n"
    many = {f"many/{number}": "x" for number in range(150)}
    files = {"compose.yaml": compose, "big": "x" * 300_000, **many}
    found = problems_of(files)
    assert "is larger than 256 KiB; put it into an image" in found[0]
    assert "holds 150 files; put it into an image" in found[1]
    texts = {f"half/{number}": "x" * 150_000 for number in range(2)}
    compose = compose.replace("./big", "./half").replace(", './many:/many'", "")
    assert "more than 256 KiB" in problems_of({"compose.yaml": compose, **texts})[0]


def test_a_release_that_helm_could_not_keep_is_refused() -> None:
    services = "".join(
        f"  s{number}: {{image: x, ports: [80], env_file: big.env}}\n" for number in range(5)
    )
    files = {"compose.yaml": f"services:\n{services}", "big.env": f"A={'x' * 200_000}"}
    assert "is too much for one release" in problems_of(files)[0]


@pytest.mark.spec("ENV-012")
def test_fifty_services_are_one_plan() -> None:
    services = "".join(
        f"  s{at}: {{build: ., command: [run, '{at}'], depends_on: [s{at + 1}]}}\n"
        for at in range(1, 49)
    )
    head = "services:\n  web: {build: ., ports: [80], depends_on: [s1]}\n  s49: {image: redis}\n"
    plan = plan_of({"compose.yaml": head + services, "Dockerfile": GO})
    assert len(plan.stages) == 50
    assert len(plan.builds) == 1
    assert len(plan.model_dump_json()) < 100_000


def test_what_has_no_effect_on_a_compose_file_is_said() -> None:
    plan = plan_of(SHOP, overrides=DetectionOverrides(start="serve"))
    assert any("`start` is set, which has no effect" in each for each in plan.warnings)
    plan = plan_of(SHOP, COMPOSE, overrides=DetectionOverrides(start="serve"))
    assert any("deploys a compose file, which says itself what runs" in e for e in plan.warnings)


def test_the_health_path_of_the_file_gives_way_to_the_configuration_s() -> None:
    compose = "services: {web: {image: nginx, ports: [80], x-catalyst: {health: /up}}}\n"
    assert plan_of({"compose.yaml": compose}).health.path == "/up"
    plan = plan_of({"compose.yaml": compose}, None, "health: {path: /ok}")
    assert plan.health.path == "/ok"


@pytest.mark.spec("ENV-012")
def test_files_that_compose_files_name_are_asked_for_step_by_step() -> None:
    files = {
        "compose.yaml": "include: [infra/a.yaml]\nservices: {web: {image: x, env_file: x.env}}\n",
        "infra/a.yaml": "services: {b: {image: y, volumes: ['./conf:/c', './one:/o', './gone:/g']}}\n",
        "infra/conf/a.txt": "",
        "infra/one": "",
        "x.env": "",
    }
    assert asked_files(tree_of(files), (), {}) == {"infra/a.yaml": True, "x.env": False}
    plan = plan_of({**files, "compose.yaml": files["compose.yaml"].replace("x,", "x, ports: [1],")})
    assert component(plan, "b")["volumes"]["conf"]["files"] == {"a.txt": ""}


def test_a_project_may_hold_no_compose_file_outside_of_the_repository() -> None:
    template = Template(type="compose", compose="../x.yaml")
    project = Project(
        key="a-b", team="a", name="b", sources=(), templates={"development": template}
    )
    [finding] = project_problems(project)
    assert finding.path == ("templates", "development", "compose")

"""Template type `auto`: what detection finds becomes builds, a chart, or a container that says what is missing."""

import pytest

from tests.workflows.planning.plans.cases import (
    DOCKERFILE,
    NODE,
    asked,
    component,
    mapping,
    plan_of,
    problems_of,
)
from workflows.models import (
    Application,
    ApplicationKind,
    DetectionOverrides,
    RepositoryTree,
    Template,
    Understanding,
)
from workflows.planning.plans.case import open_case
from workflows.planning.plans.ways.base import BASE_IMAGE
from workflows.planning.plans.ways.generated import generated
from workflows.repo_config.problems import nowhere

PYTHON = {
    "requirements.txt": "flask\n",
    "app.py": "from flask import Flask\napp = Flask(__name__)\n",
}
COMPOSE = "services: {app: {build: ., ports: ['9000:9000']}}\n"
TO_DO = "Nothing to run was found; a base container says so instead."


@pytest.mark.spec("ENV-006", "ENV-031")
@pytest.mark.parametrize(
    ("files", "kind", "port"),
    [
        (NODE, ApplicationKind.NODE, 3000),
        (PYTHON, ApplicationKind.PYTHON, 5000),
        ({"go.mod": "module x\n", "main.go": "package main\nfunc main() {}\n"}, "go", 8080),
        ({"index.html": "<p>"}, ApplicationKind.STATIC, 8080),
        ({"Procfile": "web: ./serve\n", **NODE}, ApplicationKind.NODE, 3000),
        ({"Makefile": "dev:\n\t./serve --port 7000\n"}, ApplicationKind.MAKE, 7000),
    ],
)
def test_an_application_without_a_dockerfile_gets_one(
    files: dict[str, str], kind: str, port: int
) -> None:
    plan = plan_of(files)
    assert plan.application is not None
    assert plan.application.kind == kind
    [build] = plan.builds
    assert build.component == "web"
    assert "FROM " in build.generated
    assert f"PORT={port}" in build.generated
    assert component(plan)["ports"] == [{"name": "http", "port": port}]
    assert component(plan)["env"]["PORT"] == str(port)
    assert plan.release.values["security"] == {"profile": "restricted", "runAsUser": 10001}


@pytest.mark.spec("ENV-006", "ENV-007")
def test_a_dockerfile_comes_before_what_it_holds() -> None:
    plan = plan_of({**NODE, "Dockerfile": DOCKERFILE})
    [build] = plan.builds
    assert (build.dockerfile, build.generated) == ("Dockerfile", "")
    assert component(plan)["env"] == {"PORT": "80"}
    assert plan.release.values["security"] == {"profile": "baseline"}


def test_commands_that_a_dockerfile_has_no_use_for_are_said() -> None:
    files = {"Dockerfile": DOCKERFILE}
    plan = plan_of(files, None, "commands: {dev: npm run dev, build: make, start: ./serve}")
    assert plan.warnings == (
        "`dev`, `build` have no effect: `Dockerfile` says how the image is built.",
    )
    assert component(plan)["command"] == ["/bin/sh", "-c", "./serve"]
    assert plan_of(files, None, "commands: {dev: x}").warnings == (
        "`dev` has no effect: `Dockerfile` says how the image is built.",
    )


def test_a_route_to_nobody_is_refused_and_blocks_no_empty_environment() -> None:
    config = "routes: [{service: api}]"
    assert problems_of(NODE, None, config) == [
        ".catalyst.yaml:2:10: the route names `api`, which is no component; there are: `web`."
    ]
    assert plan_of({"README": ""}, None, config).warnings[-1].startswith(TO_DO)


@pytest.mark.spec("ENV-009")
def test_an_application_in_a_directory_is_built_there() -> None:
    [build] = plan_of({"web/Dockerfile": DOCKERFILE}).builds
    assert (build.context, build.dockerfile) == ("web", "web/Dockerfile")
    files = {f"web/{path}": text for path, text in NODE.items()}
    [build] = plan_of(files).builds
    assert (build.context, bool(build.generated)) == ("web", True)


@pytest.mark.spec("ENV-011")
def test_the_environments_overrides_come_before_the_files_and_these_before_the_templates() -> None:
    template = Template(
        type="auto", application=DetectionOverrides(start="by template", port=1, build="template")
    )
    config = "commands: {start: by file}\nport: 2"
    plan = plan_of(NODE, template, config, overrides=DetectionOverrides(port=3))
    assert plan.application is not None
    assert plan.application.start == "by file"
    assert plan.application.build == "template"
    assert component(plan)["env"]["PORT"] == "3"
    assert 'CMD ["by", "file"]' in plan.builds[0].generated
    assert "Port 3 instead of 3000, because it is set." in plan.reasons


@pytest.mark.parametrize("config", ["routes: [{port: 4000}]", "variables: {PORT: 4000}"])
def test_a_port_that_is_said_anywhere_reaches_the_generated_dockerfile(config: str) -> None:
    plan = plan_of(NODE, None, config)
    assert "PORT=4000" in plan.builds[0].generated
    assert component(plan)["env"]["PORT"] == "4000"


@pytest.mark.spec("ENV-008", "EC-1")
@pytest.mark.parametrize("files", [{}, {"README.md": "Notes"}])
def test_nothing_to_run_is_a_container_that_says_so(files: dict[str, str]) -> None:
    plan = plan_of(files, Template.model_validate({"type": "auto", "health": {"path": "/up"}}))
    web = component(plan)
    assert web["image"] == BASE_IMAGE
    assert web["command"][:3] == ["python", "-m", "http.server"]
    assert plan.builds == ()
    page = web["volumes"]["page"]["files"]["index.html"]
    assert plan.reasons[0].split("`")[0] in page
    assert "<code>commands.start</code>" in page
    assert plan.health.path == "/"
    assert plan.warnings[-1].startswith(TO_DO)
    assert "add a `Dockerfile`" in plan.warnings[-1]
    assert plan.application == Application(is_base_container=True)
    assert plan.release.values["security"] == {"profile": "restricted", "runAsUser": 10001}


def test_the_page_cannot_be_written_by_a_repository() -> None:
    plan = plan_of({"<script>alert(1)</script>/package.json": "{}"})
    page = component(plan)["volumes"]["page"]["files"]["index.html"]
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


@pytest.mark.spec("ENV-008")
def test_a_command_that_is_set_runs_where_nothing_is_found() -> None:
    plan = plan_of({"serve.pl": ""}, None, "commands: {start: perl serve.pl}\nport: 4500")
    [build] = plan.builds
    assert "perl" in build.generated
    assert plan.application is not None
    assert not plan.application.is_base_container
    assert component(plan)["env"]["PORT"] == "4500"


@pytest.mark.spec("ENV-008")
def test_an_application_that_nothing_starts_does_not_block_the_environment() -> None:
    overrides = DetectionOverrides(kind=ApplicationKind.PROCFILE, dev="x")
    assert plan_of({"a": ""}, overrides=overrides).builds
    plan = plan_of({"a": ""}, overrides=DetectionOverrides(kind=ApplicationKind.NODE, workdir="b"))
    assert plan.builds == ()
    assert plan.warnings[-1].startswith(TO_DO)


@pytest.mark.spec("ENV-008")
def test_an_application_without_any_command_becomes_the_container_that_says_so() -> None:
    case = open_case(asked(), RepositoryTree(), None, nowhere)
    found = Understanding(application=Application(kind=ApplicationKind.NODE, language="node"))
    way = generated(case, found)
    assert way.builds == ()
    assert way.application is not None
    assert (way.application.kind, way.application.is_base_container) == (ApplicationKind.NODE, True)
    assert way.release.source == "catalyst"
    assert (
        "Nothing says how the application in the repository is started." in case.story.warnings[0]
    )
    assert case.story.warnings[1].startswith(TO_DO)


@pytest.mark.spec("FR-002")
@pytest.mark.parametrize("chart", ["chart", "deploy/chart"])
def test_a_chart_alone_is_installed_as_it_is(chart: str) -> None:
    plan = plan_of({f"{chart}/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n"})
    assert (plan.release.source, plan.release.chart) == ("repository", chart)
    assert plan.release.values == {}
    assert plan.builds == ()
    assert plan.reasons[0] == f"Chart shop 1.0.0 in `{chart}`"
    assert "No image is built: there is no `Dockerfile` beside the chart." in plan.reasons


def test_a_dockerfile_beside_a_chart_that_serves_nothing_by_itself_is_built_for_it() -> None:
    files = {
        "deploy/chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
        "deploy/Dockerfile": "FROM docker.io/library/debian\n",
    }
    plan = plan_of(files)
    assert [(each.context, each.dockerfile) for each in plan.builds] == [
        ("deploy", "deploy/Dockerfile")
    ]
    assert "Image `web` from `deploy/Dockerfile`, context `deploy`" in plan.reasons


@pytest.mark.spec("ENV-007", "ENV-012")
def test_a_compose_file_comes_before_what_is_beside_it() -> None:
    plan = plan_of({"compose.yaml": COMPOSE, "Dockerfile": "FROM x\nCMD serve\n"})
    assert plan.application is not None
    assert (plan.application.kind, plan.application.port) == (ApplicationKind.COMPOSE, 9000)
    assert component(plan, "app")["ports"] == [{"name": "http", "port": 9000}]
    assert plan.warnings == ()


def test_another_kind_can_be_set_instead_of_a_compose_file() -> None:
    files = {"compose.yaml": COMPOSE, "Dockerfile": DOCKERFILE}
    plan = plan_of(files, overrides=DetectionOverrides(kind=ApplicationKind.DOCKERFILE))
    assert component(plan)["ports"][0]["port"] == 80


@pytest.mark.spec("ENV-007", "ENV-012")
def test_backing_services_come_along_and_the_application_is_told_where_they_are() -> None:
    plan = plan_of({**NODE, "compose.yaml": "services: {db: {image: postgres}}\n"})
    assert component(plan)["env"]["DATABASE_URL"] == "postgresql://postgres@db:5432/postgres"
    assert component(plan, "db")["security"] == {"profile": "baseline"}
    assert component(plan)["security"] == {"profile": "restricted", "runAsUser": 10001}
    assert plan.release.values["security"] == {"profile": "baseline"}
    assert [stage.components for stage in plan.stages] == [("db",), ("web",)]
    assert plan.route.service == "pr-shop-7-web"


def test_a_backing_service_of_the_applications_own_name_is_refused() -> None:
    (problem,) = problems_of({**NODE, "compose.yaml": "services: {web: {image: postgres}}\n"})
    assert "the service `web` has the name of the application's own component" in problem


def test_a_chart_says_itself_what_is_there_beside_the_application() -> None:
    files = {"compose.yaml": "services: {db: {image: postgres}}\n", "c/Chart.yaml": "name: shop\n"}
    plan = plan_of(files)
    assert plan.release.chart == "c"
    assert plan.warnings == (
        "`compose.yaml` is not used (db): the chart says itself what is there beside the application.",
    )


def test_builds_of_the_configuration_file_come_before_detection() -> None:
    config = "builds: {site: {dockerfile: odd/image.txt}}\nworkdir: odd\ncommands: {dev: x}"
    plan = plan_of({**NODE, "odd/image.txt": "FROM x\n"}, None, config)
    assert [(each.component, each.dockerfile) for each in plan.builds] == [
        ("site", "odd/image.txt")
    ]
    assert plan.application is None
    assert plan.reasons[0] == "`.catalyst.yaml` says which images to build: `site`."
    assert plan.warnings == (
        "`workdir`, `dev` have no effect: the template `development` deploys images built from Dockerfiles.",
    )


@pytest.mark.spec("ENV-030")
def test_variables_that_were_found_are_told_by_their_names() -> None:
    plan = plan_of(NODE, None, "variables: {HOST: '::'}")
    assert component(plan)["env"] == {"HOST": "::", "PORT": "3000"}
    assert "Variables: `HOST` from `.catalyst.yaml`; `PORT` from what was detected." in plan.reasons
    assert mapping(plan.release.values)["components"].keys() == {"web"}

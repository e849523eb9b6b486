"""Development mode (ENV-005): what runs straight from the code, and what it runs in."""

import json

import pytest

from tests.workflows.planning.plans.cases import NODE, component, plan_of
from workflows.errors import PlanError
from workflows.models import DevelopmentPlan, DevelopmentStep, RevisionPlan, Template
from workflows.planning.plans.development.files import development_files

pytestmark = pytest.mark.spec("ENV-005")
DEVELOPMENT = Template(type="auto", mode="development")
FOLLOWING = {
    **NODE,
    "package.json": '{"scripts": {"dev": "next dev"}, "dependencies": {"next": "15"}}',
}
DOCKERFILE = "FROM node:22\nEXPOSE 3000\nCMD node server.js\n"
JOBS = """\
services: {db: {type: postgres}, maps: {image: acme/maps, port: 8080}}
jobs:
  migrate: {when: pre-deploy, command: npm run migrate}
  seed: {when: pre-deploy, command: npm run seed, run: once}
  tell: {when: post-deploy, command: npm run tell, timeout: 90s}
  types: {when: post-build, command: npm run types}
  index: {when: pre-deploy, command: npm run index, component: worker}
"""


def developed(plan: RevisionPlan) -> DevelopmentPlan:
    assert plan.development is not None
    return plan.development


def test_no_image_is_built_and_the_dev_command_runs_in_the_language_s_own() -> None:
    plan = plan_of(FOLLOWING, DEVELOPMENT)
    found, web = developed(plan), component(plan)
    assert plan.builds == ()
    assert (found.command, found.port, found.follows_changes) == ("npm run dev", 3000, True)
    assert found.install == ("npm ci",)
    assert found.inputs == ("package-lock.json", "package.json")
    assert web["image"] == "docker.io/library/node:22-slim"
    assert web["env"]["WATCHPACK_POLLING"] == "true"
    assert web["resources"]["limits"]["memory"] == found.memory == "2Gi"
    assert web["volumes"]["code"]["mountPath"] == "/code"
    assert web["sidecars"]["code"]["image"] == "{tools_image}"
    assert plan.rollout_timeout_seconds == 900


def test_nothing_of_the_commit_or_of_its_commands_is_a_part_of_the_pod() -> None:
    one = plan_of(FOLLOWING, DEVELOPMENT)
    other = plan_of(FOLLOWING, DEVELOPMENT, commit="b" * 40, config="commands: {dev: npx next}")
    assert developed(other).command == "npx next"
    assert one.release == other.release


@pytest.mark.spec("ENV-018")
def test_jobs_of_the_application_are_steps_on_its_code_and_others_are_told() -> None:
    plan = plan_of(FOLLOWING, DEVELOPMENT, config=JOBS)
    assert developed(plan).after_install == (
        DevelopmentStep(title="types", command="npm run types"),
    )
    assert developed(plan).after_health == (
        DevelopmentStep(title="tell", command="npm run tell", timeout_seconds=90),
    )
    assert developed(plan).migrations == (
        DevelopmentStep(title="migrate", command="npm run migrate"),
        DevelopmentStep(title="seed", command="npm run seed", is_once=True),
    )
    assert [stage.components for stage in plan.stages] == [("db", "maps"), ("web",)]
    assert plan.stages_after_health == ()
    assert "DATABASE_URL" in component(plan)["secretEnv"]
    assert component(plan)["waitFor"].keys() == {"db", "maps"}
    assert component(plan, "db")["resources"]["limits"]["memory"] == "512Mi"
    [warning] = plan.warnings
    assert "`jobs.index` is not run in development mode, which has no image of `worker`" in warning
    told = [each for each in plan.reasons if each.startswith("Job ")]
    assert [each.split("` ")[-2].split(", because")[0] for each in told] == [
        "on the code before the development server, with each push",
        "on the code before the development server, until it has succeeded once",
        "on the code once the URL answers, with each push",
        "on the code once its dependencies are there, with each push",
    ]


def test_a_dockerfile_gives_way_to_the_code_that_it_packs() -> None:
    plan = plan_of({**FOLLOWING, "Dockerfile": DOCKERFILE}, DEVELOPMENT)
    assert plan.builds == ()
    assert developed(plan).command == "npm run dev"
    assert any("not `Dockerfile`" in reason for reason in plan.reasons)


def test_without_a_command_it_is_deployed_as_usual_and_told() -> None:
    plan = plan_of({"index.html": "<h1>A page</h1>"}, DEVELOPMENT)
    assert plan.development is None
    assert plan.builds
    assert any("Development mode needs a command" in warning for warning in plan.warnings)


def test_a_dockerfile_alone_is_built_as_usual() -> None:
    plan = plan_of({"Dockerfile": DOCKERFILE}, DEVELOPMENT)
    assert plan.development is None
    assert [build.dockerfile for build in plan.builds] == ["Dockerfile"]


def test_an_image_of_the_environment_s_own_comes_first() -> None:
    plan = plan_of(FOLLOWING, DEVELOPMENT, image="registry.example.com/shop:1")
    assert plan.development is None
    assert [each.image for each in plan.images] == ["registry.example.com/shop:1"]


def test_other_types_say_that_the_mode_has_no_effect() -> None:
    template = Template(type="dockerfile", mode="development")
    plan = plan_of({"Dockerfile": DOCKERFILE}, template)
    assert plan.development is None
    assert any("`mode` of the template `development`" in warning for warning in plan.warnings)


def test_a_command_that_follows_no_changes_is_started_with_each_push() -> None:
    plan = plan_of(NODE, DEVELOPMENT)
    assert developed(plan).follows_changes is False
    assert any("each push starts it again" in reason for reason in plan.reasons)


@pytest.mark.spec("ENV-024")
def test_a_development_container_is_what_it_runs_in() -> None:
    container = {
        "image": "docker.io/acme/tools:3",
        "postCreateCommand": "make ready",
        "remoteEnv": {"TITLE": "Rivers"},
    }
    files = {**FOLLOWING, ".devcontainer/devcontainer.json": json.dumps(container)}
    plan = plan_of(files, DEVELOPMENT)
    assert [(each.component, each.image) for each in plan.images] == [
        ("web", "docker.io/acme/tools:3")
    ]
    assert "image" not in component(plan)
    assert developed(plan).install == ("npm ci", "make ready")
    assert component(plan)["env"]["TITLE"] == "Rivers"
    assert not any("is not" in warning for warning in plan.warnings)


@pytest.mark.spec("ENV-024")
def test_a_development_container_with_a_dockerfile_is_built() -> None:
    files = {
        **FOLLOWING,
        ".devcontainer/devcontainer.json": '{"build": {"dockerfile": "Dockerfile"}}',
        ".devcontainer/Dockerfile": "FROM node:22\n",
    }
    plan = plan_of(files, DEVELOPMENT)
    assert [(each.component, each.dockerfile) for each in plan.builds] == [
        ("web", ".devcontainer/Dockerfile")
    ]


@pytest.mark.spec("ENV-024")
def test_a_development_container_that_cannot_be_had_is_passed_over() -> None:
    files = {**FOLLOWING, ".devcontainer/devcontainer.json": '{"dockerComposeFile": "c.yaml"}'}
    assert component(plan_of(files, DEVELOPMENT))["image"].startswith("docker.io/library/node")


def test_python_gets_a_virtual_environment_that_outlives_the_pod() -> None:
    files = {
        "requirements.txt": "flask\n",
        "requirements-dev.txt": "pytest\n",
        "app.py": "from flask import Flask\napp = Flask(__name__)\n",
    }
    plan = plan_of(files, DEVELOPMENT)
    found = developed(plan)
    assert found.install[0].startswith("test -x /cache/venv/bin/python ||")
    assert found.install[-1] == "pip install -r requirements.txt"
    assert found.inputs == ("requirements-dev.txt", "requirements.txt")
    assert component(plan)["env"]["VIRTUAL_ENV"] == "/cache/venv"
    assert "memory" not in component(plan)["resources"]["limits"]
    assert found.memory == "512Mi"


def test_uv_is_installed_where_a_project_needs_it() -> None:
    files = {
        "pyproject.toml": '[project]\nname = "a"\ndependencies = ["flask"]\n',
        "uv.lock": "",
        "app.py": "from flask import Flask\napp = Flask(__name__)\n",
    }
    assert "pip install 'uv>=0.8,<1'" in developed(plan_of(files, DEVELOPMENT)).install


def test_go_keeps_what_it_has_fetched() -> None:
    files = {
        "go.mod": "module shop\n\ngo 1.24\n\nrequire example.com/a v1.0.0\n",
        "go.sum": "",
        "main.go": 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
    }
    plan = plan_of(files, DEVELOPMENT)
    assert developed(plan).command == "go run ."
    assert component(plan)["env"]["GOPATH"] == "/cache/go"
    assert component(plan)["image"] == "docker.io/library/golang:1.24"


def test_a_make_target_runs_in_a_plain_debian() -> None:
    plan = plan_of({"Makefile": "dev:\n\t./serve --port 4000\n"}, DEVELOPMENT)
    assert developed(plan).command == "make dev"
    assert component(plan)["image"] == "docker.io/library/buildpack-deps:bookworm"


def test_a_member_of_a_workspace_is_installed_with_all_of_it() -> None:
    files = {
        "package.json": '{"workspaces": ["apps/*"]}',
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
        "pnpm-workspace.yaml": "packages: ['apps/*']\n",
        "apps/web/package.json": '{"scripts": {"dev": "vite"}, "devDependencies": {"vite": "6"}}',
        "apps/web/vite.config.js": "",
        "apps/api/package.json": "{}",
        "apps/api/requirements.txt": "",
    }
    found = developed(plan_of(files, DEVELOPMENT))
    assert (found.install_in, found.workdir) == (".", "apps/web")
    assert found.install[0].startswith("npm install --global pnpm@")
    assert "apps/web/package.json" in found.inputs
    assert {"pnpm-lock.yaml", "apps/api/package.json"} <= {*found.inputs}
    assert "apps/api/requirements.txt" not in found.inputs


def test_the_files_for_the_container_are_scripts_that_stop_at_the_first_failure() -> None:
    plan = DevelopmentPlan(
        component="web",
        install=("npm ci",),
        inputs=("package.json",),
        migrations=(
            DevelopmentStep(title="migrate", command="cd db && make"),
            DevelopmentStep(title="seed", command="make seed", is_once=True),
        ),
        command="npm run dev",
        workdir="apps/web",
        port=3000,
    )
    files = development_files(plan)
    assert files["install.sh"].startswith("set -e\n")
    assert "(\ncd db && make\n)" in files["migrate.sh"]
    assert "if [ ! -e /code/.git/catalyst/once-seed ]; then" in files["migrate.sh"]
    assert (files["migrate.limit"], files["post-build.limit"]) == ("1200\n", "")
    assert files["inputs"] == "package.json\n"
    assert files["workdir"] == "apps/web\n"
    bare = DevelopmentPlan(component="web", command="true", port=1)
    assert development_files(bare)["migrate.sh"] == ""


@pytest.mark.spec("ENV-022", "ENV-033")
def test_an_agent_s_environment_is_in_development_mode_whatever_its_template_says() -> None:
    agents = plan_of(FOLLOWING, Template(type="auto"), is_development=True)
    assert agents.development == plan_of(FOLLOWING, DEVELOPMENT).development
    assert agents.release == plan_of(FOLLOWING, DEVELOPMENT).release
    assert agents.builds == ()


@pytest.mark.spec("ENV-022")
def test_a_type_that_names_its_images_cannot_be_worked_in() -> None:
    with pytest.raises(PlanError, match="needs a template of the type `auto`") as caught:
        plan_of(
            {**FOLLOWING, "Dockerfile": DOCKERFILE},
            Template(type="dockerfile"),
            is_development=True,
        )
    assert "`development` is of the type `dockerfile`" in str(caught.value)


@pytest.mark.spec("ENV-022", "ENV-033", "ENV-010")
@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"README.md": "Nothing to see.\n"}, id="nothing"),
        pytest.param({"index.html": "<p>hello</p>\n"}, id="a static site"),
        pytest.param(
            {"compose.yaml": "services: {web: {build: .}}\n", "Dockerfile": DOCKERFILE},
            id="compose",
        ),
    ],
)
def test_code_that_nothing_serves_can_be_worked_on_all_the_same(files: dict[str, str]) -> None:
    plan = plan_of(files, Template(type="auto"), is_development=True)
    found = developed(plan)
    assert found.command.endswith("exit 1")
    assert "Nothing to run was found." in found.command
    assert component(plan)["image"] == "docker.io/library/buildpack-deps:bookworm"
    assert component(plan)["volumes"]["code"]["mountPath"] == "/code"
    assert any("the code is there to be worked on" in each for each in plan.warnings)
    usual = plan_of(files, DEVELOPMENT)
    assert usual.development is None
    assert any("deployed as usual" in each for each in usual.warnings)

"""Jobs around a deployment: in which image, with what, and after what."""

import pytest
from jsonschema import Draft202012Validator

from tests.workflows.planning.plans.cases import (
    DOCKERFILE,
    NODE,
    SCHEMA,
    component,
    mapping,
    plan_of,
    problems_of,
)
from workflows import naming
from workflows.models import BuildSettings, PrebuiltImage, RevisionPlan, Stage, Template
from workflows.planning.plans import plan_text
from workflows.planning.plans.beside.ordering import stages_of
from workflows.planning.reaching import until_reached

pytestmark = pytest.mark.spec("ENV-018")

AUTO = Template(type="auto", secrets=("TOKEN",))
TWO = Template(type="dockerfile", builds=(BuildSettings(), BuildSettings(component="tools")))
ONE = {"Dockerfile": DOCKERFILE}
CHART = {"chart/Chart.yaml": "name: shop\n", **ONE}
ALL = """\
variables: {MODE: preview}
services: {db: {type: postgres}}
jobs:
  check: {when: post-build, command: npm test}
  seed: {when: pre-deploy, command: npm run seed, run: once, timeout: 90s}
  migrate: {when: pre-deploy, command: "npm run migrate && echo done"}
  smoke: {when: post-deploy, command: npm run smoke}
"""


def titles(stages: tuple[Stage, ...]) -> list[str]:
    return [each.title for each in stages]


def test_a_job_runs_its_command_in_the_image_of_the_commit_with_all_that_the_application_has() -> (
    None
):
    plan = plan_of(NODE, AUTO, ALL)
    web, job = component(plan), component(plan, "migrate")
    assert job == {
        "kind": "job",
        "imageFrom": "web",
        "command": ["/bin/sh", "-c", "npm run migrate && echo done"],
        "activeDeadlineSeconds": 600,
        "env": web["env"],
        "envFrom": ["catalyst-secrets"],
        "secretEnv": web["secretEnv"],
        "security": web["security"],
        "waitFor": {
            "db": {
                "image": "docker.io/library/postgres:17",
                "command": [
                    "/bin/sh",
                    "-c",
                    "until pg_isready --quiet --host=pr-shop-7-db; do sleep 0.2; done",
                ],
            }
        },
    }
    assert job["env"]["MODE"] == "preview"
    assert "DATABASE_URL" in job["secretEnv"]
    seed = component(plan, "seed")
    assert (seed["once"], seed["activeDeadlineSeconds"]) == (True, 90)
    assert "waitFor" not in component(plan, "check"), "services come up after it"


def test_a_job_waits_for_every_service_that_has_a_port_and_for_no_other() -> None:
    services = (
        "services:\n  files: {type: s3}\n  maps: {image: acme/maps, port: 8080}\n  mail: {image: acme/mail}\n"
        "  search: {chart: charts/search, port: 9200}\n  clock: {chart: charts/clock}\n"
    )
    jobs = "jobs: {migrate: {when: pre-deploy, command: npm run migrate}}\n"
    files = {
        **NODE,
        **{f"charts/{each}/Chart.yaml": f"name: {each}\n" for each in ("search", "clock")},
    }
    expected = {
        "files": until_reached("pr-shop-7-files", 9000),
        "maps": until_reached("pr-shop-7-maps", 8080),
        "search": until_reached("chart-pr-shop-7-search", 9200),
    }
    assert component(plan_of(files, AUTO, services + jobs), "migrate")["waitFor"] == expected
    beside = plan_of({**files, **CHART}, Template(type="helm"), services + jobs).extras
    assert beside is not None
    found = mapping(mapping(beside.values["components"])["migrate"])["waitFor"]
    own = naming.extras_release_name("pr-shop-7")
    assert found == {
        **expected,
        "files": until_reached(f"{own}-files", 9000),
        "maps": until_reached(f"{own}-maps", 8080),
    }


def test_each_moment_has_its_place_and_jobs_run_one_after_another_as_they_are_written() -> None:
    plan = plan_of(NODE, AUTO, ALL)
    assert titles(plan.stages) == [
        "job check",
        "service db",
        "job seed",
        "job migrate",
        "application",
    ]
    assert titles(plan.stages_after_health) == ["job smoke"]
    named = {name for stage in plan.stages for name in stage.components}
    assert named == {"check", "db", "seed", "migrate", "web"}, "what runs later is not there yet"


def test_reasons_say_what_runs_when_and_who_asks_for_it() -> None:
    plan = plan_of(NODE, AUTO, ALL)
    assert (
        "Job `seed` runs `npm run seed` in the image of `web`, before the application is deployed, until it has "
        "succeeded once, because `.catalyst.yaml` asks for it."
    ) in plan.reasons
    assert (
        "Job `smoke` runs `npm run smoke` in the image of `web`, once the URL answers, with each revision, because "
        "`.catalyst.yaml` asks for it."
    ) in plan.reasons
    lines = [" ".join(line.split()) for line in plan_text(plan).splitlines()]
    assert "stage 3 job seed: seed" in lines
    assert "once the URL answers 1 job smoke: smoke" in lines


def test_jobs_alone_put_the_application_into_a_stage_of_its_own() -> None:
    plan = plan_of(NODE, AUTO, "jobs: {smoke: {when: post-deploy, command: x}}")
    assert plan.stages == (Stage(title="application", release="pr-shop-7", components=("web",)),)
    assert titles(plan.stages_after_health) == ["job smoke"]


def test_a_job_names_the_build_whose_image_it_needs() -> None:
    config = "jobs: {m: {when: pre-deploy, command: x, component: tools}}"
    assert component(plan_of(ONE, TWO, config), "m")["imageFrom"] == "tools"
    assert problems_of(ONE, TWO, config.replace("tools", "tool")) == [
        (
            ".catalyst.yaml:2:8: `jobs.m` names the component `tool`, which no image is built for; there are: `web`, "
            "`tools`."
        )
    ]


def test_a_job_in_an_image_that_others_build() -> None:
    template = Template(type="image", images=(PrebuiltImage(component="api", image="a/b:{sha}"),))
    plan = plan_of({"x": ""}, template, "jobs: {m: {when: pre-deploy, command: x}}")
    assert component(plan, "m")["imageFrom"] == "api"


def jobs_beside(plan: RevisionPlan) -> dict[str, object]:
    assert plan.extras is not None
    Draft202012Validator(SCHEMA).validate(plan.extras.values)
    return mapping(plan.extras.values["components"])


def test_beside_a_chart_jobs_are_in_the_second_release_with_the_same_variables() -> None:
    plan = plan_of(CHART, Template(type="helm", secrets=("TOKEN",)), ALL)
    job = mapping(jobs_beside(plan)["migrate"])  # type: ignore[arg-type]
    assert (job["imageFrom"], job["env"], job["envFrom"]) == (
        "web",
        {"MODE": "preview"},
        ["catalyst-secrets"],
    )
    assert job["secretEnv"]["PGHOST"] == {"secret": "catalyst-service-db", "key": "PGHOST"}
    assert [each.release for each in plan.stages] == [*["pr-shop-7-extras"] * 4, "pr-shop-7"]
    assert plan.stages_after_health[0].release == "pr-shop-7-extras"
    assert "secrets" in plan.extras.values  # type: ignore[union-attr]


def test_without_any_image_a_job_is_refused() -> None:
    files = {"chart/Chart.yaml": "name: shop\n"}
    template = Template(type="helm", builds=())
    config = "jobs: {m: {when: pre-deploy, command: x}}"
    assert problems_of(files, template, config) == [
        (
            ".catalyst.yaml:2:8: `jobs.m` needs an image to run in, and none is built; add a build, or remove the job."
        )
    ]


@pytest.mark.invariant(7)
def test_jobs_of_a_fork_get_no_secrets_of_the_project() -> None:
    plan = plan_of(NODE, AUTO, ALL, is_trusted=False)
    assert "envFrom" not in component(plan, "migrate")
    assert "DATABASE_URL" in component(plan, "migrate")["secretEnv"]


def test_a_templates_jobs_are_added_to_and_replaced_by_name() -> None:
    jobs = {
        "migrate": {"when": "pre-deploy", "command": "old"},
        "seed": {"when": "pre-deploy", "command": "seed", "timeout_seconds": 30},
    }
    template = Template.model_validate({"type": "auto", "jobs": jobs})
    plan = plan_of(NODE, template, "jobs: {migrate: {when: post-deploy, command: new}}")
    assert titles(plan.stages) == ["job seed", "application"]
    assert component(plan, "migrate")["command"][-1] == "new"
    assert component(plan, "seed")["activeDeadlineSeconds"] == 30


def test_a_migration_waits_for_a_database_that_the_application_itself_brings() -> None:
    config = "jobs: {m: {when: pre-deploy, command: x, component: api}}"
    job = plan_of(
        ONE, Template(type="dockerfile", builds=(BuildSettings(component="api"),)), config
    )
    assert titles(job.stages) == ["job m", "application"]
    brought = [
        Stage(title="database", release="r", components=("db",)),
        Stage(title="application", release="r", components=("api", "web")),
    ]
    settings = {"when": "pre-deploy", "command": "x", "component": "api"}
    [asked] = Template.model_validate({"jobs": {"m": settings}}).jobs.values()
    found = stages_of("r", (), {"m": asked}, brought)
    assert titles(found) == ["database", "job m", "application"]

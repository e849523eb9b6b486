"""Workers, and commands by the clock: components beside the application, in an image of the very commit (ENV-017)."""

import pytest
from jsonschema import Draft202012Validator

from tests.workflows.planning.plans.cases import (
    NODE,
    SCHEMA,
    component,
    mapping,
    plan_of,
    problems_of,
)
from tests.workflows.planning.plans.services import AUTO, CHART, DATABASE, HELM, PG, offered
from workflows.models import BuildSettings, Stage, Template

pytestmark = pytest.mark.spec("ENV-017")
BOTH = """\
processes:
  mail: {command: npm run mail}
  report: {command: npm run report, schedule: "*/5  * * * *"}
"""


def test_a_worker_runs_in_the_applications_image_with_its_variables_and_nothing_reaches_it() -> (
    None
):
    plan = plan_of(NODE, AUTO, f"{BOTH}variables: {{LEVEL: info}}")
    mail = component(plan, "mail")
    assert (mail["kind"], mail["imageFrom"]) == ("worker", "web")
    assert mail["command"] == ["/bin/sh", "-c", "npm run mail"]
    assert mail["env"]["LEVEL"] == "info"
    assert mail.get("security") == component(plan).get("security")
    assert not {"ports", "probes", "service", "schedule"} & set(mail)
    assert plan.stages == (
        Stage(title="application", release="pr-shop-7", components=("web", "mail", "report")),
    )
    assert plan.route.service == "pr-shop-7-web"
    assert (
        "Process `mail` runs `npm run mail` in the image of `web`, beside it, because `.catalyst.yaml` asks for it."
    ) in plan.reasons
    Draft202012Validator(SCHEMA).validate(plan.release.values)


def test_a_command_by_the_clock_is_a_cron_that_cannot_hang_for_ever() -> None:
    plan = plan_of(NODE, AUTO, BOTH)
    report = component(plan, "report")
    assert (report["kind"], report["schedule"]) == ("cron", "*/5 * * * *")
    assert report["activeDeadlineSeconds"] == 3600
    assert any("by the clock (`*/5 * * * *`, in UTC)" in each for each in plan.reasons)


def test_they_come_with_the_application_and_know_its_services() -> None:
    plan = plan_of(NODE, AUTO, BOTH + DATABASE)
    assert [each.components for each in plan.stages] == [("db",), ("web", "mail", "report")]
    for name in ("mail", "report"):
        assert set(offered(plan, name)) == {*PG}


def test_beside_a_chart_of_the_projects_own_they_follow_it_in_the_second_release() -> None:
    plan = plan_of(CHART, HELM, BOTH)
    assert plan.extras is not None
    assert set(mapping(plan.extras.values["components"])) == {"mail", "report"}
    assert plan.stages == (
        Stage(title="application", release="pr-shop-7"),
        Stage(
            title="processes mail, report",
            release="pr-shop-7-extras",
            components=("mail", "report"),
        ),
    )
    Draft202012Validator(SCHEMA).validate(plan.extras.values)


def test_each_runs_in_the_image_that_it_names_and_a_template_may_bring_some() -> None:
    builds = (BuildSettings(), BuildSettings(component="tools"))
    asked = {"clean": {"command": "true", "schedule": "@daily"}, "mail": {"command": "old"}}
    template = Template.model_validate({"type": "dockerfile", "builds": builds, "processes": asked})
    plan = plan_of(CHART, template, "processes: {mail: {command: new, component: tools}}")
    assert component(plan, "mail")["imageFrom"] == "tools"
    assert component(plan, "mail")["command"][-1] == "new"
    assert component(plan, "clean")["imageFrom"] == "web"
    assert any("the template `development` asks for it" in each for each in plan.reasons)


def test_compose_starts_them_with_its_last_stage() -> None:
    files = {
        "compose.yaml": "services:\n  db: {image: postgres}\n"
        "  web: {build: ., ports: ['80'], depends_on: [db]}\n",
        "Dockerfile": "FROM nginx\nEXPOSE 80\n",
    }
    plan = plan_of(files, AUTO, "processes: {mail: {command: 'true'}}")
    assert component(plan, "mail")["imageFrom"] == "web"
    assert [each.components for each in plan.stages] == [("db",), ("web", "mail")]


def test_where_nothing_runs_they_are_not_run_either_and_that_is_told() -> None:
    plan = plan_of({"README.md": ""}, AUTO, BOTH)
    assert (
        "Not run, because nothing was found that they could run in: `mail`, `report`."
        in plan.warnings
    )
    developed = plan_of(NODE, Template(type="auto", mode="development"), BOTH)
    assert [each for each in developed.warnings if "is not run in development mode" in each]
    assert developed.stages == ()


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ("{web: {command: x}}", "`processes.web` has the name of something else that runs"),
        ("{1x: {command: x}}", "`processes.1x` needs another name"),
        ("{m: {command: x, schedule: never}}", "`processes.m` would `never` run"),
        ("{m: {command: x, component: api}}", "which no image is built for; there are: `web`."),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(config: str, problem: str) -> None:
    [told] = problems_of(NODE, AUTO, f"processes: {config}")
    assert told.startswith(".catalyst.yaml:2:")
    assert problem in told


def test_a_chart_without_an_image_has_nothing_to_run_them_in() -> None:
    template = Template(type="manifests", manifests=("k8s",), builds=())
    [told] = problems_of(
        {"k8s/a.yaml": "kind: Service\n"}, template, "processes: {m: {command: x}}"
    )
    assert (
        "needs an image to run in, and none is built; add a build, or remove the process." in told
    )

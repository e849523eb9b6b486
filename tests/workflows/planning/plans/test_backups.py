"""Backups of a database: which service has them, what makes them, and what cannot be."""

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
from workflows.models import BackupPlan, BackupSettings, Quota, ServiceSettings, Template

pytestmark = pytest.mark.spec("ENV-017")

DATABASE = "services: {db: {type: postgres}}\n"
BACKED_UP = (
    'services: {db: {type: postgres, backups: {schedule: "*/30 * * * *", keep: 3, size: 2Gi}}}\n'
)
PLAN = BackupPlan(service="db", component="db-backups")


def template_with(backups: BackupSettings | None) -> Template:
    return Template(type="auto", services={"db": ServiceSettings(type="postgres", backups=backups)})


def test_a_backup_is_a_cron_job_in_the_databases_own_image_with_a_volume_of_its_own() -> None:
    plan = plan_of(NODE, Template(type="auto"), BACKED_UP)
    made = component(plan, "db-backups")
    assert plan.backups == (PLAN,)
    assert plan.services == ("db",), "it is no service that could be reset"
    assert made["image"] == component(plan, "db")["image"]
    assert (made["schedule"], made["timeZone"], made["suspend"]) == ("*/30 * * * *", "UTC", False)
    assert made["concurrencyPolicy"] == "Forbid"
    assert made["env"] == {
        "BACKUP_KEEP": "3",
        "BACKUP_OF": "db",
        "PGDATABASE": "app",
        "PGHOST": "pr-shop-7-db",
        "PGPORT": "5432",
        "PGUSER": "app",
    }
    assert made["secretEnv"] == {"PGPASSWORD": {"secret": "catalyst-service-db", "key": "password"}}
    assert made["volumes"] == {
        "backups": {"type": "persistent", "mountPath": "/backups", "size": "2Gi", "keep": True}
    }
    assert mapping(made["security"])["powerless"] is True
    assert list(Draft202012Validator(SCHEMA).iter_errors(plan.release.values)) == []


def test_it_comes_up_with_its_service_and_the_reasons_say_so() -> None:
    plan = plan_of(NODE, Template(type="auto"), BACKED_UP)
    assert plan.stages[0].components == ("db", "db-backups")
    assert plan.stages[0].title == "service db"
    [told] = [each for each in plan.reasons if "backed up" in each]
    assert told == (
        "Service `db` is backed up by `*/30 * * * *` (UTC) to a volume of 2Gi, where the newest 3 are kept, because "
        "`.catalyst.yaml` asks for it."
    )


def test_a_preview_has_none_unless_somebody_asks() -> None:
    plan = plan_of(NODE, Template(type="auto"), DATABASE)
    assert plan.backups == ()
    assert not any("backed up" in each for each in plan.reasons)


@pytest.mark.parametrize("key", ["deployment", "production", "staging"])
def test_templates_for_deployments_have_daily_ones(key: str) -> None:
    templates = {key: Template(type="auto")}
    plan = plan_of(NODE, None, DATABASE, key=key, templates=templates)
    made = component(plan, "db-backups")
    assert (made["schedule"], mapping(made["env"])["BACKUP_KEEP"]) == ("0 3 * * *", "7")
    assert any(f"environments of the template `{key}` have them" in each for each in plan.reasons)


def test_never_makes_them_when_asked_alone() -> None:
    template = template_with(BackupSettings(schedule="never"))
    made = component(plan_of(NODE, template), "db-backups")
    assert made["suspend"] is True
    plan = plan_of(NODE, template)
    assert any("backed up when asked for" in each for each in plan.reasons)
    assert any("the template `development` asks for it" in each for each in plan.reasons)


def test_a_file_that_replaces_the_service_keeps_the_templates_backups_unless_it_speaks_of_them() -> (
    None
):
    template = template_with(BackupSettings(keep=2))
    plan = plan_of(NODE, template, DATABASE)
    assert any("because the template `development` asks for it" in each for each in plan.reasons)
    kept = component(plan, "db-backups")
    assert mapping(kept["env"])["BACKUP_KEEP"] == "2"
    said = component(plan_of(NODE, template, BACKED_UP), "db-backups")
    assert mapping(said["env"])["BACKUP_KEEP"] == "3"
    assert plan_of(NODE, template, "services: {db: {type: redis}}\n").backups == ()


def test_beside_a_chart_of_the_projects_own_they_are_of_the_second_release() -> None:
    files = {"chart/Chart.yaml": "name: shop\n", "Dockerfile": DOCKERFILE}
    plan = plan_of(files, Template(type="helm"), BACKED_UP)
    assert plan.extras is not None
    assert "db-backups" in mapping(plan.extras.values["components"])
    assert plan.backups == (PLAN,)
    assert plan.stages[0].components == ("db", "db-backups")


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (
            f"services: {{{'d' * 33}: {{type: postgres, backups: {{}}}}}}\n",
            "needs a shorter name",
        ),
        (
            "services: {db: {type: postgres, backups: {size: 20Gi}}}\n",
            "`db` 1Gi, `db-backups` 20Gi",
        ),
        (
            "services: {db: {type: postgres, backups: {}}, db-backups: {type: redis}}\n",
            "what the backups of the service `db` are called",
        ),
    ],
)
def test_what_cannot_be_is_told(config: str, words: str) -> None:
    assert words in "\n".join(problems_of(NODE, Template(type="auto"), config))


def test_a_template_with_backups_of_something_else_is_told_too() -> None:
    wrong = ServiceSettings(type="redis", backups=BackupSettings())
    template = Template(type="auto", services={"cache": wrong})
    [problem] = problems_of(NODE, template)
    assert "only services of type `postgres`" in problem


def test_the_quota_counts_their_volume() -> None:
    template = Template(type="auto", quota=Quota(storage="3Gi"))
    assert plan_of(NODE, template, BACKED_UP).backups == (PLAN,)
    smaller = Template(type="auto", quota=Quota(storage="2Gi"))
    assert "raise the template's `quota.storage`" in "\n".join(
        problems_of(NODE, smaller, BACKED_UP)
    )

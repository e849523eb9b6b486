"""How what a repository brings itself is told of its services: its own chart or manifests, images of others, nothing at all."""

import pytest
from jsonschema import Draft202012Validator

from tests.workflows.planning.plans.cases import SCHEMA, mapping, plan_of
from tests.workflows.planning.plans.services import AUTO, CHART, DATABASE, HELM, PG, offered
from workflows.models import BuildSettings, PrebuiltImage, Stage, Template
from workflows.planning.plans import plan_text

pytestmark = pytest.mark.spec("ENV-017")


@pytest.mark.parametrize("kind", ["helm", "manifests"])
def test_a_project_with_a_chart_of_its_own_gets_services_in_a_second_release(kind: str) -> None:
    files = {**CHART, "k8s/a.yaml": "kind: ConfigMap\n"}
    template = Template.model_validate({"type": kind})
    plan = plan_of(files, template, DATABASE)
    assert plan.extras is not None
    assert (plan.extras.name, plan.extras.source) == ("pr-shop-7-extras", "catalyst")
    Draft202012Validator(SCHEMA).validate(plan.extras.values)
    database = mapping(mapping(plan.extras.values["components"])["db"])
    assert "service" not in database, "a chart may have a Service of that name"
    assert plan.credentials[0].texts["PGHOST"] == "pr-shop-7-extras-db"
    assert plan.stages == (
        Stage(title="service db", release="pr-shop-7-extras", components=("db",)),
        Stage(title="application", release="pr-shop-7"),
    )
    assert (
        "The Secret `catalyst-service-db`, made for `db`, holds `DATABASE_URL`, `PGHOST`, `PGPORT`, `PGUSER`, "
        "`PGPASSWORD`, `PGDATABASE`; refer to it by that name."
    ) in plan.reasons


def test_a_chart_finds_its_services_in_its_values() -> None:
    values = mapping(plan_of(CHART, HELM, DATABASE).release.values["global"])
    assert values["catalyst"] == {
        "services": {
            "db": {"host": "pr-shop-7-extras-db", "port": 5432, "secret": "catalyst-service-db"}
        }
    }
    untouched = HELM.model_copy(update={"is_user_managed": True})
    assert plan_of(CHART, untouched, DATABASE).release.values == {}
    assert plan_of(CHART, HELM).release.values == {}


def test_images_of_others_are_given_what_images_built_here_are() -> None:
    template = Template(type="image", images=(PrebuiltImage(image="acme/shop:{sha}"),))
    assert set(offered(plan_of({"a": ""}, template, DATABASE))) == {*PG}
    builds = (BuildSettings(), BuildSettings(component="worker"))
    plan = plan_of(CHART, Template(type="dockerfile", builds=builds), DATABASE)
    assert set(offered(plan)) == set(offered(plan, "worker")) == {*PG}


def test_services_where_nothing_to_run_was_found() -> None:
    plan = plan_of(
        {"README.md": ""}, AUTO, f"{DATABASE}jobs: {{m: {{when: pre-deploy, command: x}}}}"
    )
    assert set(offered(plan)) == {*PG}
    assert "Not run, because nothing was found that they could run in: `m`." in plan.warnings
    assert plan.stages[0].components == ("db",)


def test_the_plan_in_words_names_secrets_and_stages_and_no_value() -> None:
    text = plan_text(plan_of(CHART, HELM, DATABASE))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "stage 1 service db, of pr-shop-7-extras: db" in lines
    assert "stage 2 application: all of it" in lines
    assert (
        "Secret catalyst-service-db password (32 characters, made once), DATABASE_URL, PGHOST, PGPORT, PGUSER, "
        "PGPASSWORD, PGDATABASE"
    ) in lines
    assert "beside: db.image docker.io/library/postgres:17" in lines

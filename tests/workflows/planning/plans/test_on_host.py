"""Code that is a directory of the node: for environments to work in, where an operator named one, and never otherwise."""

from typing import Any

import pytest

from tests.workflows.planning.plans.cases import asked, component, plan_of, problems_of
from tests.workflows.planning.plans.test_development import FOLLOWING
from workflows.models import DevelopmentStep, Template
from workflows.planning.plans.development.files import development_files
from workflows.planning.plans.request import settings_mark

pytestmark = pytest.mark.spec("ENV-005")
AUTO = Template(type="auto")
WANTED: dict[str, Any] = {
    "number": 0,
    "is_development": True,
    "is_on_host": True,
    "has_directory": True,
}


def test_the_claim_of_the_directory_is_the_code_and_nothing_of_catalyst_s_is_in_it() -> None:
    plan = plan_of(FOLLOWING, AUTO, **WANTED)
    assert plan.development is not None
    assert plan.development.is_on_host
    web = component(plan)
    assert web["volumes"]["code"] == {
        "type": "persistent",
        "mountPath": "/code",
        "existingClaim": "catalyst-code",
    }
    assert web["commitFile"] == "/cache/.catalyst/commit"
    assert "/code/.git" not in str(web)
    step = DevelopmentStep(title="seed", command="true", is_once=True)
    told = plan.development.model_copy(update={"migrations": (step,)})
    assert "/cache/.catalyst/once-seed" in development_files(told)["migrate.sh"]
    assert any("on the project's directory of the node" in each for each in plan.reasons)


def test_who_does_not_ask_has_a_clone() -> None:
    plan = plan_of(FOLLOWING, AUTO, **{**WANTED, "is_on_host": False})
    assert plan == plan_of(FOLLOWING, AUTO, number=0, is_development=True)
    assert component(plan)["volumes"]["code"]["size"] == "4Gi"


@pytest.mark.invariant(7)
@pytest.mark.parametrize(
    "changes",
    [{"number": 7}, {"is_trusted": False}, {"is_development": False}],
    ids=["a pull request", "a fork", "no environment to work in"],
)
def test_a_pull_request_never_has_it(changes: dict[str, Any]) -> None:
    (problem,) = problems_of(FOLLOWING, AUTO, **{**WANTED, **changes})
    assert "The code of a pull request never runs on a directory of the node" in problem


def test_a_project_without_one_is_told_who_names_it() -> None:
    (problem,) = problems_of(FOLLOWING, AUTO, **{**WANTED, "has_directory": False})
    assert "No directory of the node is named for the project `acme-shop`" in problem
    assert "`CATALYST_WORKER_DEVELOPMENT_DIRECTORIES`" in problem


def test_images_are_not_worked_on() -> None:
    files = {**FOLLOWING, "Dockerfile": "FROM node:22\nEXPOSE 3000\nCMD node server.js\n"}
    for how in ({"config": "builds: {web: {}}"}, {"image": "docker.io/acme/shop:1"}):
        (problem,) = problems_of(files, AUTO, **WANTED, **how)
        assert "worked on in development mode alone" in problem


def test_it_is_no_setting_that_people_change() -> None:
    assert settings_mark(asked(AUTO, **WANTED)) == settings_mark(asked(AUTO))

"""What is installed in an environment itself comes from the operator's mirrors, which it may reach (FR-013)."""

from typing import Any

import pytest

from tests.workflows.planning.plans.cases import NODE, component, plan_of
from workflows.models import DevelopmentPlan, RevisionPlan, Template
from workflows.planning.dockerfiles import Mirrors
from workflows.planning.plans import plan_text

pytestmark = pytest.mark.spec("ENV-005", "FR-013")
DEVELOPMENT = Template(type="auto", mode="development")
NAMED = Mirrors(npm="https://npm.example.com/", pypi="https://pypi.example.com/simple/")
ADDRESSED = Mirrors(npm="http://192.0.2.7:4873/", pypi="http://192.0.2.7:4874/simple/")
PYTHON = {
    "app.py": "from flask import Flask\napp = Flask(__name__)\n",
    "pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["flask"]\n',
}


def developed(plan: RevisionPlan) -> DevelopmentPlan:
    assert plan.development is not None
    return plan.development


def proxy_of(plan: RevisionPlan) -> dict[str, Any]:
    values: Any = plan.release.values
    proxy: dict[str, Any] = values.get("global", {}).get("catalyst", {}).get("proxy", {})
    return proxy


def test_mirrors_of_an_address_are_told_to_the_package_managers_and_reached_directly() -> None:
    plan = plan_of(NODE, DEVELOPMENT, mirrors=ADDRESSED)
    assert developed(plan).package_sources == ADDRESSED.urls
    env = component(plan)["env"]
    assert env["NPM_CONFIG_REGISTRY"] == ADDRESSED.npm
    assert (env["PIP_INDEX_URL"], env["PIP_TRUSTED_HOST"]) == (ADDRESSED.pypi, "192.0.2.7")
    assert "UV_DEFAULT_INDEX" not in env
    assert (plan.egress, plan.egress_hosts) == ((), ()), "not every port of that host"
    told = f"Packages come from the operator's mirrors: `{ADDRESSED.npm}`, `{ADDRESSED.pypi}`."
    assert told in plan.reasons
    assert plan.warnings == ()
    assert ", ".join(ADDRESSED.urls) in plan_text(plan)


def test_mirrors_of_a_name_are_reached_through_the_proxy() -> None:
    plan = plan_of(NODE, DEVELOPMENT, mirrors=NAMED, has_egress_proxy=True)
    assert plan.egress_hosts == ("npm.example.com", "pypi.example.com")
    assert proxy_of(plan)["except"] == "pr-shop-7-web"
    told = f"Packages come from the operator's mirrors: `{NAMED.npm}`, `{NAMED.pypi}`."
    assert told in plan.reasons
    granted = DEVELOPMENT.model_copy(update={"egress": ("api.example.com", "npm.example.com")})
    both = plan_of(NODE, granted, mirrors=NAMED, has_egress_proxy=True)
    assert both.egress_hosts == ("api.example.com", "npm.example.com", "pypi.example.com")


def test_a_mirror_of_an_address_is_never_asked_through_the_proxy_of_others() -> None:
    granted = DEVELOPMENT.model_copy(update={"egress": ("api.example.com",)})
    plan = plan_of(NODE, granted, mirrors=ADDRESSED, has_egress_proxy=True)
    assert proxy_of(plan)["except"] == "192.0.2.7,pr-shop-7-web"


@pytest.mark.parametrize(
    ("mirrors", "has_proxy"),
    [(NAMED, False), (Mirrors(npm="http://npm.internal:4873/"), True)],
    ids=["no proxy", "a port that no proxy asks"],
)
def test_a_mirror_that_cannot_be_reached_is_told(mirrors: Mirrors, has_proxy: bool) -> None:
    plan = plan_of(NODE, DEVELOPMENT, mirrors=mirrors, has_egress_proxy=has_proxy)
    assert plan.egress_hosts == ()
    assert len(plan.warnings) == len(mirrors.urls)
    assert all("cannot be reached from here and is not used" in each for each in plan.warnings)
    assert developed(plan).package_sources == ()
    assert "NPM_CONFIG_REGISTRY" not in component(plan)["env"], "what is granted may lead elsewhere"
    assert "CATALYST_WORKER_EGRESS_PROXY_IMAGE" in plan.warnings[0]


@pytest.mark.invariant(7)
def test_the_code_of_a_fork_has_no_mirrors() -> None:
    plan = plan_of(NODE, DEVELOPMENT, mirrors=NAMED, has_egress_proxy=True, is_trusted=False)
    assert developed(plan).package_sources == ()
    assert "NPM_CONFIG_REGISTRY" not in component(plan)["env"]
    assert plan.egress_hosts == ()


def test_what_is_built_reaches_no_mirror_where_it_runs() -> None:
    plan = plan_of(NODE, Template(type="auto"), mirrors=NAMED, has_egress_proxy=True)
    assert plan.development is None
    assert plan.egress_hosts == ()
    assert "NPM_CONFIG_REGISTRY" not in component(plan).get("env", {})


@pytest.mark.parametrize(
    ("lock", "variable"),
    [("poetry.lock", "POETRY_PYPI_MIRROR_URL"), ("Pipfile.lock", "PIPENV_PYPI_MIRROR")],
)
def test_a_package_manager_with_packages_of_its_own_gets_an_environment_of_its_own(
    lock: str, variable: str
) -> None:
    manager = lock.partition(".")[0].replace("Pipfile", "pipenv")
    files = {**PYTHON, lock: "{}", **({"Pipfile": ""} if manager == "pipenv" else {})}
    plan = plan_of(files, DEVELOPMENT, mirrors=NAMED, has_egress_proxy=True)
    install = developed(plan).install
    assert f"test -x /cache/{manager}/bin/pip || python3 -m venv /cache/{manager}" in install
    assert f"ln -sf /cache/{manager}/bin/{manager} /cache/venv/bin/{manager}" in install
    assert component(plan)["env"][variable] == NAMED.pypi


def test_uv_is_installed_beside_what_it_installs() -> None:
    install = developed(plan_of({**PYTHON, "uv.lock": ""}, DEVELOPMENT)).install
    assert install[1] == "pip install 'uv>=0.8,<1'"
    assert "uv sync --locked" in install[2]

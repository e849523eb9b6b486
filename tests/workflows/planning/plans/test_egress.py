"""Who is told of the egress proxy (T-5): all that runs code of the project or of others, and no database."""

from typing import Any

import pytest

from tests.workflows.planning.plans.cases import DOCKERFILE, plan_of
from workflows.models import RevisionPlan, Template


def components(plan: RevisionPlan) -> dict[str, dict[str, Any]]:
    found: Any = plan.release.values["components"]
    return dict(found)


@pytest.mark.spec("T-5", "ENV-012", "ENV-017")
def test_images_of_others_are_told_of_the_proxy_and_databases_are_not() -> None:
    compose = (
        "services:\n  web: {build: ., ports: [80]}\n  mail: {image: acme/mail}\n"
        "  cache: {image: valkey/valkey:8}\n  seed: {image: acme/seed, x-catalyst: {job: true}}\n"
    )
    files = {"compose.yaml": compose, "Dockerfile": DOCKERFILE}
    services = "services: {db: {type: postgres, backups: {schedule: never}}, files: {type: s3}, maps: {image: acme/maps}}"
    template = Template(type="compose", egress=("api.example.com",))
    plan = plan_of(files, template, services, has_egress_proxy=True)
    found = {
        name: (each.get("catalystEnv", True), each.get("proxyEnv"))
        for name, each in components(plan).items()
    }
    assert found == {
        "web": (True, None),
        **dict.fromkeys(("mail", "seed", "maps"), (False, True)),
        **dict.fromkeys(("cache", "db", "db-backups", "files"), (False, None)),
    }
    assert (
        "Not told of the egress proxy: `cache`, `db`, `files`, so that no change of what is granted starts a database, a cache "
        "or the like anew."
    ) in plan.reasons
    without = plan_of(files, template, services)
    assert not any("proxyEnv" in each for each in components(without).values())
    assert not any("Not told of the egress proxy" in each for each in without.reasons)


@pytest.mark.spec("T-5", "ENV-017")
def test_services_beside_a_chart_of_the_projects_own_are_told_of_the_proxy_too() -> None:
    template = Template(type="manifests", manifests=("k8s",), egress=("api.example.com",))
    files = {"k8s/app.yaml": "kind: Service"}
    services = "services: {db: {type: postgres}, maps: {image: acme/maps}}"
    plan = plan_of(files, template, services, has_egress_proxy=True)
    assert plan.extras is not None
    told: Any = plan.extras.values["components"]
    assert (told["maps"]["proxyEnv"], "proxyEnv" in told["db"]) == (True, False)


@pytest.mark.spec("T-5", "ENV-017")
def test_a_service_that_is_a_chart_is_told_where_to_find_the_proxy() -> None:
    template = Template(type="auto", egress=("api.example.com",))
    files = {"Dockerfile": DOCKERFILE, "charts/search/Chart.yaml": "name: search\n"}
    plan = plan_of(
        files, template, "services: {search: {chart: charts/search}}", has_egress_proxy=True
    )
    assert (
        "Programs are told of the proxy by variables such as `HTTPS_PROXY`, which the chart of `search` can take from the "
        "ConfigMap `catalyst-egress` (`envFrom`)."
    ) in plan.reasons

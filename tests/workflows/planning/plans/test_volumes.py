"""What an application keeps of its own accord, told so that a person can throw it away (ENV-012, ENV-017)."""

import pytest

from tests.workflows.planning.plans.cases import NODE, plan_of
from tests.workflows.planning.plans.several.cases import joined
from workflows.models import RevisionPlan, Template

pytestmark = pytest.mark.spec("ENV-012", "ENV-017")
AUTO = Template(type="auto")
COMPOSE = """\
services:
  web:
    build: .
    ports: ["8080:8080"]
    volumes: ["uploads:/uploads", "cache:/cache"]
  worker: {build: ., volumes: ["uploads:/uploads"]}
  db: {image: "postgres:17", volumes: ["data:/var/lib/postgresql/data"]}
  memory: {image: "redis:7"}
volumes: {uploads: {}, cache: {}, data: {}}
"""
FILES = {"compose.yaml": COMPOSE, "Dockerfile": "FROM x\nCOPY . .\nCMD serve\n"}


def claims(plan: RevisionPlan) -> dict[str, tuple[list[str], list[str]]]:
    """By component: ends of its claims' names, and who uses them."""
    release = f"{plan.release.name}-"
    return {
        each.component: (
            sorted(claim.removeprefix(release) for claim in each.claims),
            sorted(each.users),
        )
        for each in plan.volumes
    }


def test_each_service_with_a_named_volume_is_told_with_all_who_mount_it() -> None:
    both = ["web", "worker"]
    assert claims(plan_of(FILES, AUTO)) == {
        "web": (["web--cache", "web--uploads"], both),
        "worker": (["web--uploads"], both),
        "db": (["db--data"], ["db"]),
    }


def test_services_and_their_backups_are_no_volumes_of_the_application() -> None:
    config = "services: {store: {type: postgres, backups: {schedule: daily}}}"
    plan = plan_of(FILES, AUTO, config.replace("daily", "never"))
    assert plan.services == ("store",)
    assert set(claims(plan)) == {"web", "worker", "db"}


def test_the_code_that_is_worked_on_is_not_but_a_database_beside_it_is() -> None:
    backing = "services: {db: {image: 'postgres:17', volumes: ['data:/data']}}\nvolumes: {data: }\n"
    files = {**NODE, "compose.yaml": backing}
    plan = plan_of(files, Template(type="auto", mode="development"))
    assert plan.development is not None
    assert claims(plan) == {"db": (["db--data"], ["db"])}


def test_a_chart_of_the_repository_s_own_keeps_what_it_says_itself() -> None:
    files = {"chart/Chart.yaml": "name: shop\nversion: 1.0.0\n", "Dockerfile": "FROM x\n"}
    assert plan_of(files, Template(type="helm", chart="chart")).volumes == ()


def test_those_of_several_sources_are_told_together() -> None:
    other = COMPOSE
    for name in ("web", "worker", "db", "memory"):
        other = other.replace(f"  {name}:", f"  {name}-behind:")
    plan = joined(files={"frontend": FILES, "backend": {**FILES, "compose.yaml": other}})
    listed = claims(plan)
    assert {each.removesuffix("-behind") for each in listed} == {"web", "worker", "db"}
    assert len(listed) == 6
    both = ["web-behind", "worker-behind"]
    assert listed["worker-behind"] == (["web-behind--uploads"], both)

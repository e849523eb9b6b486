"""Compose files that ask for more than their environment has: divided where that helps, refused in words where not."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.planning.plans.cases import plan_of, problems_of
from workflows.models import Quota, RevisionPlan, Template
from workflows.planning.compose import Piece
from workflows.planning.plans.ways.room import fitted
from workflows.repo_config.quantities import quantity

pytestmark = pytest.mark.spec("ENV-012", "FR-010")


def services(number: int, said: str = "image: busybox, expose: [80]") -> dict[str, str]:
    """A compose file with so many services of a kind."""
    lines = "".join(f"  s{at:02}: {{{said}}}\n" for at in range(number))
    return {"compose.yaml": f"services:\n{lines}"}


def components(plan: RevisionPlan) -> Mapping[str, Any]:
    found = plan.release.values["components"]
    assert isinstance(found, dict)
    return found


def with_quota(**quota: Any) -> Template:
    return Template(type="auto", quota=Quota(**quota))


def test_a_few_services_have_the_usual_limits() -> None:
    plan = plan_of(services(4))
    assert all("resources" not in each for each in components(plan).values())
    assert all("strategy" not in each for each in components(plan).values())


def test_a_dozen_gets_smaller_parts_so_that_old_and_new_stand_side_by_side() -> None:
    plan = plan_of(services(12))
    for each in components(plan).values():
        assert each["resources"] == {
            "limits": {"cpu": "160m", "memory": "336Mi"},
            "requests": {"cpu": "50m", "memory": "128Mi"},
        }
        assert "strategy" not in each
    assert (
        "A container that names no limit may use 160m CPU, and not 500m: so all 12 fit into the 4 of the environment."
        in plan.reasons
    )


def test_fifty_are_replaced_one_after_the_other() -> None:
    plan = plan_of(services(50))
    found = components(plan)
    assert len(found) == 50
    for each in found.values():
        assert each["resources"]["limits"] == {"cpu": "80m", "memory": "160Mi"}
        assert each["strategy"] == "Recreate"
    assert any("no room for two versions" in each for each in plan.reasons)


def test_one_more_than_there_may_be_pods_is_refused_with_the_limit() -> None:
    [problem] = problems_of(services(51))
    assert problem == (
        "compose.yaml: it needs 51 pods (one for each service, replica and job), more than the 50 that the environment may "
        "have; put services under a profile that is not active, or raise the template's `quota.pods`."
    )
    [problem] = problems_of(services(2, "image: busybox, expose: [80], scale: 30"))
    assert "it needs 60 pods" in problem
    assert len(components(plan_of(services(51), with_quota(pods=60)))) == 51


def test_limits_of_the_file_are_its_own_and_what_is_left_is_divided() -> None:
    files = services(3)
    files["compose.yaml"] += "  big: {image: x, cpus: 3, mem_limit: 6g, volumes: ['v:/v']}\n"
    files["compose.yaml"] += "volumes: {v: }\n"
    found = components(plan_of(files))
    assert found["big"]["resources"] == {
        "requests": {"cpu": "50m", "memory": "128Mi"},
        "limits": {"cpu": "3000m", "memory": "6Gi"},
    }
    assert found["s00"]["resources"]["limits"] == {"cpu": "160m", "memory": "336Mi"}
    assert "strategy" not in found["big"], "the chart stops it before it starts anew"


def test_two_large_services_are_stopped_before_they_start_anew() -> None:
    files = services(2, "image: x, expose: [80], mem_limit: 3g, cpus: 1")
    files["compose.yaml"] += "  kept: {image: x, volumes: ['v:/v']}\nvolumes: {v: }\n"
    found = components(plan_of(files))
    strategies = {name: each.get("strategy") for name, each in found.items()}
    assert strategies == {"s00": "Recreate", "s01": "Recreate", "kept": None}


def test_limits_that_exceed_the_quota_are_named() -> None:
    [cpu, memory] = problems_of(
        services(2, "image: x, expose: [80], mem_limit: 6g, cpus: 2.5, profiles: []")
    )
    assert cpu == (
        "compose.yaml: its 2 containers need more than the 4 CPU that the environment may use (limits: `s00` 2500m, `s01` "
        "2500m); lower their limits, put services under a profile that is not active, or raise the template's `quota.cpu`."
    )
    assert "more than the 8Gi of memory that the environment may use (limits: `s00` 6Gi" in memory
    files = services(30)
    [cpu, _] = problems_of(files, with_quota(cpu="500m", memory="500Mi"))
    assert "need more than the 500m CPU that the environment may use; lower" in cpu


def test_what_is_reserved_is_allowed_too() -> None:
    said = "image: x, expose: [80], deploy: {resources: {reservations: {memory: 1g, cpus: '0.1'}}}"
    [found] = components(plan_of(services(1, said))).values()
    assert found["resources"] == {
        "requests": {"cpu": "100m", "memory": "1Gi"},
        "limits": {"memory": "1Gi"},
    }
    [found, *_] = components(plan_of(services(20, said.replace("1g", "200m")))).values()
    assert found["resources"]["requests"] == {"cpu": "100m", "memory": "200Mi"}
    assert found["resources"]["limits"] == {"cpu": "200m", "memory": "400Mi"}


def test_what_a_job_waits_with_has_the_usual_limit() -> None:
    files = services(9)
    files["compose.yaml"] += (
        "  migrate: {image: x, restart: 'no', depends_on: [db]}\n  db: {image: 'postgres:17'}\n"
    )
    found = components(plan_of(files))
    assert "resources" not in found["migrate"]
    assert found["db"]["resources"]["limits"]["cpu"] == "170m"


PIECES = st.builds(
    lambda name, values: Piece(f"c{name}", f"c{name}", values),
    st.integers(0, 99),
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["web", "worker", "job"])},
        optional={
            "replicas": st.integers(0, 5),
            "waitFor": st.just({"db": {}}),
            "volumes": st.just({"data": {"type": "persistent"}}),
            "resources": st.fixed_dictionaries(
                {},
                optional={
                    "limits": st.sampled_from([{"cpu": "300m"}, {"memory": "1Gi"}]),
                    "requests": st.sampled_from([{"cpu": "200m"}, {"memory": "700Mi"}]),
                },
            ),
        },
    ),
)
QUOTAS = st.builds(
    lambda cpu, memory, pods: Quota(cpu=cpu, memory=memory, pods=pods),
    st.sampled_from(["1", "4", "16"]),
    st.sampled_from(["2Gi", "8Gi"]),
    st.sampled_from([5, 50]),
)


@given(st.lists(PIECES, min_size=1, max_size=30), QUOTAS)
def test_whatever_is_not_refused_fits_and_asks_for_no_more_than_it_may_have(
    pieces: list[Piece], quota: Quota
) -> None:
    found = fitted("compose.yaml", pieces, quota)
    assert [each.name for each in found.pieces] == [each.name for each in pieces]
    if found.problems:
        assert found.pieces == pieces
        return
    for resource, total, usual in (
        ("cpu", quota.cpu, quota.default_cpu),
        ("memory", quota.memory, quota.default_memory),
    ):
        used = Decimal(0)
        for each in found.pieces:
            said: Any = each.values.get("resources", {})
            limit = quantity(said.get("limits", {}).get(resource, usual))
            assert quantity(said.get("requests", {}).get(resource, "0")) <= limit
            is_job = each.values["kind"] == "job"
            used += limit * (1 if is_job else each.values.get("replicas", 1))  # type: ignore[operator]
        assert used <= quantity(total)

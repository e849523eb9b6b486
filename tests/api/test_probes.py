"""Alive is not ready, and what is missing is named."""

import pytest

from activities.cluster_reader import NamespaceStanding
from tests.api.conftest import Catalyst
from workflows.errors import ClusterError, StoreError


async def checks(catalyst: Catalyst) -> tuple[int, dict[str, str]]:
    answer = await catalyst.http.get("/readyz")
    told = {each["name"]: each["reason"] for each in answer.json()["checks"]}
    return answer.status_code, told


async def test_a_process_whose_parts_all_answer_is_ready(catalyst: Catalyst) -> None:
    assert await checks(catalyst) == (200, {"temporal": "", "database": "", "cluster": ""})


@pytest.mark.invariant(10)
async def test_each_outage_is_named(catalyst: Catalyst, monkeypatch: pytest.MonkeyPatch) -> None:
    catalyst.gateway.is_down = True
    status, told = await checks(catalyst)
    assert (status, told["temporal"]) == (503, "Temporal cannot be reached")
    catalyst.gateway.is_down = False

    async def fail() -> None:
        raise StoreError("reading from the database failed: disk I/O error")

    monkeypatch.setattr(catalyst.store, "ping", fail)
    status, told = await checks(catalyst)
    assert (status, told["database"]) == (503, "reading from the database failed: disk I/O error")
    assert (await catalyst.http.get("/healthz")).status_code == 200


async def test_deliveries_are_taken_while_the_cluster_is_away(catalyst: Catalyst) -> None:
    catalyst.cluster.failure = ClusterError("the Kubernetes API did not answer within 5 s")
    status, told = await checks(catalyst)
    assert (status, told["cluster"]) == (200, "the Kubernetes API did not answer within 5 s")
    catalyst.cluster.says = NamespaceStanding.NOT_CONFIGURED
    status, told = await checks(catalyst)
    assert status == 200
    assert "no kubeconfig" in told["cluster"]


async def test_an_unmigrated_database_is_not_ready(catalyst: Catalyst) -> None:
    catalyst.readiness.schema_trouble = "upgrading the database failed: it is locked"
    status, told = await checks(catalyst)
    assert (status, told["database"]) == (503, "upgrading the database failed: it is locked")

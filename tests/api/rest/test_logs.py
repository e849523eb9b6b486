"""Logs: live where containers are there, kept ones otherwise, and the reason."""

from datetime import UTC, datetime, timedelta

import pytest

from activities.cluster_reader import LiveLog, NamespaceStanding
from activities.logs import ContainerRef, LogsMissingError
from api.rest.routes import PREFIX
from tests.api.conftest import Catalyst
from workflows.errors import ClusterError

ONE = f"{PREFIX}/environments/web-shop/pr-shop-12"


@pytest.mark.spec("FR-006", "US2")
async def test_live_logs_are_read_as_asked(running: Catalyst) -> None:
    container = ContainerRef(pod="shop-1", container="web", state="running", has_started=True)
    running.cluster.live = (LiveLog(container, ("one", "two")),)
    answer = (
        await running.http.get(
            f"{ONE}/logs",
            params={"container": "web", "tail": 2, "since_seconds": 60, "timestamps": True},
        )
    ).json()
    assert answer["source"] == "live"
    assert answer["containers"][0]["lines"] == ["one", "two"]
    ((namespace, name, tail, since, timestamps),) = running.cluster.asked
    assert (namespace, name, tail, timestamps) == ("web-shop-pr-shop-12", "web", 2, True)
    assert since is not None
    assert abs(datetime.now(UTC) - since - timedelta(seconds=60)) < timedelta(seconds=10)


@pytest.mark.spec("FR-006", "EC-10")
@pytest.mark.parametrize(
    ("says", "failure", "told"),
    [
        (NamespaceStanding.MISSING, None, "not in the cluster"),
        (NamespaceStanding.UNREACHABLE, None, "cannot be reached"),
        (NamespaceStanding.FOREIGN, None, "not this environment's"),
        (NamespaceStanding.NOT_CONFIGURED, None, "not configured"),
        (NamespaceStanding.PRESENT, ClusterError("it does not answer"), "did not answer"),
        (NamespaceStanding.PRESENT, LogsMissingError("there is no namespace x"), "no namespace"),
        (NamespaceStanding.PRESENT, None, "no such containers"),
    ],
)
async def test_kept_logs_take_the_place_of_live_ones_with_the_reason(
    running: Catalyst,
    says: NamespaceStanding,
    failure: ClusterError | LogsMissingError | None,
    told: str,
) -> None:
    running.cluster.says, running.cluster.failure = says, failure
    empty = (await running.http.get(f"{ONE}/logs")).json()
    assert (empty["source"], empty["containers"]) == ("none", [])
    assert told in empty["note"]
    await running.store.kept_logs.keep("web-shop-pr-shop-12", "shop-1", "web", ["a", "b", "c"])
    kept = (await running.http.get(f"{ONE}/logs", params={"tail": 2})).json()
    assert kept["source"] == "kept"
    assert told in kept["note"]
    assert kept["containers"][0]["lines"] == ["b", "c"]
    assert kept["containers"][0]["kept_at"]


@pytest.mark.spec("FR-006", "ENV-031")
async def test_builds_are_shown_by_name_and_while_nothing_else_runs(running: Catalyst) -> None:
    building = ContainerRef(pod="build-1-x", container="build", state="running", has_started=True)
    running.cluster.builds = (LiveLog(building, ("#5 npm ci",)),)
    for params in ({}, {"container": "build"}):
        answer = (await running.http.get(f"{ONE}/logs", params=params)).json()
        assert (answer["source"], answer["containers"][0]["lines"]) == ("live", ["#5 npm ci"])

    web = ContainerRef(pod="shop-1", container="web", state="running", has_started=True)
    running.cluster.live = (LiveLog(web, ("hello",)),)
    shown = (await running.http.get(f"{ONE}/logs")).json()["containers"]
    assert [each["container"] for each in shown] == ["web"]

    running.cluster.live = running.cluster.builds = ()
    await running.store.kept_logs.keep("web-shop-pr-shop-12", "build-1", "build", ["#5 npm ci"])
    answer = (await running.http.get(f"{ONE}/logs", params={"container": "build"})).json()
    assert (answer["source"], answer["containers"][0]["pod"]) == ("kept", "build-1")


async def test_a_foreign_namespace_is_never_read(running: Catalyst) -> None:
    running.cluster.says = NamespaceStanding.FOREIGN
    await running.http.get(f"{ONE}/logs")
    assert running.cluster.asked == []

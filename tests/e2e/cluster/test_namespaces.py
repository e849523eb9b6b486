"""A namespace is made as planned, kept as planned, and removed for certain; foreign ones are never touched."""

import asyncio

import pytest

from activities import kube
from tests.e2e.cluster.environments import (
    PULL_REQUEST,
    SLEEP,
    Environment,
    make_pod_spec,
    make_web,
)
from tests.e2e.conftest import Namespaces
from tests.e2e.support.cluster import Cluster
from tests.e2e.support.waiting import eventually
from workflows import naming
from workflows.errors import ClusterError, NameTakenError
from workflows.models import messages as m

pytestmark = pytest.mark.cluster


def path_of(environment: Environment) -> str:
    return f"/api/v1/namespaces/{environment.namespace}"


async def uid_of(environment: Environment) -> str:
    found = await environment.cluster.namespace(environment.namespace)
    assert found
    return str(found["metadata"]["uid"])


def make_held(name: str = "held") -> dict[str, object]:
    """A ConfigMap that somebody else's finalizer holds."""
    metadata = {"name": name, "finalizers": ["example.com/hold"]}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}


async def let_go(environment: Environment, name: str = "held") -> None:
    await kube.request(
        environment.cluster.api,
        "PATCH",
        f"{path_of(environment)}/configmaps/{name}",
        body={"metadata": {"finalizers": None}},
        content_type="application/merge-patch+json",
    )


@pytest.mark.spec("FR-001", "FR-010", "FR-013", "ENV-021")
@pytest.mark.invariant(5)
async def test_ensuring_twice_gives_the_same_namespace_with_everything_in_it(
    environment: Environment,
) -> None:
    await environment.ensure()
    first = await uid_of(environment)
    await environment.ensure()
    assert await uid_of(environment) == first
    quota = await environment.cluster.get(f"{path_of(environment)}/resourcequotas/catalyst")
    assert quota
    assert quota["status"]["hard"]["limits.memory"] == "8Gi"
    account = await environment.cluster.get(f"{path_of(environment)}/serviceaccounts/default")
    assert account
    assert account["automountServiceAccountToken"] is False
    assert environment.heartbeats


@pytest.mark.spec("FR-010", "FR-013")
async def test_no_pod_may_have_those_of_others_evicted(environment: Environment) -> None:
    await environment.ensure()
    spec = {**make_pod_spec(environment, ""), "priorityClassName": "system-node-critical"}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "urgent"}, "spec": spec}
    with pytest.raises(ClusterError, match="catalyst-priority"):
        await environment.apply(pod)


@pytest.mark.spec("EC-5")
async def test_what_was_altered_or_deleted_is_restored(environment: Environment) -> None:
    await environment.ensure()
    base = path_of(environment)
    policies = f"/apis/networking.k8s.io/v1/namespaces/{environment.namespace}/networkpolicies"
    await environment.cluster.delete(f"{base}/resourcequotas/catalyst")
    await environment.cluster.delete(f"{policies}/catalyst-default-deny")
    extra = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "old", "labels": {naming.MANAGED_BY_LABEL: naming.MANAGED_BY}},
        "spec": {"podSelector": {}, "egress": [{}], "policyTypes": ["Egress"]},
    }
    await environment.apply(extra)
    await environment.ensure()
    assert await environment.cluster.get(f"{base}/resourcequotas/catalyst")
    names = {item["metadata"]["name"] for item in await environment.cluster.items(policies)}
    assert "catalyst-default-deny" in names
    assert "old" not in names


@pytest.mark.spec("FR-001")
async def test_a_name_taken_by_somebody_else_is_passed_over(
    environment: Environment, namespaces: Namespaces, cluster: Cluster
) -> None:
    ref = environment.ref.model_copy(update={"namespace": ""})
    readable, hashed = naming.namespace_candidates(ref.project, ref.environment)
    choose = environment.activities.choose_namespace
    assert (await environment.run(choose, m.ChooseNamespaceInput(ref=ref))).namespace == readable
    foreign = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": readable}}
    await cluster.apply(foreign)
    assert (await environment.run(choose, m.ChooseNamespaceInput(ref=ref))).namespace == hashed
    namespaces.claim(hashed)
    await cluster.apply({**foreign, "metadata": {"name": hashed}})
    with pytest.raises(NameTakenError):
        await environment.run(choose, m.ChooseNamespaceInput(ref=ref))


@pytest.mark.spec("FR-001")
async def test_the_namespace_it_has_is_kept_when_a_more_readable_name_is_free(
    environment: Environment, namespaces: Namespaces
) -> None:
    ref = environment.ref.model_copy(update={"namespace": ""})
    _, hashed = naming.namespace_candidates(ref.project, ref.environment)
    namespaces.claim(hashed)
    environment.ref = ref.model_copy(update={"namespace": hashed})
    await environment.ensure()
    choose = environment.activities.choose_namespace
    assert (await environment.run(choose, m.ChooseNamespaceInput(ref=ref))).namespace == hashed


@pytest.mark.spec("FR-001", "FR-008")
async def test_a_foreign_namespace_is_neither_written_to_nor_removed(
    environment: Environment, cluster: Cluster
) -> None:
    labels = {naming.MANAGED_BY_LABEL: naming.MANAGED_BY, naming.PROJECT_LABEL: "another"}
    metadata = {"name": environment.namespace, "labels": labels}
    await cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    before = await cluster.namespace(environment.namespace)
    with pytest.raises(NameTakenError, match="not ours"):
        await environment.ensure()
    assert (await environment.delete()).is_gone
    after = await cluster.namespace(environment.namespace)
    assert before
    assert after
    assert after["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]
    assert await cluster.items(f"{path_of(environment)}/resourcequotas") == []


@pytest.mark.spec("FR-008", "SC-004")
async def test_removing_waits_until_the_namespace_is_gone(environment: Environment) -> None:
    await environment.ensure()
    await environment.apply(make_web(environment, SLEEP))
    await environment.rollout()
    result = await environment.delete()
    assert result.is_gone
    assert await environment.cluster.namespace(environment.namespace) is None
    assert (await environment.delete()).is_gone


@pytest.mark.spec("FR-008")
async def test_a_finalizer_that_blocks_is_named_until_it_is_released(
    cluster: Cluster, namespaces: Namespaces
) -> None:
    environment = Environment(cluster, deletion_timeout=12.0)
    namespaces.claim(environment.namespace)
    await environment.ensure()
    await environment.apply(make_held())
    try:
        result = await environment.delete()
        assert not result.is_gone
        assert "ConfigMap held: finalizer example.com/hold" in result.blockers
    finally:
        await let_go(environment)

    async def is_gone() -> bool:
        return (await environment.delete()).is_gone

    assert await eventually(is_gone, within=30, what="the namespace goes once it is released")


@pytest.mark.spec("FR-008")
async def test_an_environment_that_lost_its_namespaces_name_is_removed_by_its_labels(
    environment: Environment,
) -> None:
    await environment.ensure()
    nameless = environment.ref.model_copy(update={"namespace": ""})
    request = m.RemoveInput(ref=nameless)
    result = await environment.run(environment.activities.delete_namespace, request)
    assert result.is_gone
    assert await environment.cluster.namespace(environment.namespace) is None


@pytest.mark.spec("FR-008")
async def test_a_new_life_waits_until_the_former_namespace_is_gone(
    environment: Environment,
) -> None:
    await environment.ensure()
    former = await uid_of(environment)
    await environment.apply(make_held())
    await environment.cluster.delete(path_of(environment))
    waiting = asyncio.create_task(environment.ensure())

    async def is_waiting() -> bool:
        return any("former namespace" in str(beat) for beat in environment.heartbeats)

    await eventually(is_waiting, within=10, what="ensure_namespace waits")
    assert not waiting.done()
    await let_go(environment)
    await waiting
    assert await uid_of(environment) != former


@pytest.mark.spec("FR-008")
async def test_a_former_namespace_that_stays_is_given_up_with_what_blocks_it(
    cluster: Cluster, namespaces: Namespaces
) -> None:
    environment = Environment(cluster, terminating_timeout=12.0)
    namespaces.claim(environment.namespace)
    await environment.ensure()
    await environment.apply(make_held())
    await cluster.delete(path_of(environment))
    try:
        with pytest.raises(ClusterError, match="still being removed") as failure:
            await environment.ensure()
        assert "ConfigMap held: finalizer example.com/hold" in failure.value.excerpt
    finally:
        await let_go(environment)


@pytest.mark.spec("EC-5")
async def test_every_environment_is_listed_with_its_pull_request(
    environment: Environment,
) -> None:
    await environment.ensure()
    found = await environment.run(environment.activities.list_namespaces)
    ours = [one for one in found.namespaces if one.ref == environment.ref]
    assert [(one.pull_request, one.is_terminating) for one in ours] == [(PULL_REQUEST, False)]
    assert ours[0].uid == await uid_of(environment)


@pytest.mark.invariant(6)
async def test_a_cancelled_removal_stops_waiting_at_once(environment: Environment) -> None:
    await environment.ensure()
    await environment.apply(make_held())
    removing = asyncio.create_task(environment.delete())

    async def is_terminating() -> bool:
        found = await environment.cluster.namespace(environment.namespace)
        return bool(found and found["metadata"].get("deletionTimestamp"))

    try:
        await eventually(is_terminating, within=10, what="the namespace is terminating")
        removing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(removing, 2)
    finally:
        await let_go(environment)

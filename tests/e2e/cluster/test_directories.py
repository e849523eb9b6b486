"""A directory of the node as an environment's volume, as the cluster itself has it: bound, one at a time, and gone."""

import pytest

from activities.cluster import ClusterActivities
from activities.manifests.directory import make_directory_claim
from tests.e2e.cluster.environments import Environment, make_config
from tests.e2e.conftest import Namespaces
from tests.e2e.support.cluster import Cluster
from workflows import naming
from workflows.errors import PlanError
from workflows.models import messages as m

pytestmark = [pytest.mark.cluster, pytest.mark.spec("ENV-005")]
PATH = "/opt/catalyst-e2e/shop"
"""Nothing mounts it here, so it need not be there."""


async def ensure(environment: Environment, path: str | None = PATH) -> None:
    """As a worker does to whom the operator has told that path."""
    directories = {environment.ref.project: path} if path else {}
    config = make_config(environment.cluster.connection, directories=directories)
    activities = ClusterActivities(environment.cluster.api, config, environment.kept)
    request = m.EnsureDirectoryInput(ref=environment.ref, branch="feat/cart")
    await environment.run(activities.ensure_directory, request)


async def volume_of(cluster: Cluster, environment: Environment) -> dict[str, object]:
    name = naming.directory_volume(environment.namespace)
    found = await cluster.get(f"/api/v1/persistentvolumes/{name}")
    return {} if found is None else {"path": found["spec"]["hostPath"]["path"], **found["status"]}


@pytest.mark.invariant(5)
async def test_it_is_bound_found_again_and_goes_with_the_environment(
    cluster: Cluster, namespaces: Namespaces
) -> None:
    environment = Environment(cluster, directories={})
    namespaces.claim(environment.namespace)
    await environment.ensure()
    with pytest.raises(PlanError, match="has no directory of the node"):
        await ensure(environment, None)
    await ensure(environment)
    await ensure(environment)
    found = await volume_of(cluster, environment)
    assert (found["path"], found["phase"]) == (PATH, "Bound")
    with pytest.raises(PlanError, match="another directory"):
        await ensure(environment, f"{PATH}-2")

    # The claim was deleted by somebody: the next one gets a volume again.
    claim = make_directory_claim(environment.ref, "")["metadata"]
    path = f"/api/v1/namespaces/{claim['namespace']}/persistentvolumeclaims/{claim['name']}"
    await cluster.delete(path)
    await ensure(environment)
    assert (await volume_of(cluster, environment))["phase"] == "Bound"

    # Another worker removes it, which knows of no directories.
    assert (await environment.delete()).is_gone
    assert await volume_of(cluster, environment) == {}


@pytest.mark.variant
async def test_one_environment_at_a_time_works_there(
    cluster: Cluster, namespaces: Namespaces
) -> None:
    first, second = Environment(cluster), Environment(cluster)
    changes = {"project": first.ref.project, "environment": "agent-shop-2"}
    second.ref = second.ref.model_copy(update=changes)
    for each in (first, second):
        namespaces.claim(each.namespace)
        await each.ensure()
    await ensure(first)
    with pytest.raises(PlanError, match="is the code of `pr-shop-1` already"):
        await ensure(second)
    assert (await first.delete()).is_gone
    await ensure(second)
    assert (await second.delete()).is_gone

"""What the API reads with, on the real cluster."""

from collections.abc import AsyncIterator

import pytest

from activities.cluster_reader import ClusterReader
from deploy.local.cluster import ClusterConnection
from tests.e2e.cluster.environments import Environment
from tests.e2e.conftest import Namespaces
from tests.e2e.support.cluster import Cluster


@pytest.fixture
def environment(cluster: Cluster, namespaces: Namespaces) -> Environment:
    """Named, and not yet made."""
    environment = Environment(cluster)
    namespaces.claim(environment.namespace)
    return environment


@pytest.fixture
async def reader(connection: ClusterConnection) -> AsyncIterator[ClusterReader]:
    reader = ClusterReader(connection.kubeconfig)
    yield reader
    await reader.close()

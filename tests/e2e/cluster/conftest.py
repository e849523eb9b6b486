"""One environment a test, removed afterwards."""

import pytest

from tests.e2e.cluster.environments import Environment
from tests.e2e.conftest import Namespaces
from tests.e2e.support.cluster import Cluster


@pytest.fixture
def environment(cluster: Cluster, namespaces: Namespaces) -> Environment:
    """Named, and not yet made."""
    environment = Environment(cluster)
    namespaces.claim(environment.namespace)
    return environment

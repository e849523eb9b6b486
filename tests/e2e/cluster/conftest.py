"""One environment a test, removed afterwards."""

import pytest

from tests.e2e.cluster.environments import Environment
from tests.e2e.cluster.projects import Project
from tests.e2e.conftest import Namespaces
from tests.e2e.support.cluster import Cluster


@pytest.fixture
def environment(cluster: Cluster, namespaces: Namespaces) -> Environment:
    """Named, and not yet made."""
    environment = Environment(cluster)
    namespaces.claim(environment.namespace)
    return environment


@pytest.fixture
async def project(environment: Environment, namespaces: Namespaces) -> Project:
    """With a namespace of its own, beside an environment that is made."""
    project = Project(environment)
    await project.begin(namespaces)
    return project

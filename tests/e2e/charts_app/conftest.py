"""The generic chart, the Helm of the running stack, and releases as Catalyst makes them."""

import pytest

from deploy.local.cluster import ClusterConnection
from tests.e2e.charts_app.chart import Chart
from tests.e2e.helm.conftest import connection_config, release, source

__all__ = ["connection_config", "release", "source"]


@pytest.fixture(scope="session")
def chart(connection: ClusterConnection) -> Chart:
    return Chart(connection.helm)

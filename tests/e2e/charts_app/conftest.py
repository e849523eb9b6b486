"""The generic chart and the Helm of the running stack."""

import pytest

from deploy.local.cluster import ClusterConnection
from tests.e2e.charts_app.chart import Chart


@pytest.fixture(scope="session")
def chart(connection: ClusterConnection) -> Chart:
    return Chart(connection.helm)

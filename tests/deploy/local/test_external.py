"""An existing cluster is used when it is named, and what is missing is named too."""

from pathlib import Path

import pytest

from deploy.local.external import ExternalCluster, read_settings
from deploy.local.instance import InstanceError, derive
from deploy.local.steps import check_order

GIVEN = {
    "CATALYST_LOCAL_KUBECONFIG": "/home/dev/.kube/config",
    "CATALYST_LOCAL_REGISTRY": "10.0.0.5:5000",
    "CATALYST_LOCAL_INGRESS": "10.0.0.6:8080",
    "CATALYST_LOCAL_HOST_ADDRESS": "10.0.0.1",
}


def test_without_a_kubeconfig_nothing_is_external() -> None:
    assert read_settings({"CATALYST_LOCAL_REGISTRY": "10.0.0.5:5000"}) is None


def test_what_is_missing_is_named() -> None:
    with pytest.raises(InstanceError, match="CATALYST_LOCAL_REGISTRY, CATALYST_LOCAL_INGRESS"):
        read_settings({"CATALYST_LOCAL_KUBECONFIG": "/config"})


def test_the_connection_is_that_of_the_existing_cluster() -> None:
    settings = read_settings(GIVEN)
    assert settings is not None
    cluster = ExternalCluster(derive(Path("/srv/a"), {"HOME": "/home/dev"}), settings)
    connection = cluster.connection
    assert connection.kubeconfig == Path("/home/dev/.kube/config")
    assert connection.registry == "10.0.0.5:5000"
    assert (connection.ingress_address, connection.ingress_port) == ("10.0.0.6", 8080)
    assert check_order(cluster.steps(ready="cluster"))[-1] == "cluster"

"""How everything else reaches the cluster: one file, written by `up`, read by whoever needs it."""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from deploy.local.instance import Instance

_PREFIX = "CATALYST_CLUSTER_"


class ClusterConnection(BaseModel):
    """What a client needs to know about the cluster of a local stack."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    instance: str
    """The stack's name."""
    kubeconfig: Path
    """A kubeconfig file with full rights."""
    helm: Path
    """The pinned Helm 4."""
    kubectl: Path
    """The pinned kubectl."""
    registry: str
    """`HOST:PORT` of the registry, plain HTTP: one name for machine, node and pods."""
    ingress_address: str
    """Where probes connect, with a Host header; also reachable from pods."""
    ingress_port: int
    """The ingress's port at that address."""
    browser_port: int
    """The ingress's port on this machine's loopback, and a second port at its address."""
    host_address: str
    """Where pods reach processes of this machine, such as the local GitHub."""
    node_address: str
    """The address of the node."""
    preview_domain: str
    """Previews answer at `http://NAME.<preview_domain>:<browser_port>/` in a browser."""
    cluster_domain: str
    """The same previews from inside pods: `http://NAME.<cluster_domain>:<browser_port>/`."""
    gateway: str
    """`NAMESPACE/NAME` of the Gateway that HTTPRoutes attach to."""
    ingress_class: str
    """The class of Ingress objects."""
    ingress_namespace: str
    """The namespace whose pods forward requests: what NetworkPolicies allow."""
    builder_image: str
    """The rootless BuildKit image that build Jobs run."""
    mirror: str = ""
    """`HOST:PORT` of a registry asked in place of docker.io; empty for docker.io itself, and for the node's own."""


def connection_file(instance: Instance) -> Path:
    """Return where the connection of this stack is written."""
    return instance.state_directory / "cluster.env"


def write_connection(connection: ClusterConnection, path: Path) -> None:
    """Write KEY=VALUE lines, whole or not at all: readers may look at any moment."""
    values = connection.model_dump(mode="json")
    lines = [f"{_PREFIX}{key.upper()}={value}\n" for key, value in values.items()]
    partial = path.with_suffix(".partial")
    partial.write_text("".join(lines))
    partial.replace(path)


def read_connection(path: Path) -> ClusterConnection:
    """Read the file that `up` wrote.

    Raises FileNotFoundError when the stack is not up, ValueError when the file is damaged.
    """
    pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    return parse_connection(dict(pairs))


def parse_connection(values: Mapping[str, str] = os.environ) -> ClusterConnection:
    """Return the connection from KEY=VALUE pairs, such as an environment that sourced the file."""
    fields = {
        key.removeprefix(_PREFIX).lower(): value
        for key, value in values.items()
        if key.startswith(_PREFIX)
    }
    return ClusterConnection.model_validate(fields)

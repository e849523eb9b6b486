"""Where things are inside the node.

The node has its own mounts: the stack's state and the cached tools appear at fixed places below
its private /run, so that configuration files do not depend on where either is on the machine.
"""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from deploy.local.instance import Instance

ROOT = PurePosixPath("/run/catalyst")
DATA = ROOT / "data"
"""The node's own files: what `NodeFiles.data` is on the machine."""
LOGS = ROOT / "logs"
TOOLS = ROOT / "tools"

PKI = DATA / "pki"
CONFIGURATION = DATA / "configuration"
CONTAINERD_SOCKET = PurePosixPath("/run/containerd/containerd.sock")
KUBERNETES_PORT = 6443
REGISTRY_PORT = 5000


@dataclass(frozen=True)
class Tools:
    """The directories of the cached programs, on the machine."""

    kubernetes: Path
    debian: Path
    coredns: Path
    traefik: Path

    def mounts(self) -> dict[Path, PurePosixPath]:
        """Where each appears inside the node."""
        return {
            self.kubernetes: TOOLS / "kubernetes",
            self.debian: TOOLS / "debian",
            self.coredns: TOOLS / "coredns",
            self.traefik: TOOLS / "traefik",
        }


@dataclass(frozen=True)
class NodeFiles:
    """The node's files on the machine."""

    instance: Instance

    @property
    def data(self) -> Path:
        """All of the node's state."""
        return self.instance.state_directory / "node"

    @property
    def pki(self) -> Path:
        """Certificates and keys."""
        return self.data / "pki"

    @property
    def configuration(self) -> Path:
        """Configuration files of the node's processes."""
        return self.data / "configuration"

    @property
    def specification(self) -> Path:
        """What the node's init reads."""
        return self.data / "node.json"

    @property
    def status(self) -> Path:
        """What the node's init writes: each process with its readiness."""
        return self.data / "status.json"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig, usable from the machine."""
        return self.instance.state_directory / "kubeconfig"

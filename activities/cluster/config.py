"""What the cluster's activities are told by the process that runs them, and what they need from others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from activities.addresses import PublicAddress
from activities.manifests import NetworkRules


@dataclass(frozen=True)
class ClusterConfig:
    """Settings of one cluster (OPS-7). Times are in seconds."""

    address: PublicAddress
    network: NetworkRules = field(default_factory=NetworkRules)
    probe_image: str = ""
    """Image with bash and coreutils, for the pod that finds out whether the cluster enforces network policies.
    Empty: not checked, and no warning either."""
    egress_image: str = ""
    """Image with Squid, for the egress proxies of environments (T-5). Empty: no host names are opened."""
    directories: Mapping[str, str] = field(default_factory=dict)
    """Of the node, by project: what environments to work in may have as their code (ENV-005). Empty: none."""
    egress_timeout: float = 25.0
    """How long one attempt waits for a proxy to accept connections; its image may have to be fetched first."""
    terminating_timeout: float = 40.0
    """How long one attempt waits for a namespace of an earlier life to be gone; shorter than the activity's limit."""
    quota_timeout: float = 15.0
    """Kubernetes fills a quota's status within a second; until then it may let too much in."""
    route_timeout: float = 30.0
    """How long the ingress may take to accept a route."""
    deletion_timeout: float = 90.0
    """One look at a removal: longer than a pod's usual grace of 30 s; then what blocks is reported and asked again."""
    ingress_lag: float = 2.0
    """How long after a change of endpoints an ingress may still send requests to an old pod (Traefik's default)."""


class KeptLogs(Protocol):
    """Where logs go that must outlive their containers (FR-006); the store implements it."""

    async def keep(self, namespace: str, pod: str, container: str, lines: Sequence[str]) -> None:
        """Keep these as the newest lines of that container, without what looks like a credential."""

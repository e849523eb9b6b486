"""A Squid that forwards to approved places and to nothing else, in a namespace of Catalyst's own.

It runs apart from those who ask it, so that nothing of theirs can change it. Its policy keeps it from private addresses
whatever a name resolves to, also when that changes between two looks; the same in its own configuration makes that a
clear refusal instead of a long silence.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from activities.kube import KubeObject
from activities.manifests.network import collapsed
from workflows import naming

_USER = 65532
_CONFIG = "/etc/catalyst"


@dataclass(frozen=True)
class Squid:
    """One proxy."""

    name: str
    labels: KubeObject
    image: str
    config: str
    """`squid.conf`."""
    client: str
    """Namespace whose pods ask it."""
    egress: tuple[KubeObject, ...]
    """Rules of its policy."""
    owner: str = ""
    """Uid of the client's namespace, where Kubernetes is to remove what is left over once that is gone."""


def make_squid(squid: Squid) -> tuple[KubeObject, ...]:
    """Everything the proxy is made of, in the order in which it has to be there; the policy before the pod."""
    metadata: KubeObject = {
        "name": squid.name,
        "namespace": naming.EGRESS_NAMESPACE,
        "labels": {**squid.labels, naming.INSTANCE_LABEL: squid.name},
    }
    if squid.owner:
        owner = {"apiVersion": "v1", "kind": "Namespace", "name": squid.client, "uid": squid.owner}
        metadata["ownerReferences"] = [owner]
    port = {"name": "proxy", "port": naming.EGRESS_PORT, "targetPort": naming.EGRESS_PORT}
    selector = {naming.INSTANCE_LABEL: squid.name}
    made = (
        ("v1", "ConfigMap", {"data": {"squid.conf": squid.config}}),
        ("networking.k8s.io/v1", "NetworkPolicy", {"spec": _policy(squid, selector)}),
        ("v1", "Service", {"spec": {"selector": selector, "ports": [port]}}),
        ("apps/v1", "Deployment", {"spec": _deployment(squid, metadata["labels"])}),
    )
    return tuple(
        {"apiVersion": version, "kind": kind, "metadata": metadata, **rest}
        for version, kind, rest in made
    )


def beginning() -> list[str]:
    """What every configuration begins with."""
    return [
        f"http_port {naming.EGRESS_PORT}",
        f"visible_hostname {naming.EGRESS_NAMESPACE}",
        "access_log stdio:/dev/stdout",
        "cache_log /dev/stderr",
        *_QUIET,
    ]


def pattern_of(host: str) -> str:
    """A regular expression for `api.example.com`, or for every name below with `*.example.com`."""
    name = host.removeprefix("*.")
    below = r"^.+\." if name != host else "^"
    return f"{below}{re.escape(name)}$"


def destinations(name: str, networks: Iterable[str]) -> list[str]:
    """A list of addresses under that name; none for no networks."""
    listed = " ".join(str(each) for each in collapsed(networks))
    return [f"acl {name} dst {listed}"] if listed else []


_QUIET = (
    # Nothing is written, kept or started besides; a pod's limit of open files can be a thousand million.
    *("cache deny all", "cache_mem 8 MB", "memory_pools off", "max_filedescriptors 4096"),
    *("pid_filename none", "coredump_dir /tmp", "cache_store_log none", "netdb_filename none"),
    *("pinger_enable off", "hosts_file none", "httpd_suppress_version_string on"),
    *("via off", "forwarded_for delete"),
    # A name that was just made is asked for again at once; a host that does not answer is given up in seconds.
    *("positive_dns_ttl 1 minute", "negative_dns_ttl 1 second", "dns_timeout 10 seconds"),
    *("connect_timeout 10 seconds", "shutdown_lifetime 1 second"),
)


def _policy(squid: Squid, selector: KubeObject) -> KubeObject:
    client = {"matchLabels": {"kubernetes.io/metadata.name": squid.client}}
    return {
        "podSelector": {"matchLabels": selector},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [
            {
                "from": [{"namespaceSelector": client}],
                "ports": [{"protocol": "TCP", "port": naming.EGRESS_PORT}],
            }
        ],
        "egress": list(squid.egress),
    }


def _deployment(squid: Squid, labels: KubeObject) -> KubeObject:
    """The pod is another one for every change of what is approved, and the one before goes once it is ready."""
    checksum = {f"{naming.DOMAIN}/config": sha256(squid.config.encode()).hexdigest()}
    return {
        "replicas": 1,
        "revisionHistoryLimit": 1,
        "strategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
        },
        "selector": {"matchLabels": {naming.INSTANCE_LABEL: squid.name}},
        "template": {
            "metadata": {"labels": labels, "annotations": checksum},
            "spec": _pod(squid.name, squid.image),
        },
    }


def _pod(name: str, image: str) -> KubeObject:
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 3,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "name": "squid",
                "image": image,
                "command": ["squid", "-N", "-f", f"{_CONFIG}/squid.conf"],
                "ports": [{"name": "proxy", "containerPort": naming.EGRESS_PORT}],
                # Only until it listens: each look would be a line of its log.
                "startupProbe": {
                    "tcpSocket": {"port": "proxy"},
                    "periodSeconds": 1,
                    "failureThreshold": 60,
                },
                "resources": {
                    "requests": {"cpu": "10m", "memory": "32Mi"},
                    "limits": {"memory": "128Mi"},
                },
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                "volumeMounts": [{"name": "config", "mountPath": _CONFIG, "readOnly": True}],
            }
        ],
        "volumes": [{"name": "config", "configMap": {"name": name}}],
    }

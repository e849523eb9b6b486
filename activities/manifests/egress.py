"""The egress proxy of one environment (T-5): a Squid that forwards to approved host names and to nothing else.

It runs apart from the environment, in a namespace of Catalyst's, so that nothing in a preview can change it. Its policy
keeps it from private addresses whatever a name resolves to, also when that changes between two looks; the same in its
own configuration makes that a clear refusal instead of a long silence.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from activities.kube import KubeObject
from activities.manifests.namespace import labels_of
from activities.manifests.network import (
    PRIVATE,
    NetworkRules,
    closed_networks,
    collapsed,
    opened_blocks,
    public_blocks,
    to_dns,
)
from workflows import naming
from workflows.models import EnvironmentRef

_USER = 65532
_CONFIG = "/etc/catalyst"
_PORTS = {"secure": 443, "plain": 80}


@dataclass(frozen=True)
class ProxySettings:
    """What one proxy forwards to, and what it is made of."""

    image: str
    hosts: tuple[str, ...]
    """`api.example.com`, or `*.example.com` for every name below."""
    networks: tuple[str, ...]
    """Granted besides: a host may resolve to an address in them."""
    owner: str
    """Uid of the environment's namespace: Kubernetes removes what is left over once that is gone."""


def make_egress_proxy(
    ref: EnvironmentRef, branch: str, rules: NetworkRules, settings: ProxySettings
) -> tuple[KubeObject, ...]:
    """Everything the proxy is made of, in the order in which it has to be there; the policy before the pod."""
    name = naming.egress_proxy(ref.namespace)
    metadata: KubeObject = {
        "name": name,
        "namespace": naming.EGRESS_NAMESPACE,
        "labels": {**labels_of(ref, branch), naming.INSTANCE_LABEL: name},
        "ownerReferences": [
            {"apiVersion": "v1", "kind": "Namespace", "name": ref.namespace, "uid": settings.owner}
        ],
    }
    config = squid_config(settings.hosts, settings.networks, rules)
    port = {"name": "proxy", "port": naming.EGRESS_PORT, "targetPort": naming.EGRESS_PORT}
    selector = {naming.INSTANCE_LABEL: name}
    return (
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata,
            "data": {"squid.conf": config},
        },
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": metadata,
            "spec": _policy(ref, rules, settings, selector),
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata,
            "spec": {"selector": selector, "ports": [port]},
        },
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": metadata,
            "spec": _deployment(name, metadata["labels"], config, settings.image),
        },
    )


def make_egress_variables(
    ref: EnvironmentRef, branch: str, hosts: Iterable[str], networks: Iterable[str]
) -> KubeObject:
    """What programs are told of the proxy, for charts and manifests that others write; `hosts`: its own URL's."""
    url = naming.egress_proxy_url(ref.namespace)
    own = ("localhost", "127.0.0.1", "::1", ".svc", ".cluster.local", *hosts, *networks)
    told = {"HTTP_PROXY": url, "HTTPS_PROXY": url, "NO_PROXY": ",".join(own)}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": naming.EGRESS_VARIABLES,
            "namespace": ref.namespace,
            "labels": labels_of(ref, branch),
        },
        "data": {**told, **{name.lower(): value for name, value in told.items()}},
    }


def squid_config(hosts: Iterable[str], networks: Iterable[str], rules: NetworkRules) -> str:
    """Names are looked at before anything is looked up; whatever a rule does not allow is refused."""
    never = closed_networks(rules)
    lines = [
        f"http_port {naming.EGRESS_PORT}",
        f"visible_hostname {naming.EGRESS_NAMESPACE}",
        "access_log stdio:/dev/stdout",
        "cache_log /dev/stderr",
        *_QUIET,
        *(f"acl {name} port {port}" for name, port in _PORTS.items()),
        *(f"acl approved dstdom_regex -n -i {_pattern(host)}" for host in hosts),
        *_destinations("never", never),
        *_destinations("private", PRIVATE),
        *_destinations("granted", networks),
        "http_access deny manager",
        "http_access deny CONNECT !secure",
        "http_access deny !CONNECT !plain",
        "http_access deny !approved",
        "http_access deny never",
        f"http_access deny private{' !granted' if any(networks) else ''}",
        "http_access allow all",
    ]
    return "\n".join(lines) + "\n"


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


def _pattern(host: str) -> str:
    name = host.removeprefix("*.")
    below = r"^.+\." if name != host else "^"
    return f"{below}{re.escape(name)}$"


def _destinations(name: str, networks: Iterable[str]) -> list[str]:
    listed = " ".join(str(each) for each in collapsed(networks))
    return [f"acl {name} dst {listed}"] if listed else []


def _policy(
    ref: EnvironmentRef, rules: NetworkRules, settings: ProxySettings, selector: KubeObject
) -> KubeObject:
    environment = {"matchLabels": {"kubernetes.io/metadata.name": ref.namespace}}
    ports = [{"protocol": "TCP", "port": port} for port in _PORTS.values()]
    peers = [*public_blocks(closed_networks(rules)), *opened_blocks(settings.networks, rules)]
    return {
        "podSelector": {"matchLabels": selector},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [
            {
                "from": [{"namespaceSelector": environment}],
                "ports": [{"protocol": "TCP", "port": naming.EGRESS_PORT}],
            }
        ],
        "egress": [to_dns(rules), *({"to": [peer], "ports": ports} for peer in peers)],
    }


def _deployment(name: str, labels: KubeObject, config: str, image: str) -> KubeObject:
    """The pod is another one for every change of what is approved, and the one before goes once it is ready."""
    checksum = {f"{naming.DOMAIN}/config": sha256(config.encode()).hexdigest()}
    return {
        "replicas": 1,
        "revisionHistoryLimit": 1,
        "strategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0},
        },
        "selector": {"matchLabels": {naming.INSTANCE_LABEL: name}},
        "template": {
            "metadata": {"labels": labels, "annotations": checksum},
            "spec": _pod(name, image),
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

"""The proxy through which builds reach what is known to them by its name (FR-013).

A network policy holds no names. Where the operator has named an image with Squid, builds ask hosts that nobody's networks
are said of through this one, and reach nothing else of the Internet.
"""

from urllib.parse import urlsplit

from activities.build.config import BuildConfig
from activities.kube import KubeObject
from activities.manifests import port_of
from activities.manifests.network import (
    LOCAL,
    PRIVATE,
    NetworkRules,
    collapsed,
    public_blocks,
    to_dns,
)
from activities.manifests.squid import Squid, beginning, destinations, make_squid, pattern_of
from workflows import naming

_BESIDE = ("localhost", "127.0.0.1", "::1")


def make_build_proxy(config: BuildConfig) -> tuple[KubeObject, ...]:
    """Everything it is made of, in the order in which it has to be there; nothing where builds need none."""
    if not config.proxied:
        return ()
    ports = [
        {"protocol": "TCP", "port": port} for port in sorted({port_of(u) for u in config.proxied})
    ]
    peers = public_blocks((*LOCAL, *config.cluster_cidrs))
    return make_squid(
        Squid(
            name=naming.egress_proxy(config.namespace),
            labels={naming.MANAGED_BY_LABEL: naming.MANAGED_BY},
            image=config.proxy_image,
            config=squid_config(config),
            client=config.namespace,
            egress=(to_dns(NetworkRules()), *({"to": [peer], "ports": ports} for peer in peers)),
        )
    )


def way_to_proxy(config: BuildConfig) -> KubeObject:
    """The rule by which a build's pod reaches it, among those of all environments."""
    name = naming.egress_proxy(config.namespace)
    namespace = {"matchLabels": {"kubernetes.io/metadata.name": naming.EGRESS_NAMESPACE}}
    pods = {"matchLabels": {naming.INSTANCE_LABEL: name}}
    return {
        "to": [{"namespaceSelector": namespace, "podSelector": pods}],
        "ports": [{"port": naming.EGRESS_PORT, "protocol": "TCP"}],
    }


def proxy_variables(config: BuildConfig) -> dict[str, str]:
    """What programs are told of it; empty where there is none. Hosts that are reached directly stay beside it.

    The names are arguments that every Dockerfile has, and that are part of no image and no cache.
    https://docs.docker.com/reference/dockerfile/#predefined-args
    """
    if not config.proxied:
        return {}
    url = naming.egress_proxy_url(config.namespace)
    through = {urlsplit(each).hostname for each in config.proxied}
    hosts = {urlsplit(each).hostname or "" for each in config.places}
    beside = sorted(each for each in hosts if each not in through)
    return {"HTTP_PROXY": url, "HTTPS_PROXY": url, "NO_PROXY": ",".join((*_BESIDE, *beside))}


def squid_config(config: BuildConfig) -> str:
    """Each host at its port alone, tunnelled where it speaks TLS. Names are looked at before anything is looked up."""
    asked: list[str] = []
    allowed: list[str] = []
    for number, url in enumerate(config.proxied):
        parts = urlsplit(url)
        asked += [
            f"acl approved dstdom_regex -n -i {pattern_of(parts.hostname or '')}",
            f"acl host{number} dstdom_regex -n -i {pattern_of(parts.hostname or '')}",
            f"acl port{number} port {port_of(url)}",
        ]
        method = "CONNECT" if parts.scheme == "https" else "!CONNECT"
        allowed.append(f"http_access allow {method} host{number} port{number}")
    lines = [
        *beginning(),
        *asked,
        *destinations("closed", map(str, collapsed((*LOCAL, *config.cluster_cidrs, *PRIVATE)))),
        "http_access deny manager",
        "http_access deny !approved",
        "http_access deny closed",
        *allowed,
        "http_access deny all",
    ]
    return "\n".join(lines) + "\n"

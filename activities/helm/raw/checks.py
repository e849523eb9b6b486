"""What can be said of manifests without asking the cluster about each: pure."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from activities.documents import Path
from activities.helm.raw.kinds import Kind, Kinds
from activities.helm.raw.objects import RawObject
from activities.helm.raw.problems import Problem
from activities.manifests import helm_may
from workflows import naming

_ROUTES: Final = ("Ingress", "HTTPRoute", "Gateway", "TLSRoute", "TCPRoute", "GRPCRoute")
_HOST: Final = {
    "hostNetwork": "the node's network",
    "hostPID": "the node's processes",
    "hostIPC": "the node's shared memory",
}
_CONTAINERS: Final = ("initContainers", "containers", "ephemeralContainers")
_CAPABILITIES: Final = frozenset(
    [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    ]
)
"""Those of Pod Security "baseline" (https://kubernetes.io/docs/concepts/security/pod-security-standards/)."""
_OWN_ACCOUNTS: Final = (naming.HELM_SERVICE_ACCOUNT, naming.OWNER_SERVICE_ACCOUNT)
_WHOSE: Final = "kubernetes.io/service-account.name"
_TRUE: Final = ("true", "yes", "on", "y")
"""What one reader or another of YAML takes for true."""


def check(item: RawObject, kinds: Kinds, namespace: str) -> Iterator[Problem]:
    """A kind or a namespace that is not the environment's, and pods that would reach the node."""
    yield from _wrong_kind(item, kinds.get((item.api_version, item.kind)))
    yield from _wrong_namespace(item, namespace)
    yield from _outside_addresses(item)
    yield from _token_of_ours(item)
    for at, pod in _pods(item.value):
        yield from _reaching_pod(item, at, pod)


def check_duplicates(objects: Iterable[RawObject], kinds: Kinds) -> Iterator[Problem]:
    """Objects that stand twice: the second would silently replace the first."""
    first: dict[tuple[str, ...], RawObject] = {}
    for item in objects:
        kind = kinds.get((item.api_version, item.kind))
        group = kind.group if kind else item.api_version.rpartition("/")[0]
        known = first.setdefault((group, item.kind, item.name), item)
        if known is not item:
            place = f"{known.document.name}:{known.document.mark(known.at).line}"
            text = f"{item.kind} `{item.name}` stands here a second time (first at {place})"
            yield item.problem(("metadata", "name"), text)


def _wrong_kind(item: RawObject, kind: Kind | None) -> Iterator[Problem]:
    thing = f"{item.kind} `{item.name}`"
    if kind is None:
        text = f"{thing}: the cluster knows no kind {item.kind} in {item.api_version}"
        yield item.problem(("kind",), text)
    elif not kind.is_namespaced:
        text = f"{thing} would belong to the whole cluster; previews make objects of their own namespace only"
        yield item.problem(("kind",), text, is_forbidden=True)
    elif not helm_may("create", kind.plural, kind.group):
        why = (
            "Catalyst itself makes the way in, under the preview's own address; remove it"
            if item.kind in _ROUTES
            else "previews may not create this kind"
        )
        yield item.problem(("kind",), f"{thing}: {why}", is_forbidden=True)


def _wrong_namespace(item: RawObject, namespace: str) -> Iterator[Problem]:
    wanted = item.value["metadata"].get("namespace")
    if wanted not in (None, "", namespace):
        text = (
            f"{item.kind} `{item.name}` asks for namespace `{wanted}`; leave `metadata.namespace` out,"
            " the preview has a namespace of its own"
        )
        yield item.problem(("metadata", "namespace"), text, is_forbidden=True)


def _outside_addresses(item: RawObject) -> Iterator[Problem]:
    spec = item.value.get("spec")
    if item.kind == "Service" and isinstance(spec, dict) and spec.get("externalIPs"):
        text = f"Service `{item.name}`: spec.externalIPs would take over addresses of others"
        yield item.problem(("spec", "externalIPs"), text, is_forbidden=True)


def _token_of_ours(item: RawObject) -> Iterator[Problem]:
    annotations = item.value["metadata"].get("annotations")
    account = annotations.get(_WHOSE) if isinstance(annotations, dict) else None
    if account in _OWN_ACCOUNTS:
        text = f"{item.kind} `{item.name}` would hold a token of Catalyst's own `{account}`"
        yield item.problem(("metadata", "annotations", _WHOSE), text, is_forbidden=True)


def _pods(value: Any, at: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Specs of pods, whatever the kind: a `template` with a `spec` makes pods, a `jobTemplate` makes Jobs."""
    spec = value.get("spec") if isinstance(value, dict) else None
    if not isinstance(spec, dict):
        return
    if isinstance(spec.get("containers"), list):
        yield (*at, "spec"), spec
    for key in ("template", "jobTemplate"):
        yield from _pods(spec.get(key), (*at, "spec", key))


def _reaching_pod(item: RawObject, at: Path, pod: dict[str, Any]) -> Iterator[Problem]:
    thing = f"{item.kind} `{item.name}`"
    for key, what in _HOST.items():
        if _is_true(pod.get(key)):
            text = f"{thing}: `{key}` would give it {what}"
            yield item.problem((*at, key), text, is_forbidden=True)
    for key in ("serviceAccountName", "serviceAccount"):
        if pod.get(key) in _OWN_ACCOUNTS:
            text = f"{thing}: `{pod[key]}` is Catalyst's own; leave `{key}` out"
            yield item.problem((*at, key), text, is_forbidden=True)
    for index, volume in _mappings(pod.get("volumes")):
        if "hostPath" in volume:
            text = (
                f"{thing}: `hostPath` would give it files of the node; use another kind of volume"
            )
            yield item.problem((*at, "volumes", index, "hostPath"), text, is_forbidden=True)
    for key in _CONTAINERS:
        for index, container in _mappings(pod.get(key)):
            yield from _reaching_container(item, (*at, key, index), container)


def _reaching_container(item: RawObject, at: Path, container: dict[str, Any]) -> Iterator[Problem]:
    thing = f"{item.kind} `{item.name}`, container `{container.get('name', '')}`"
    context = container.get("securityContext")
    if isinstance(context, dict) and _is_true(context.get("privileged")):
        text = f"{thing}: `privileged` would give it the whole node"
        yield item.problem((*at, "securityContext", "privileged"), text, is_forbidden=True)
    capabilities = context.get("capabilities") if isinstance(context, dict) else None
    added = capabilities.get("add") if isinstance(capabilities, dict) else None
    for index, name in enumerate(added if isinstance(added, list) else ()):
        if name not in _CAPABILITIES:
            text = f"{thing}: previews may not add the capability `{name}`"
            path = (*at, "securityContext", "capabilities", "add", index)
            yield item.problem(path, text, is_forbidden=True)
    for index, port in _mappings(container.get("ports")):
        if port.get("hostPort"):
            text = f"{thing}: `hostPort` would take a port of the node"
            yield item.problem((*at, "ports", index, "hostPort"), text, is_forbidden=True)


def _mappings(value: object) -> Iterator[tuple[int, dict[str, Any]]]:
    for index, entry in enumerate(value if isinstance(value, list) else ()):
        if isinstance(entry, dict):
            yield index, entry


def _is_true(value: object) -> bool:
    return str(value).lower() in _TRUE

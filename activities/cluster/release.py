"""Which objects in a namespace belong to a Helm release; pure."""

from collections.abc import Iterable

from activities.kube import KubeObject
from workflows.errors import ManifestError
from workflows.models import RouteSettings

_RELEASE_ANNOTATION = "meta.helm.sh/release-name"
"""Set by Helm itself on everything it installs."""
_INSTANCE_LABEL = "app.kubernetes.io/instance"
"""Set by most charts; also on what their controllers make."""


def is_of_release(item: KubeObject, release: str) -> bool:
    metadata = item["metadata"]
    annotations, labels = metadata.get("annotations") or {}, metadata.get("labels") or {}
    return release in (annotations.get(_RELEASE_ANNOTATION), labels.get(_INSTANCE_LABEL))


def choose_backend(
    services: Iterable[KubeObject], release: str, route: RouteSettings
) -> tuple[str, int]:
    """Service and port that the public URL leads to: as set, else the release's only Service and its first port.

    Raises ManifestError, naming the candidates, when there is no such Service or port, or no one choice.
    """
    # A name outside of the cluster, or inside of it, would make the ingress fetch what policies forbid the pods.
    candidates = [
        item
        for item in services
        if is_of_release(item, release) and item["spec"].get("type") != "ExternalName"
    ]
    if route.service:
        named = [item for item in candidates if _name(item) == route.service]
        if not named:
            raise ManifestError(
                f"the route names Service {route.service}, which the release does not have"
                f" (it has {_names(candidates)})",
                hint="Correct `route.service` in the project's template.",
            )
        return _with_port(named[0], route.port)
    # Headless Services stand beside a StatefulSet's real one and are no address for a route.
    reachable = [item for item in candidates if not _is_headless(item) and _ports(item)]
    if len(reachable) > 1 and route.port:
        reachable = [item for item in reachable if route.port in _ports(item)] or reachable
    if len(reachable) != 1:
        found = _names(reachable) if reachable else "none"
        raise ManifestError(
            f"the public URL needs exactly one Service, and the release has {found}",
            hint="Name the Service in `route.service` of the project's template.",
        )
    return _with_port(reachable[0], route.port)


def require_service(services: Iterable[KubeObject], release: str, name: str) -> None:
    """Raises ManifestError, naming what there is, where the release has no Service of that name."""
    found = [item for item in services if is_of_release(item, release)]
    if name not in map(_name, found):
        raise ManifestError(
            f"the chart has no Service `{name}`, by which the application would reach it (it has {_names(found)})",
            hint="Say by `host` of the service which one it is; `{release}` stands for the chart's release there.",
        )


def _with_port(service: KubeObject, port: int) -> tuple[str, int]:
    ports = _ports(service)
    if not ports or (port and port not in ports):
        listed = ", ".join(map(str, ports)) or "none"
        wanted = f"port {port}" if port else "a port"
        raise ManifestError(
            f"Service {_name(service)} does not have {wanted} (it has {listed})",
            hint="Correct `route.port` in the project's template.",
        )
    return _name(service), port or ports[0]


def _ports(service: KubeObject) -> list[int]:
    """TCP alone: a route speaks HTTP."""
    found = service["spec"].get("ports") or ()
    return [int(port["port"]) for port in found if port.get("protocol", "TCP") == "TCP"]


def _is_headless(service: KubeObject) -> bool:
    return bool(service["spec"].get("clusterIP") == "None")


def _name(item: KubeObject) -> str:
    return str(item["metadata"]["name"])


def _names(items: Iterable[KubeObject]) -> str:
    return ", ".join(sorted(_name(item) for item in items)) or "none"

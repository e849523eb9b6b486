"""The environment's own host name, leading to its Service."""

import asyncio
import contextlib
import functools
import time

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.cluster.config import ClusterConfig
from activities.cluster.release import choose_backend
from activities.kube import KubeObject
from activities.manifests import (
    HTTP_ROUTE,
    INGRESS,
    ROUTE_NAME,
    Backend,
    is_owned_by,
    make_route,
    service_of,
)
from activities.masking import mask
from workflows import naming
from workflows.errors import ClusterError, NameTakenError
from workflows.models.messages import EnsureRouteInput, EnsureRouteResult

_POLL = 0.1


class Routes:
    """Makes the HTTPRoute and waits until the ingress has taken it; or an Ingress, where the operator has chosen those."""

    def __init__(self, api: ApiClient, config: ClusterConfig) -> None:
        self._api = api
        self._config = config

    async def ensure(self, request: EnsureRouteInput) -> EnsureRouteResult:
        """Raises ManifestError when no Service can be chosen, ClusterError when the ingress does not accept it."""
        ref, address = request.ref, self._config.address
        namespace = await kube.request(self._api, "GET", f"/api/v1/namespaces/{ref.namespace}")
        if not is_owned_by(namespace, ref):
            raise NameTakenError(f"namespace {ref.namespace} is not ours")
        path = kube.collection_path("v1", "Service", ref.namespace)
        services = (await kube.request(self._api, "GET", path))["items"]
        backends = [Backend(*choose_backend(services, request.release, request.route))]
        backends += [
            Backend(*choose_backend(services, request.release, each), path=each.path)
            for each in request.more
        ]
        wanted = make_route(ref, address, backends, labels=_labels_of_ours(namespace))
        route = await kube.apply(self._api, wanted)
        if (
            wanted["kind"] == HTTP_ROUTE["kind"]
        ):  # an Ingress has no word for "accepted"; the health check tells
            await self._wait_until_accepted(route)
        await self._remove_other(wanted)
        return EnsureRouteResult(
            url=address.url(ref.namespace),
            host=address.host(ref.namespace),
            service=backends[0].service,
            port=backends[0].port,
        )

    async def _remove_other(self, wanted: KubeObject) -> None:
        """The one of before the operator has changed from a Gateway to Ingresses, or back."""
        other = HTTP_ROUTE if wanted["kind"] == INGRESS["kind"] else INGRESS
        path = kube.path_of({**wanted, **other})
        with contextlib.suppress(kube.NotFoundError):
            await kube.request(self._api, "DELETE", path)

    async def _wait_until_accepted(self, route: KubeObject) -> None:
        deadline = time.monotonic() + self._config.route_timeout
        while (problem := why_not_accepted(route)) is not None:
            if time.monotonic() >= deadline:
                raise ClusterError(f"the ingress does not accept the route: {problem}")
            await asyncio.sleep(_POLL)
            route = await kube.request(self._api, "GET", kube.path_of(route))


async def routed_service(
    api: ApiClient, config: ClusterConfig, namespace: str, *, seconds: float = kube.CALL_TIMEOUT
) -> KubeObject | None:
    """The Service behind the root of the environment's URL; None where route or Service is not there.

    `seconds` bound each call. Raises ClusterError.
    """
    ask = functools.partial(kube.request, api, "GET", timeout=seconds)
    kind = INGRESS if config.address.ingress_class else HTTP_ROUTE
    routes = kube.collection_path(kind["apiVersion"], kind["kind"], namespace)
    services = kube.collection_path("v1", "Service", namespace)
    try:
        name = service_of(await ask(f"{routes}/{ROUTE_NAME}"))
        return await ask(f"{services}/{name}")
    except kube.NotFoundError:
        return None


def why_not_accepted(route: KubeObject) -> str | None:
    """None once a controller has accepted the present generation and found the Service."""
    generation = route["metadata"].get("generation", 0)
    parents = (route.get("status") or {}).get("parents") or ()
    if not parents:
        return "no controller has looked at it"
    for condition in (condition for parent in parents for condition in parent["conditions"]):
        if condition["type"] not in ("Accepted", "ResolvedRefs"):
            continue
        if condition.get("observedGeneration", generation) < generation:
            return "the controller has not looked at its present form"
        if condition["status"] != "True":
            return mask(f"{condition.get('reason', '')}: {condition.get('message', '')}")
    return None


def _labels_of_ours(namespace: KubeObject) -> dict[str, str]:
    """The environment's, without those of Pod Security."""
    labels: dict[str, str] = namespace["metadata"]["labels"]
    prefix = f"{naming.DOMAIN}/"
    return {
        name: value
        for name, value in labels.items()
        if name.startswith(prefix) or name == naming.MANAGED_BY_LABEL
    }

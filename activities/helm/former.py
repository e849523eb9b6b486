"""Releases of an environment that its plan has no more."""

from collections.abc import Awaitable, Callable

from kubernetes.aio.client import ApiClient

from activities.helm.records import releases_in
from activities.releases import without_claims
from workflows import naming
from workflows.models import messages as m


async def former_releases(api: ApiClient, request: m.DeployReleaseInput) -> tuple[str, ...]:
    """Those to drop once this release is up to date: none but after the last stage of the main one.

    Until then what it is made of may still need them. Raises ClusterError.
    """
    ref = request.ref
    main, extras = naming.release_names(ref.environment)
    if request.release.name != main or request.components:
        return ()
    wanted = {main, *([extras] if request.has_extras else []), *(request.service_charts or ())}
    return tuple(
        release
        for release in await releases_in(api, ref.namespace)
        # A worker from before there were charts as services names none, and means none.
        if release not in wanted and (request.service_charts is not None or release == extras)
    )


async def drop_former(
    api: ApiClient, request: m.DeployReleaseInput, uninstall: Callable[[str], Awaitable[None]]
) -> None:
    """All of `former_releases`; a service that is a chart goes with its volumes.

    Nobody could reach them any more, and they would meet other passwords if it came back. What is of Catalyst's own
    chart goes by what that says: copies of a database outlive its entry. Raises what `uninstall` raises.
    """
    _, extras = naming.release_names(request.ref.environment)
    for release in await former_releases(api, request):
        if release == extras:
            await uninstall(release)
            continue
        async with without_claims(api, request.ref.namespace, release):
            await uninstall(release)

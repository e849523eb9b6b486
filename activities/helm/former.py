"""Releases of an environment that its plan has no more."""

from kubernetes.aio.client import ApiClient

from activities.helm.records import releases_in
from workflows import naming
from workflows.models import messages as m


async def former_releases(api: ApiClient, request: m.DeployReleaseInput) -> tuple[str, ...]:
    """Those to uninstall once this release is up to date: none but after the last stage of the main one.

    Raises ClusterError.
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

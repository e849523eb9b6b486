"""Releases that an earlier plan of an environment had and its newest one has not."""

from collections.abc import Awaitable, Callable

from kubernetes.aio.client import ApiClient

from activities.helm.records import releases_in
from activities.releases import without_claims
from workflows import naming
from workflows.models.messages import DeployReleaseInput


async def drop_former(
    api: ApiClient, request: DeployReleaseInput, uninstall: Callable[[str], Awaitable[None]]
) -> None:
    """They go once the main one is up to date as a whole: until then what it is made of may still need them.

    A service goes with its volumes, which nobody could reach any more, and which would meet other passwords if it came
    back. What is of Catalyst's own chart goes by what that says: copies of a database outlive its entry.
    """
    main, extras = naming.release_names(request.ref.environment)
    if request.release.name != main or request.components:
        return
    namespace = request.ref.namespace
    wanted = {main, *([extras] if request.has_extras else []), *(request.service_charts or ())}
    for release in await releases_in(api, namespace):
        if release in wanted:
            continue
        if release == extras:
            await uninstall(release)
        elif request.service_charts is not None:
            # A worker from before there were charts as services names none, and means none.
            async with without_claims(api, namespace, release):
                await uninstall(release)

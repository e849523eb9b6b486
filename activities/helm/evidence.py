"""A failure of Helm with its evidence: the file and line that made the object, or the hook's last lines."""

from kubernetes.aio.client import ApiClient
from temporalio import activity

from activities.helm.blame import find_place
from activities.helm.chart import Chart
from activities.helm.failures import reason_of, to_failure
from activities.helm.hooks import read_failed_hook
from activities.helm.records import ReleaseRecords
from activities.masking import mask
from workflows.errors import CatalystError, ClusterError, ManifestError, RolloutFailedError


async def explain(
    api: ApiClient, stderr: str, *, namespace: str, release: str, chart: Chart
) -> CatalystError:
    """The failure that Helm printed, as well explained as the cluster allows. Raises nothing."""
    failure = to_failure(_with_sources(stderr, chart), chart=chart.path, name=chart.name)
    try:
        if isinstance(failure, RolloutFailedError):
            return await _with_hook(api, failure, namespace)
        if type(failure) is ManifestError:
            manifest = await ReleaseRecords(api, namespace, release).newest_manifest()
            return _with_place(failure, stderr, manifest, chart)
    except ClusterError as missing:
        activity.logger.warning("no evidence for a failed release: %s", missing)
    return failure


def _with_sources(stderr: str, chart: Chart) -> str:
    """Files of a chart that nobody wrote, called as those they come from."""
    for inside, file in chart.sources.items():
        stderr = stderr.replace(f"{chart.name}/{inside}", file)
    return stderr


async def _with_hook(api: ApiClient, failure: CatalystError, namespace: str) -> CatalystError:
    name, lines = await read_failed_hook(api, namespace)
    if not lines:
        return failure
    return RolloutFailedError(f"{failure} ({name})", excerpt=lines, hint=failure.hint)


def _with_place(failure: CatalystError, stderr: str, manifest: str, chart: Chart) -> CatalystError:
    place = find_place(reason_of(stderr), manifest, chart.read)
    if place is None:
        return failure
    file = chart.origin(place.file)
    where = f"{file}:{place.line}" if place.line else file
    shown = f"{where}: {mask(place.text)}" if place.text else where
    return ManifestError(
        f"{where}: {failure}", excerpt=(*failure.excerpt, shown), hint=failure.hint
    )

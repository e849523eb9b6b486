"""One stage of a release of Catalyst's own chart, put together with what serves."""

from dataclasses import replace

from kubernetes.aio.client import ApiClient

from activities.helm.jobs import succeeded_jobs
from activities.helm.records import ReleaseRecords
from activities.helm.sources import Prepared
from activities.helm.stages import has_once, staged_values
from workflows.models import messages as m


async def with_stage(
    api: ApiClient, request: m.DeployReleaseInput, prepared: Prepared, records: ReleaseRecords
) -> Prepared:
    """The same with the values of the stage; charts of others know no stages. Raises ClusterError."""
    is_own = request.release.source == "catalyst"
    if not is_own or not (request.components or has_once(prepared.values)):
        return prepared
    old = await records.deployed_values(prepared.chart.name)
    succeeded = await succeeded_jobs(api, request.ref.namespace, request.release.name)
    values = staged_values(prepared.values, old, frozenset(request.components), succeeded)
    return replace(prepared, values=values)

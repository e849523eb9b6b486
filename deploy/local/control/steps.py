"""The steps that bring up Catalyst's own processes, each as early as what it needs is there."""

from deploy.local.cluster import connection_file, read_connection
from deploy.local.control.api import api_service
from deploy.local.control.github import github_service, read_facts
from deploy.local.control.migrate import ensure_database
from deploy.local.control.service import ensure_service
from deploy.local.control.temporal import start_temporal
from deploy.local.control.worker import worker_service
from deploy.local.instance import Instance
from deploy.local.steps import Outcome, Step, StepContext

TEMPORAL = "start-temporal"
GITHUB = "start-github"
DATABASE = "database"
API = "start-api"
WORKER = "start-worker"
CONTROL_STEPS = (TEMPORAL, GITHUB, DATABASE, API, WORKER)


def control_steps(
    instance: Instance, *, link: tuple[str, ...], cluster: tuple[str, ...]
) -> list[Step]:
    """Return the steps of Catalyst's own processes.

    `link` names the steps after which the machine's end of the link to the node is there, `cluster`
    those after which the cluster's connection is written and everything in it answers.
    """

    async def temporal(context: StepContext) -> Outcome:
        return await start_temporal(instance, context)

    async def github(context: StepContext) -> Outcome:
        return await ensure_service(github_service(instance), instance, context)

    async def database(context: StepContext) -> Outcome:
        return await ensure_database(instance, context)

    async def api(context: StepContext) -> Outcome:
        service = api_service(
            instance, read_connection(connection_file(instance)), read_facts(instance)
        )
        return await ensure_service(service, instance, context)

    async def worker(context: StepContext) -> Outcome:
        service = worker_service(
            instance, read_connection(connection_file(instance)), read_facts(instance)
        )
        return await ensure_service(service, instance, context)

    before = (TEMPORAL, GITHUB, DATABASE, *cluster)
    return [
        Step(TEMPORAL, "Temporal", temporal, after=link),
        Step(GITHUB, "local GitHub", github, after=link),
        Step(DATABASE, "Catalyst's database", database, after=link),
        Step(API, "Catalyst's API", api, after=before),
        Step(WORKER, "Catalyst's worker", worker, after=before),
    ]

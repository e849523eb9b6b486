"""The cluster's port: each activity beats while it works and hands over to the part that knows how."""

import asyncio

from kubernetes.aio.client import ApiClient
from temporalio import activity

from activities.cluster.backups import Backups
from activities.cluster.config import ClusterConfig, KeptLogs
from activities.cluster.credentials import Credentials
from activities.cluster.directories import Directories
from activities.cluster.egress import EgressProxies
from activities.cluster.enforcement import Enforcement
from activities.cluster.health import Health
from activities.cluster.keeping import Keeping
from activities.cluster.namespaces import Namespaces
from activities.cluster.resets import Resets
from activities.cluster.rollout.wait import Rollouts
from activities.cluster.routes import Routes
from activities.cluster.secrets import Secrets
from activities.cluster.serving import read_serving
from activities.heartbeat import beating
from workflows.errors import CatalystError
from workflows.models import messages as m
from workflows.ports import ClusterPort


class ClusterActivities(ClusterPort):
    """Everything done to one cluster, apart from Helm and builds."""

    def __init__(self, api: ApiClient, config: ClusterConfig, kept: KeptLogs) -> None:
        self._api, self._config = api, config
        self._namespaces = Namespaces(api, config)
        self._enforcement = Enforcement(api, config)
        self._egress = EgressProxies(api, config)
        self._secrets = Secrets(api)
        self._credentials = Credentials(api)
        self._directories = Directories(api, config.directories)
        self._resets = Resets(api)
        self._backups = Backups(api)
        self._routes = Routes(api, config)
        self._rollouts = Rollouts(api)
        self._health = Health(api, config)
        self._keeping = Keeping(api, kept)

    @activity.defn(name="choose_namespace")
    async def choose_namespace(self, request: m.ChooseNamespaceInput) -> m.ChooseNamespaceResult:
        async with beating():
            return m.ChooseNamespaceResult(namespace=await self._namespaces.choose(request.ref))

    @activity.defn(name="ensure_namespace")
    async def ensure_namespace(self, request: m.EnsureNamespaceInput) -> m.EnsureNamespaceResult:
        async with beating() as progress:
            asking = asyncio.create_task(self._enforcement.warnings())
            try:
                await self._namespaces.ensure(request, progress)
                await self._egress.ensure(request, progress)
                return m.EnsureNamespaceResult(warnings=await asking)
            finally:
                asking.cancel()

    @activity.defn(name="copy_secrets")
    async def copy_secrets(self, request: m.CopySecretsInput) -> m.CopySecretsResult:
        async with beating():
            return await self._secrets.copy(request)

    @activity.defn(name="ensure_credentials")
    async def ensure_credentials(
        self, request: m.EnsureCredentialsInput
    ) -> m.EnsureCredentialsResult:
        async with beating():
            return await self._credentials.ensure(request)

    @activity.defn(name="ensure_directory")
    async def ensure_directory(self, request: m.EnsureDirectoryInput) -> None:
        async with beating() as progress:
            await self._directories.ensure(request, progress)

    @activity.defn(name="reset_services")
    async def reset_services(self, request: m.ResetServicesInput) -> None:
        async with beating() as progress:
            await self._resets.reset(request, progress)

    @activity.defn(name="restart_workloads")
    async def restart_workloads(self, request: m.RestartWorkloadsInput) -> None:
        async with beating():
            await self._resets.restart(request)

    @activity.defn(name="back_up_service")
    async def back_up_service(self, request: m.BackUpServiceInput) -> m.BackUpServiceResult:
        async with beating() as progress:
            return await self._backups.make(request, progress)

    @activity.defn(name="restore_backup")
    async def restore_backup(self, request: m.RestoreBackupInput) -> m.RestoreBackupResult:
        async with beating() as progress:
            return await self._backups.restore(request, progress)

    @activity.defn(name="ensure_route")
    async def ensure_route(self, request: m.EnsureRouteInput) -> m.EnsureRouteResult:
        async with beating():
            return await self._routes.ensure(request)

    @activity.defn(name="wait_for_rollout")
    async def wait_for_rollout(
        self, request: m.WaitForRolloutInput
    ) -> m.WaitForRolloutResult | None:
        async with beating() as progress:
            try:
                result = await self._rollouts.wait(request, progress)
            except CatalystError:
                await self._keeping.keep_jobs(request.ref, request.jobs, progress)
                raise
            await self._keeping.keep_jobs(request.ref, request.jobs, progress)
            return result

    @activity.defn(name="check_health")
    async def check_health(self, request: m.CheckHealthInput) -> m.CheckHealthResult:
        async with beating() as progress:
            return m.CheckHealthResult(status=await self._health.check(request, progress))

    @activity.defn(name="read_serving")
    async def read_serving(self, request: m.ReadServingInput) -> m.ReadServingResult:
        async with beating():
            return await read_serving(self._api, self._config, request)

    @activity.defn(name="delete_namespace")
    async def delete_namespace(self, request: m.RemoveInput) -> m.RemoveResult:
        async with beating() as progress:
            await self._egress.delete(request.ref)
            removed = await self._namespaces.delete(request.ref, progress)
            if removed.is_gone:
                await self._directories.delete(request.ref)
            return removed

    @activity.defn(name="list_namespaces")
    async def list_namespaces(self) -> m.ListNamespacesResult:
        async with beating():
            return m.ListNamespacesResult(namespaces=await self._namespaces.list_ours())

    @activity.defn(name="keep_logs")
    async def keep_logs(self, request: m.KeepLogsInput) -> None:
        async with beating() as progress:
            await self._keeping.keep(request.ref, progress)

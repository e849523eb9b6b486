"""The port that installs, settles and removes releases."""

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pyhelm3
from kubernetes.aio.client import ApiClient
from temporalio import activity

from activities import kube
from activities.heartbeat import beating, is_given_up
from activities.helm import access
from activities.helm.command import MARKER, HelmCommand, Surroundings, mark_of
from activities.helm.config import HelmConfig
from activities.helm.evidence import explain
from activities.helm.facts import facts_of
from activities.helm.failures import to_failure
from activities.helm.former import drop_former, former_releases
from activities.helm.hooks import stop_unfinished_hooks
from activities.helm.jobs import stop_unfinished_jobs
from activities.helm.raw import check_on_cluster
from activities.helm.records import ReleaseRecords, find_deployed, releases_in
from activities.helm.rendering import (
    read_refusal,
    renderer_environment,
    upgrade_options,
    write_plugin,
)
from activities.helm.sources import Attempt, ChartSources, Prepared, find_helm
from activities.helm.staging import with_stage
from activities.origin import GitHubAccess
from activities.processes import ProcessTimeoutError, end_survivors, uninterrupted
from workflows import naming
from workflows.errors import CatalystError, HelmError
from workflows.models import messages as m
from workflows.ports import HelmPort

_PREFIX = "helm-"


class HelmActivities(HelmPort):
    """Runs Helm as the environment's own ServiceAccount: one Helm at a time for a namespace, whichever its release.

    An environment has a main release, a second one of Catalyst's chart where the main one is the project's own, and one
    for each of its services that is a chart.
    """

    def __init__(self, api: ApiClient, config: HelmConfig, github: GitHubAccess) -> None:
        self._api = api
        self._config = config
        self._sources = ChartSources(config, github)
        self._cluster = access.identity_of(api)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @activity.defn(name="deploy_release")
    async def deploy_release(self, request: m.DeployReleaseInput) -> m.DeployReleaseResult:
        """See `HelmPort`; also raises RolloutFailedError for a hook of the chart, and what fetching raises."""
        namespace, release = request.ref.namespace, request.release.name
        async with beating() as progress, self._alone(namespace):
            progress.detail = "settling"
            await self._settle(namespace, release)
            records = ReleaseRecords(self._api, namespace, release)
            found = find_deployed(await records.list(), request.revision, request.stage)
            if found is not None:
                # An earlier attempt's answer was lost; the work was not. What it dropped after that may be missing.
                await self._drop_former(request)
                return m.DeployReleaseResult(
                    release_revision=found.version, chart=request.release.chart
                )
            try:
                with self._directory() as directory:
                    progress.detail = "preparing the chart"
                    prepared, kubeconfig = await self._prepare(request, directory)
                    prepared = await with_stage(self._api, request, prepared, records)
                    progress.detail = "checking the manifests"
                    await self._check(request, prepared, kubeconfig)
                    progress.detail = "running Helm"
                    result = await self._upgrade(request, prepared, kubeconfig)
                await self._drop_former(request)
            except asyncio.CancelledError:
                # Its successor settles before it begins, and may run Helm by now: its record and hooks are not ours.
                if not is_given_up():
                    await self._settle_quietly(namespace, release)
                raise
            return result

    @activity.defn(name="settle_release")
    async def settle_release(self, request: m.StopRevisionInput) -> None:
        """See `HelmPort`. Raises ClusterError when it cannot tell; then nothing is confirmed."""
        namespace = request.ref.namespace
        if not namespace:
            return
        async with beating(), self._alone(namespace):
            await self._settle(namespace, *await releases_in(self._api, namespace))
            # Only here: the attempt after a lost one finds the jobs of its own revision at work.
            await stop_unfinished_jobs(self._api, namespace)

    @activity.defn(name="uninstall_release")
    async def uninstall_release(self, request: m.RemoveInput) -> None:
        """See `HelmPort`. What the chart itself prevents is left to the namespace's deletion."""
        namespace = request.ref.namespace
        if not namespace:
            return
        async with beating(), self._alone(namespace):
            first = request.release or naming.release_name(request.ref.environment)
            # What it is for before its services, so that it does not ask for what is gone.
            found = sorted(
                await releases_in(self._api, namespace), key=lambda release: release != first
            )
            if not found:
                return
            with self._directory() as directory:
                try:
                    kubeconfig = await self._kubeconfig(namespace, directory)
                except kube.KubeError:
                    return  # the identity is gone, or the namespace is on its way out
                for release in found:
                    await self._uninstall(namespace, release, kubeconfig)

    @contextmanager
    def _directory(self) -> Iterator[Path]:
        """For checkout and kubeconfig of one attempt."""
        with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=self._config.work_dir) as directory:
            yield Path(directory)

    @asynccontextmanager
    async def _alone(self, namespace: str) -> AsyncIterator[None]:
        """No other Helm of ours works on that namespace: not here, and none that outlived its worker."""
        mark = mark_of(self._cluster, namespace)
        await end_survivors(MARKER, mark, grace=self._config.grace)
        async with self._locks[namespace]:
            yield

    async def _settle(self, namespace: str, *releases: str) -> None:
        for release in releases:
            await ReleaseRecords(self._api, namespace, release).settle()
        await stop_unfinished_hooks(self._api, namespace)

    async def _settle_quietly(self, namespace: str, release: str) -> None:
        """Helm has ended; now its record and hooks. The failure goes on whatever comes of it: `settle_release` confirms."""
        try:
            await uninterrupted(self._settle(namespace, release))
        except CatalystError as error:
            activity.logger.warning("release %s is not settled yet: %s", release, error)

    async def _prepare(
        self, request: m.DeployReleaseInput, directory: Path
    ) -> tuple[Prepared, Path]:
        mark = mark_of(self._cluster, request.ref.namespace)
        attempt = Attempt(request, facts_of(request, self._config), directory, mark)
        try:
            async with asyncio.TaskGroup() as group:
                prepared = group.create_task(self._sources.prepare(attempt))
                kubeconfig = group.create_task(self._kubeconfig(request.ref.namespace, directory))
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None  # the other one was cancelled
        return prepared.result(), kubeconfig.result()

    async def _drop_former(self, request: m.DeployReleaseInput) -> None:
        """Releases that an earlier plan had and this one has not go once the main one is up to date."""
        namespace = request.ref.namespace
        if not await former_releases(self._api, request):
            return
        with self._directory() as directory:
            kubeconfig = await self._kubeconfig(namespace, directory)

            async def uninstall(release: str) -> None:
                await self._uninstall(namespace, release, kubeconfig)

            await drop_former(self._api, request, uninstall)

    async def _check(
        self, request: m.DeployReleaseInput, prepared: Prepared, kubeconfig: Path
    ) -> None:
        """Raises ManifestError for manifests that the cluster would not take; charts are Helm's to check."""
        if prepared.manifests is None:
            return
        own = await kube.connect(kubeconfig)
        try:
            await check_on_cluster(
                self._api,
                own,
                prepared.manifests,
                namespace=request.ref.namespace,
                release=request.release.name,
            )
        finally:
            await kube.close(own)

    async def _kubeconfig(self, namespace: str, directory: Path) -> Path:
        seconds = self._config.token_seconds
        token = await access.request_token(self._api, namespace, seconds)
        path = directory / "kubeconfig"
        await access.write_kubeconfig(
            self._api, path, namespace=namespace, token=token, server=self._config.server
        )
        return path

    async def _upgrade(
        self, request: m.DeployReleaseInput, prepared: Prepared, kubeconfig: Path
    ) -> m.DeployReleaseResult:
        namespace, release = request.ref.namespace, request.release.name
        chart = prepared.chart
        await asyncio.to_thread(write_plugin, kubeconfig.parent)
        command = self._command(
            namespace,
            kubeconfig,
            options=upgrade_options(request),
            value_files=prepared.value_files,
            environment=renderer_environment(request, kubeconfig.parent),
        )
        try:
            answer = await command.install_or_upgrade(
                release,
                chart.directory,
                prepared.values,
                skip_crds=True,  # they pass by the post-renderer, and no preview may create them
                create_namespace=False,  # a late Helm must not bring a deleted namespace back
                namespace=namespace,
                description=f"commit {request.commit}",
                server_side="true",
                force_conflicts=True,  # what people changed by hand is put right
                timeout=f"{self._config.hook_timeout}s",
            )
        except pyhelm3.errors.Error as error:
            refusal = await asyncio.to_thread(read_refusal, kubeconfig.parent)
            stderr = refusal or error.stderr.decode(errors="replace")
            failure = await explain(
                self._api, stderr, namespace=namespace, release=release, chart=chart
            )
            # A hook that took too long would go on beside whatever comes next.
            await self._settle_quietly(namespace, release)
            raise failure from None
        except ProcessTimeoutError as error:
            await self._settle_quietly(namespace, release)
            raise HelmError("Helm took longer than it may; it was ended") from error
        metadata = answer["chart"]["metadata"]
        return m.DeployReleaseResult(
            release_revision=int(answer["version"]),
            chart=f"{metadata['name']}-{metadata['version']}",
        )

    async def _uninstall(self, namespace: str, release: str, kubeconfig: Path) -> None:
        for no_hooks in (False, True):
            command = self._command(namespace, kubeconfig)
            timeout = f"{self._config.uninstall_timeout}s"
            try:
                await command.uninstall(
                    release, namespace=namespace, no_hooks=no_hooks, timeout=timeout
                )
            except pyhelm3.errors.Error as error:
                stderr = error.stderr.decode(errors="replace")
                if "release: not found" in stderr:
                    return
                failure = to_failure(stderr)
                if isinstance(failure, HelmError) and "Helm could not" in str(failure):
                    raise failure from None
                activity.logger.warning("uninstalling %s: %s", release, failure)
            except ProcessTimeoutError:
                activity.logger.warning("uninstalling %s took too long", release)
            else:
                return

    def _command(
        self,
        namespace: str,
        kubeconfig: Path,
        *,
        options: tuple[str, ...] = (),
        value_files: tuple[Path, ...] = (),
        environment: dict[str, str] | None = None,
    ) -> HelmCommand:
        return HelmCommand(
            find_helm(self._config),
            Surroundings(kubeconfig.parent, kubeconfig, mark_of(self._cluster, namespace)),
            limit=self._config.command_timeout,
            grace=self._config.grace,
            history=self._config.history,
            upgrade_options=options,
            value_files=value_files,
            environment=environment,
        )

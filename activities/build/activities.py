"""The port that builds images, stops builds, and empties the registry of an environment."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from kubernetes.aio.client import ApiClient
from temporalio import activity

from activities.build.arrival import Arrival
from activities.build.config import BuildConfig
from activities.build.content import content_tag, optional_paths_of, paths_of
from activities.build.inputs import BuildInputs, check_names
from activities.build.jobs import BuildJobs
from activities.build.keeping import BuildLogs, KeptLogs
from activities.build.manifests import BuildJob
from activities.build.sharing import SharedImages
from activities.build.state import BuildStates
from activities.companions import naming as naming_source
from activities.companions import origin_of_companion
from activities.git import fetch_object_ids
from activities.heartbeat import Progress, beating, is_told_to_stop
from activities.origin import GitHubAccess, Origin, origin_of
from activities.processes import uninterrupted
from activities.project_secrets import read_registry_credentials, read_secrets
from activities.registry import Registry
from workflows import naming
from workflows.errors import CatalystError, RegistryError
from workflows.models import messages as m
from workflows.ports import BuildPort


class BuildActivities(BuildPort):
    """Builds in one cluster, into one registry."""

    def __init__(
        self,
        api: ApiClient,
        registry: Registry,
        config: BuildConfig,
        github: GitHubAccess,
        kept: KeptLogs | None = None,
    ) -> None:
        """`kept` is where logs of builds go; None keeps none."""
        self._api = api
        self._registry = registry
        self._shared = SharedImages(registry)
        self._config = config
        self._github = github
        self._jobs = BuildJobs(api, config)
        self._states = BuildStates(api, config)
        self._logs = BuildLogs(api, config, kept) if kept else None

    @activity.defn(name="build_image")
    async def build_image(self, request: m.BuildImageInput) -> m.BuildImageResult:
        """See `BuildPort`. Raises BuildFailedError, PlanError, SecretError, CommitGoneError, GitHubError,
        RegistryError, ClusterError, ConfigurationError."""
        check_names(request.build)
        async with beating() as progress, self._origin(request) as origin:
            progress.detail = "comparing the content"
            tag = await self._tag(request, origin)
            repository = self._repository(request)
            digest = await self._registry.find_digest(repository, tag)
            digest = digest or await self._shared.take(request, tag, repository)
            if digest:
                return self._result(request, repository, digest, was_present=True)
            job = BuildJob(
                name=naming.build_job_name(request.revision, request.build.component),
                request=request,
                url=origin.url,
                ref=origin.ref,
                repository=repository,
                tag=tag,
                inputs=await self._inputs(request),
            )
            try:
                await self._jobs.prepare()
                job = replace(job, state=await self._state(request))
                await self._jobs.ensure(job, origin.token)
                await self._follow(job, progress)
            except asyncio.CancelledError:
                if is_told_to_stop():
                    await self._stop_after_cancel(job)
                raise
            digest = await self._registry.find_digest(repository, tag)
            if digest is None:
                raise RegistryError("the build has ended, and its image is not in the registry")
            await self._shared.offer(request, tag, repository)
        return self._result(request, repository, digest)

    @activity.defn(name="stop_builds")
    async def stop_builds(self, request: m.StopRevisionInput) -> None:
        """See `BuildPort`. Raises ClusterError when it cannot tell, or a pod does not end."""
        labels = {
            naming.PROJECT_LABEL: request.ref.project,
            naming.ENVIRONMENT_LABEL: request.ref.environment,
        }
        if request.revision:
            labels[naming.REVISION_LABEL] = naming.short_hash(request.revision)
        async with beating():
            await self._jobs.stop(",".join(f"{key}={value}" for key, value in labels.items()))

    @activity.defn(name="delete_images")
    async def delete_images(self, request: m.RemoveInput) -> None:
        """See `BuildPort`. Raises RegistryError, ClusterError."""
        prefix = naming.image_repository("", request.ref.project, request.ref.environment, "")
        async with beating():
            for repository in await self._registry.list_repositories(prefix.removeprefix("/")):
                await self._registry.delete_tags(repository)
            if not await self._shared.forget_unused(request.ref.project):
                await self._states.forget(request.ref.project)

    @asynccontextmanager
    async def _origin(self, request: m.BuildImageInput) -> AsyncIterator[Origin]:
        if request.source is None:
            async with origin_of(self._github, request.pull_request) as origin:
                yield origin
            return
        source = request.source
        with naming_source(source):
            async with origin_of_companion(self._github, source, source.branch) as origin:
                yield origin

    async def _follow(self, job: BuildJob, progress: Progress) -> None:
        """Its log is kept however it ends, unless it is stopped: nobody asks for that."""
        try:
            arrival = Arrival(lambda: self._registry.find_digest(job.repository, job.tag))
            await self._jobs.follow(job, lambda text: setattr(progress, "detail", text), arrival)
        except CatalystError:
            await self._keep_log(job)
            raise
        await self._keep_log(job)

    async def _keep_log(self, job: BuildJob) -> None:
        if self._logs is not None:
            await self._logs.keep(job)

    async def _state(self, request: m.BuildImageInput) -> str:
        """None for what has failed by no fault of the code's: it may be the state that is broken."""
        is_first = not activity.in_activity() or activity.info().attempt == 1
        return await self._states.take(request) if is_first else ""

    async def _inputs(self, request: m.BuildImageInput) -> BuildInputs:
        """Nothing of the project's for code that nobody answers for (invariant 7)."""
        if not request.is_trusted:
            return BuildInputs()
        project = request.ref.project
        found = await read_secrets(self._api, project, request.template, request.build.secrets)
        credentials = await read_registry_credentials(self._api, project)
        return BuildInputs(
            secrets={name: secret.value for name, secret in found.items()},
            registry=credentials or "",
        )

    async def _tag(self, request: m.BuildImageInput, origin: Origin) -> str:
        with tempfile.TemporaryDirectory(prefix="catalyst-content-") as directory:
            found = await fetch_object_ids(
                origin.url,
                request.built_commit,
                origin.ref,
                origin.token,
                Path(directory),
                paths=paths_of(request.build),
                optional=optional_paths_of(request.build),
            )
        return content_tag(request.build, found)

    def _repository(self, request: m.BuildImageInput) -> str:
        ref = request.ref
        name = naming.image_repository("", ref.project, ref.environment, request.build.component)
        return name.removeprefix("/")

    def _result(
        self, request: m.BuildImageInput, repository: str, digest: str, *, was_present: bool = False
    ) -> m.BuildImageResult:
        full = f"{self._config.registry}/{repository}"
        return m.BuildImageResult(
            component=request.build.component,
            image=f"{full}@{digest}",
            repository=full,
            digest=digest,
            was_present=was_present,
        )

    async def _stop_after_cancel(self, job: BuildJob) -> None:
        """Job and pods are gone when this returns; the cancel goes on whatever comes of it: `stop_builds` confirms."""
        selector = f"batch.kubernetes.io/job-name={job.name}"
        try:
            await uninterrupted(self._jobs.stop(selector, names=[job.name]))
        except CatalystError as error:
            activity.logger.warning("%s is not stopped yet: %s", job.name, error)

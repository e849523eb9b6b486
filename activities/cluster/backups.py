"""Backups of an environment's databases: one more of now, and one that is brought back (ENV-017)."""

import asyncio

from kubernetes.aio.client import ApiClient

from activities.backup_records import read_lines
from activities.cluster.backup_jobs import BackupJobs, Ended, make_extra_run, make_other_run
from activities.cluster.owned import check_owner
from activities.cluster.restoring import EXCHANGE, IN_USE, LOAD, UNKNOWN, UNREADABLE
from activities.cluster.standstill import Standstill
from activities.heartbeat import Progress, is_told_to_stop
from activities.kube import KubeObject
from activities.processes import uninterrupted
from workflows import naming
from workflows.errors import BackupError, ClusterError, RestoreError
from workflows.models.messages import (
    BackUpServiceInput,
    BackUpServiceResult,
    RestoreBackupInput,
    RestoreBackupResult,
)

RESTORED = f"{naming.DOMAIN}/restored"
"""Annotation of the CronJob: the last restore that was done, so that none is done twice."""


class Backups:
    """Of services whose backups Catalyst's own chart makes."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api

    async def make(self, request: BackUpServiceInput, progress: Progress) -> BackUpServiceResult:
        """Raises BackupError, ClusterError, NameTakenError."""
        ref, wish = request.ref, request.request
        await check_owner(self._api, ref)
        jobs = BackupJobs(self._api, ref.namespace)
        cron_job = await jobs.find(wish.component)
        if cron_job is None:
            raise BackupError(
                f"the backups of `{wish.service}` are not in the cluster yet",
                hint="Try again once the environment is deployed.",
            )
        job = make_extra_run(cron_job, f"backup-{naming.short_hash(wish.id)}")
        progress.detail = f"backing up {wish.service}"
        try:
            ended = await jobs.run(job)
        except asyncio.CancelledError:
            # A worker that stops takes nothing away: the Job makes the backup all the same.
            if is_told_to_stop():
                await uninterrupted(jobs.delete(job["metadata"]["name"]))
            raise
        if ended.said:
            raise BackupError(
                f"the backup of `{wish.service}` failed: {ended.said}", excerpt=ended.lines
            )
        kept = read_lines(ended.pod, ended.word)
        if not kept:
            raise ClusterError("the backup was made, and its pod is gone that knows its name")
        return BackUpServiceResult(backup=kept[0].name, bytes=kept[0].bytes)

    async def restore(self, request: RestoreBackupInput, progress: Progress) -> RestoreBackupResult:
        """Raises RestoreError, after which everything is as it was; ClusterError, NameTakenError."""
        await check_owner(self._api, request.ref)
        restoring = _Restoring(self._api, request, progress)
        cron_job = await restoring.jobs.find(request.component)
        if cron_job is None:
            raise ClusterError(f"the backups of `{request.restore.service}` are not in the cluster")
        was_done = restoring.is_done(cron_job)
        has_successor = False
        try:
            if not was_done:
                try:
                    await restoring.load(cron_job)
                except asyncio.CancelledError:
                    has_successor = not is_told_to_stop()  # it goes on with the same Job
                    raise
                # A cancel waits for it: it takes seconds, and half of it would be the worst of all.
                await uninterrupted(restoring.exchange(cron_job))
        finally:
            if not has_successor:
                await uninterrupted(restoring.clear_away())
        return RestoreBackupResult(was_done=was_done)


class _Restoring:
    """One of them."""

    def __init__(self, api: ApiClient, request: RestoreBackupInput, progress: Progress) -> None:
        self._request = request
        self._progress = progress
        self._mark = naming.short_hash(request.restore.id)
        namespace = request.ref.namespace
        self.jobs = BackupJobs(api, namespace)
        self._still = Standstill(api, namespace, request.release, request.kept)

    def is_done(self, cron_job: KubeObject) -> bool:
        annotations = cron_job["metadata"].get("annotations") or {}
        return bool(annotations.get(RESTORED) == self._mark)

    async def load(self, cron_job: KubeObject) -> None:
        """All of it into a fresh database; the application goes on meanwhile."""
        self._progress.detail = f"reading {self._request.restore.backup}"
        ended = await self._run(cron_job, "restore", LOAD)
        _check(self._request, ended)
        if ended.said:  # killed, too long: the fresh database is whole or it is not there
            raise as_it_was(self._request, ended, ended.said)

    async def exchange(self, cron_job: KubeObject) -> None:
        """The fresh database takes the place of the other one; the application stands still until all is cleared away."""
        self._progress.detail = "stopping the application"
        await self._still.begin()
        self._progress.detail = "exchanging the data"
        ended = await self._run(cron_job, "exchange", EXCHANGE)
        _check(self._request, ended)
        if (
            ended.said
        ):  # nobody knows whether it came to that; the next attempt sees it at the database
            raise ClusterError(f"the exchange of the data was interrupted: {ended.said}")
        await self.jobs.annotate(cron_job, {RESTORED: self._mark})

    async def clear_away(self) -> None:
        """The application goes on, and nothing of this is left; also what a lost attempt has left standing still."""
        await self._still.end()
        for what in ("restore", "exchange"):
            await self.jobs.delete(f"{what}-{self._mark}")

    async def _run(self, cron_job: KubeObject, what: str, script: str) -> Ended:
        variables = {"RESTORE_FROM": self._request.restore.backup, "RESTORE_MARK": self._mark}
        return await self.jobs.run(
            make_other_run(cron_job, f"{what}-{self._mark}", script, variables, mark=self._mark)
        )


def _check(request: RestoreBackupInput, ended: Ended) -> None:
    """What the scripts say of themselves.

    Raises RestoreError for what the backup, or whoever asked for it, is to blame; ClusterError where the database did not
    answer.
    """
    service, backup = request.restore.service, request.restore.backup
    if not ended.said:
        return
    if ended.code == UNKNOWN:
        listed = ", ".join(f"`{each}`" for each in ended.word.split())
        there = f"there are: {listed}" if listed else "there is none yet"
        raise RestoreError(f"there is no backup `{backup}` of `{service}`; {there}")
    if 0 <= ended.code < UNKNOWN:  # the database did not answer, or psql had trouble with it
        last = f": {ended.lines[-1]}" if ended.lines else ""
        raise ClusterError(f"`{backup}` could not be brought back{last}")
    if ended.code == UNREADABLE:
        why = "it cannot be read, or the database does not take it"
        raise as_it_was(request, ended, why)
    if ended.code == IN_USE:
        raise as_it_was(request, ended, "somebody uses the database without a pause")


def as_it_was(request: RestoreBackupInput, ended: Ended, why: str) -> RestoreError:
    """The backup could not be brought back, and nothing has changed."""
    service, backup = request.restore.service, request.restore.backup
    return RestoreError(
        f"`{backup}` could not be brought back, and the data of `{service}` is as it was: {why}",
        excerpt=ended.lines,
    )

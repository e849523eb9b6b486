"""Waiting until a release is up, or until it is certain that it will not be."""

import time
from collections.abc import Sequence

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.cluster.changes import watching
from activities.cluster.evidence import Evidence, hint_of
from activities.cluster.release import require_service
from activities.cluster.rollout.jobs import outcome
from activities.cluster.rollout.problem import Patience, Problem, gravest
from activities.cluster.rollout.snapshot import take_snapshot
from activities.cluster.rollout.stuck import StuckPods
from activities.cluster.rollout.workloads import Verdict, judge
from activities.heartbeat import Progress
from activities.known_secrets import read_known
from activities.masking import mask
from workflows import naming
from workflows.errors import CatalystError, ClusterError, PhaseTimeoutError
from workflows.models.messages import WaitForRolloutInput, WaitForRolloutResult

_POLL = 1.0
"""Seconds between looks while nothing is heard: a look lists all that is in the namespace, and many wait at once."""
_PROVEN_AFTER = 2.0
"""Seconds that a container without a readiness probe has to live; most crashes at start come sooner."""

_MAX_UNSEEN = 25.0
"""Seconds of an outage that are not the release's. With one more call (30 s) it ends before the activity's own limit,
a minute after the release's."""


class Limit:
    """When the release's time is up. Time in which the API did not answer counts against it as little as possible."""

    def __init__(self, seconds: float) -> None:
        self._last = time.monotonic()
        self._left = _MAX_UNSEEN
        self.deadline = self._last + seconds

    def note(self, now: float, *, was_seen: bool) -> None:
        """The look that ended now has, or has not, seen anything."""
        if not was_seen:
            pardoned = min(now - self._last, self._left)
            self._left -= pardoned
            self.deadline += pardoned
        self._last = now


class Proof:
    """Whether being ready has lasted, where Kubernetes' word alone means little."""

    def __init__(self) -> None:
        self._unproven: tuple[str, ...] | None = None
        self._since = 0.0

    def is_given(self, verdict: Verdict | None, now: float) -> bool:
        if verdict is None or verdict.waiting_for:
            self._unproven = None
            return False
        if verdict.unproven != self._unproven:  # began just now, or restarted since the last look
            self._unproven, self._since = verdict.unproven, now
        return not verdict.unproven or now - self._since >= _PROVEN_AFTER


class Rollouts:
    """Looks whenever something changes, and gives up early where waiting is pointless."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api
        self._evidence = Evidence(api)

    async def wait(
        self, request: WaitForRolloutInput, progress: Progress
    ) -> WaitForRolloutResult | None:
        """Raises RolloutFailedError, or a platform's error when nothing of the user's is at fault."""
        namespace, seconds = request.ref.namespace, request.timeout.total_seconds()
        limit, patience, proof = Limit(seconds), Patience(), Proof()
        stuck = StuckPods(self._api, seconds)
        async with watching(self._api, _watched(namespace)) as changes:
            while True:
                verdict = await self._look(request, limit.deadline, stuck)
                now = time.monotonic()
                limit.note(now, was_seen=verdict is not None)
                if verdict is not None and proof.is_given(verdict, now):
                    await self._check_service(request)
                    return _result(request, verdict, stuck.reasons)
                problems = verdict.problems if verdict else ()
                if (problem := patience.first_lasting(problems, now)) is not None:
                    raise await self._failure(namespace, problem)
                if now >= limit.deadline:
                    raise await self._out_of_time(namespace, gravest(problems), seconds)
                progress.detail = "; ".join(verdict.waiting_for if verdict else ())[:500]
                await changes.wait(min(limit.deadline - now, _POLL))

    async def _look(
        self, request: WaitForRolloutInput, deadline: float, stuck: StuckPods
    ) -> Verdict | None:
        """None while the API does not answer: a short outage is not the release's failure."""
        try:
            snapshot = await take_snapshot(
                self._api, request.ref.namespace, request.release, request.components
            )
            await stuck.replace(request.ref.namespace, snapshot, time.monotonic())
        except (kube.NotFoundError, kube.ForbiddenError, kube.InvalidError):
            raise
        except ClusterError:
            if time.monotonic() >= deadline:
                raise
            return None
        return judge(snapshot, request.jobs)

    async def _check_service(self, request: WaitForRolloutInput) -> None:
        """Raises ManifestError where the release has no Service of the name that the application was told."""
        if not request.service:
            return
        path = kube.collection_path("v1", "Service", request.ref.namespace)
        services = (await kube.request(self._api, "GET", path))["items"]
        require_service(services, request.release, request.service)

    async def _failure(self, namespace: str, problem: Problem, limit: str = "") -> CatalystError:
        known = await read_known(self._api, namespace)
        excerpt = await self._evidence.of(namespace, problem, known)
        return problem.error(
            mask(f"{limit}{known.hide_words(problem.message)}"),
            excerpt=excerpt,
            hint=hint_of(excerpt) or problem.hint,
        )

    async def _out_of_time(
        self, namespace: str, problem: Problem | None, limit: float
    ) -> CatalystError:
        before = f"not ready within {limit:g} s: "
        if problem is None:
            return PhaseTimeoutError(f"{before}Kubernetes says nothing about it")
        return await self._failure(namespace, problem, before)


def _result(
    request: WaitForRolloutInput, verdict: Verdict, replaced: Sequence[str]
) -> WaitForRolloutResult | None:
    if not request.components and not replaced:
        return None
    revision = naming.short_hash(request.revision)
    done = verdict.jobs if request.components else ()
    outcomes = tuple(outcome(job, revision) for job in done)
    return WaitForRolloutResult(reasons=tuple(replaced), jobs=outcomes)


def _watched(namespace: str) -> list[str]:
    """What changes last when a release comes up; the rest is seen by the poll."""
    kinds = (
        ("v1", "Pod"),
        ("apps/v1", "Deployment"),
        ("apps/v1", "StatefulSet"),
        ("batch/v1", "Job"),
    )
    return [kube.collection_path(api_version, kind, namespace) for api_version, kind in kinds]

"""How a phase of a revision is tried: counted attempts, uncounted losses, waits on a timer, one readable failure.

Activities of a phase have a single attempt; counting here instead of in a retry policy lets a lost worker pass
without using up one of the three attempts (FR-011), and puts long waits on timers of the workflow.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, TimeoutError, TimeoutType  # noqa: A004

from workflows import policies
from workflows.models import EnvironmentRef, Failure, FailureKind
from workflows.models.messages import StopRevisionInput
from workflows.planning import backoff
from workflows.ports import BuildPort, HelmPort

T = TypeVar("T")


class PhaseFailedError(ApplicationError):
    """A phase has failed for good. An ApplicationError, so that an escaped one fails the workflow and blocks nothing."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message, failure, type=failure.type, non_retryable=True)
        self.found = failure


@dataclass(frozen=True)
class Trouble:
    """What went wrong in one attempt, and what that means for the next."""

    failure: Failure
    nature: Literal["final", "counted", "lost", "wait"]


def judge(error: ActivityError, *, is_limit_final: bool = True) -> Trouble:
    """Read a failed activity.

    `is_limit_final`: the limit is the phase's own (FR-018), so that trying again would only double it. False
    for short calls that do not beat, where a used-up limit may as well be a lost worker.
    """
    cause = error.cause
    if isinstance(cause, TimeoutError):
        if cause.type is TimeoutType.HEARTBEAT:
            return Trouble(Failure(type="WorkerLostError", message="its worker was lost"), "lost")
        failure = Failure(
            type="PhaseTimeoutError",
            message="it used up its time limit",
            hint="Look for a step that hangs; `retry` starts it again.",
        )
        return Trouble(failure, "final" if is_limit_final else "counted")
    if not isinstance(cause, ApplicationError):
        return Trouble(Failure(message=f"unknown failure: {cause or error}"), "counted")
    if cause.type == "WorkerShutdown":
        return Trouble(Failure(type="WorkerLostError", message="its worker was stopped"), "lost")
    failure = _read_details(cause)
    if failure.kind is FailureKind.LIMIT:
        return Trouble(failure, "wait")
    is_final = cause.non_retryable or failure.kind in (FailureKind.USER, FailureKind.GONE)
    return Trouble(failure, "final" if is_final else "counted")


def _read_details(error: ApplicationError) -> Failure:
    """The one detail is a Failure; an error without one is unknown and so the platform's."""
    if error.details and isinstance(error.details[0], dict):
        return Failure.model_validate(error.details[0])
    return Failure(type=error.type or "CatalystError", message=error.message)


@dataclass
class Tally:
    """How often a phase was tried."""

    attempts: int = 0
    losses: int = 0
    waits: int = 0

    def pause_after(self, trouble: Trouble) -> timedelta | None:
        """How long to wait before the next attempt; None when there is none."""
        if trouble.nature == "wait":
            self.waits += 1
            pause = trouble.failure.retry_after or policies.DEFAULT_WAIT
            return pause if self.waits <= policies.MAX_WAITS else None
        if trouble.nature == "lost":
            self.losses += 1
            return policies.LOSS_PAUSE if self.losses <= policies.MAX_LOSSES else None
        self.attempts += 1
        if trouble.nature == "final" or self.attempts >= policies.MAX_ATTEMPTS:
            return None
        return backoff(
            self.attempts,
            first=policies.FIRST_PAUSE,
            most=policies.MAX_LOOK_PAUSE,
            factor=policies.PAUSE_FACTOR,
        )


async def run_phase(
    phase: str,
    call: Callable[[], Awaitable[T]],
    *,
    tell: Callable[[str], None],
    is_limit_final: bool = True,
) -> T:
    """The phase's result. `tell` receives, in words, why it is not there yet.

    Raises PhaseFailedError, or CancelledError once the activity has really ended.
    """
    tally = Tally()
    while True:
        try:
            result = await call()
        except ActivityError as error:
            raise_if_cancelled()
            trouble = judge(error, is_limit_final=is_limit_final)
            pause = tally.pause_after(trouble)
            if pause is None:
                raise PhaseFailedError(_describe(trouble.failure, phase, tally)) from error
            tell(_why_waiting(trouble, phase, pause))
            await workflow.sleep(pause)
        else:
            # A cancel that lands together with the result would otherwise be lost.
            raise_if_cancelled()
            return result


def raise_if_cancelled() -> None:
    """Ends the current task if it was told to, however its last await has ended."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def finish_together(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Until all have succeeded; when one fails, the others are cancelled and waited for first.

    Raises the first failure in the order given. The standard library's TaskGroup cancels in the order of a set,
    which a replay would not repeat.
    """
    try:
        await workflow.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    except asyncio.CancelledError:
        await _stop(tasks)
        raise
    await _stop(tasks)
    raise_if_cancelled()
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error


async def _stop(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancel what still runs and wait for it, also through a further cancel."""
    for task in tasks:
        task.cancel()
    while not all(task.done() for task in tasks):
        try:
            await workflow.wait_condition(lambda: all(task.done() for task in tasks))
        except asyncio.CancelledError:
            continue  # `raise_if_cancelled` finds it again


async def confirm_stopped(
    ref: EnvironmentRef, revision: str, release: str, *, within: timedelta | None = None
) -> bool:
    """Whether nothing of a revision runs any more: build Jobs and pods gone, Helm ended, no `pending-*` (invariant 6).

    Without `within` it returns only when that is so.
    """
    request = StopRevisionInput(ref=ref, revision=revision, release=release)
    while True:
        results = await asyncio.gather(
            workflow.execute_activity_method(
                BuildPort.stop_builds,
                request,
                **policies.limited(policies.STOP_BUILDS, in_all=within),
            ),
            workflow.execute_activity_method(
                HelmPort.settle_release,
                request,
                **policies.limited(policies.SETTLE_RELEASE, in_all=within),
            ),
            return_exceptions=True,
        )
        failures = [each for each in results if each is not None]
        for failure in failures:
            workflow.logger.warning("%s is not confirmed stopped: %s", revision, failure)
        if not failures or within is not None:
            return not failures
        await workflow.sleep(policies.CONFIRM_PAUSE)


def _describe(failure: Failure, phase: str, tally: Tally) -> Failure:
    message = failure.message
    if failure.type in ("PhaseTimeoutError", "WorkerLostError"):
        message = f"The {phase} phase failed: {message}."
    return failure.model_copy(
        update={"phase": phase, "attempts": max(1, tally.attempts), "message": message}
    )


def _why_waiting(trouble: Trouble, phase: str, pause: timedelta) -> str:
    seconds = int(pause.total_seconds())
    if trouble.nature == "lost":
        return f"{phase}: {trouble.failure.message}; going on"
    return f"{phase}: {trouble.failure.message}; next attempt in {seconds} s"

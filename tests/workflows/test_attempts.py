"""What a failed activity means for the next attempt."""

from datetime import timedelta

import pytest
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    RetryState,
    TerminatedError,
    TimeoutError,  # noqa: A004  (Temporal's, not the language's)
    TimeoutType,
)

from workflows import policies
from workflows.attempts import PhaseFailedError, Tally, Trouble, judge
from workflows.errors import (
    BuildFailedError,
    CatalystError,
    ClusterError,
    CommitGoneError,
    GitHubPermissionError,
    GitHubRateLimitError,
    NameTakenError,
    WaitError,
    to_application_error,
)
from workflows.models import Failure, FailureKind


def failed(cause: BaseException | None) -> ActivityError:
    error = ActivityError(
        "Activity task failed",
        scheduled_event_id=1,
        started_event_id=2,
        identity="worker",
        activity_type="build_image",
        activity_id="1",
        retry_state=RetryState.MAXIMUM_ATTEMPTS_REACHED,
    )
    error.__cause__ = cause
    return error


def timed_out(kind: TimeoutType) -> TimeoutError:
    return TimeoutError("too late", type=kind, last_heartbeat_details=[])


def as_sent(error: CatalystError) -> ApplicationError:
    """As the workflow sees it: the detail has become plain JSON."""
    made = to_application_error(error)
    failure = made.details[0]
    assert isinstance(failure, Failure)
    return ApplicationError(
        made.message,
        failure.model_dump(mode="json"),
        type=made.type,
        non_retryable=made.non_retryable,
    )


@pytest.mark.spec("FR-011", "FR-018")
@pytest.mark.parametrize(
    ("cause", "nature", "kind"),
    [
        (as_sent(BuildFailedError("npm ci failed")), "final", "BuildFailedError"),
        (as_sent(NameTakenError("not ours")), "final", "NameTakenError"),
        (as_sent(GitHubPermissionError("suspended")), "final", "GitHubPermissionError"),
        (as_sent(CommitGoneError("gone")), "final", "CommitGoneError"),
        (as_sent(ClusterError("no answer")), "counted", "ClusterError"),
        (as_sent(GitHubRateLimitError("limit")), "wait", "GitHubRateLimitError"),
        (ApplicationError("odd", type="Odd"), "counted", "Odd"),
        (ApplicationError("odd"), "counted", "CatalystError"),
        (ApplicationError("odd", "text", type="Odd", non_retryable=True), "final", "Odd"),
        (ApplicationError("stopped", type="WorkerShutdown"), "lost", "WorkerLostError"),
        (timed_out(TimeoutType.HEARTBEAT), "lost", "WorkerLostError"),
        (timed_out(TimeoutType.START_TO_CLOSE), "final", "PhaseTimeoutError"),
        (TerminatedError("odd"), "counted", "CatalystError"),
        (None, "counted", "CatalystError"),
    ],
)
def test_the_innermost_cause_decides(cause: BaseException | None, nature: str, kind: str) -> None:
    trouble = judge(failed(cause))
    assert (trouble.nature, trouble.failure.type) == (nature, kind)
    assert trouble.failure.message


def test_a_used_up_limit_of_a_short_call_counts_as_an_attempt() -> None:
    trouble = judge(failed(timed_out(TimeoutType.START_TO_CLOSE)), is_limit_final=False)
    assert trouble.nature == "counted"


def test_excerpt_and_hint_arrive_whole() -> None:
    sent = as_sent(BuildFailedError("no", excerpt=["line"], hint="do this"))
    failure = judge(failed(sent)).failure
    assert (failure.excerpt, failure.hint, failure.kind) == (
        ("line",),
        "do this",
        FailureKind.USER,
    )


def trouble(nature: str, retry_after: timedelta | None = None) -> Trouble:
    return Trouble(Failure(retry_after=retry_after), nature)  # type: ignore[arg-type]  # a table's text


@pytest.mark.spec("FR-011")
def test_three_attempts_with_growing_pauses() -> None:
    tally = Tally()
    pauses = [tally.pause_after(trouble("counted")) for _ in range(3)]
    first = policies.FIRST_PAUSE
    assert pauses == [first, first * policies.PAUSE_FACTOR, None]


def test_a_final_failure_has_no_second_attempt() -> None:
    assert Tally().pause_after(trouble("final")) is None


@pytest.mark.spec("FR-011")
def test_losses_and_waits_do_not_use_up_attempts_and_have_their_own_bounds() -> None:
    tally = Tally()
    losses = [tally.pause_after(trouble("lost")) for _ in range(policies.MAX_LOSSES + 1)]
    assert losses[-1] is None
    assert None not in losses[:-1]
    waits = [tally.pause_after(trouble("wait")) for _ in range(policies.MAX_WAITS + 1)]
    assert waits[-1] is None
    assert waits[0] == policies.DEFAULT_WAIT
    assert tally.attempts == 0
    hour = timedelta(hours=1)
    assert Tally().pause_after(trouble("wait", hour)) == hour


def test_a_failed_phase_is_a_failure_of_temporal_so_that_it_blocks_nothing() -> None:
    error = PhaseFailedError(Failure(type="BuildFailedError", message="no"))
    assert isinstance(error, ApplicationError)
    assert (error.type, error.non_retryable, error.found.message) == (
        "BuildFailedError",
        True,
        "no",
    )


def test_waits_carry_their_time() -> None:
    error = WaitError("later", retry_after=timedelta(minutes=3))
    assert judge(failed(as_sent(error))).failure.retry_after == timedelta(minutes=3)

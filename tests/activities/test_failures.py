"""Every activity's failure: named, classed, and without a secret in history or log."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from temporalio import activity
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from activities import kube
from activities.documents import DocumentError
from activities.failures import FailureInterceptor
from workflows.errors import BuildFailedError, CommitGoneError, ManifestError
from workflows.models import Failure, FailureKind

TOKEN = "ghs_16C7e42F292c6912E7710c838347Ae178B4a"


class _Call(ActivityInboundInterceptor):
    """The end of the chain, as the SDK has it: calls the activity."""

    def __init__(self) -> None:
        """Nothing comes after it."""

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002  (Temporal's name)
        return await input.fn(*input.args)


async def run(work: Callable[..., Any]) -> Any:
    """The activity's answer, through the interceptor."""
    chain = FailureInterceptor().intercept_activity(_Call())
    headers: Mapping[str, Any] = {}
    call = ExecuteActivityInput(fn=work, args=(), executor=None, headers=headers)
    return await ActivityEnvironment().run(chain.execute_activity, call)


async def failure_of(error: BaseException) -> tuple[ApplicationError, Failure]:
    @activity.defn
    async def work() -> None:
        raise error

    with pytest.raises(ApplicationError) as caught:
        await run(work)
    (detail,) = caught.value.details
    assert isinstance(detail, Failure)
    return caught.value, detail


def texts(raised: ApplicationError, failure: Failure) -> str:
    """All that reaches a history."""
    return f"{raised!r} {raised.cause!r} {failure.model_dump_json()}"


@pytest.mark.invariant(4)
async def test_an_unexpected_failure_tells_its_secret_to_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    raised, failure = await failure_of(RuntimeError(f"no answer to {TOKEN}"))
    assert raised.type == "PlatformError"
    assert failure.message == "unexpected RuntimeError: no answer to ***"
    assert TOKEN not in texts(raised, failure)
    assert "Traceback" not in texts(raised, failure)
    assert TOKEN not in caplog.text
    assert "Traceback (most recent call last)" in caplog.text
    assert "in work" in caplog.text, "operators see where it happened"


@pytest.mark.invariant(4)
async def test_the_cause_of_an_unexpected_failure_is_masked_in_the_log_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    error = RuntimeError("failed")
    error.__cause__ = ValueError(f"Authorization: Bearer {TOKEN}")
    await failure_of(error)
    assert "ValueError" in caplog.text
    assert TOKEN not in caplog.text


@pytest.mark.invariant(4)
@pytest.mark.spec("FR-009")
async def test_every_text_of_a_named_failure_is_masked() -> None:
    error = ManifestError(
        f"cannot use {TOKEN}", excerpt=[f"password={TOKEN}"], hint=f"do not write {TOKEN}"
    )
    raised, failure = await failure_of(error)
    assert TOKEN not in texts(raised, failure)
    assert failure.hint == "do not write ***"
    assert failure.message == "cannot use ***"


@pytest.mark.spec("FR-011")
@pytest.mark.parametrize(
    ("error", "kind", "is_final"),
    [
        (BuildFailedError("step 3"), FailureKind.USER, True),
        (CommitGoneError("gone"), FailureKind.GONE, True),
        (KeyError("x"), FailureKind.PLATFORM, False),
        (kube.NotFoundError("no such namespace", status=404), FailureKind.PLATFORM, False),
        (DocumentError("values.yaml", 1, 1, "is no text"), FailureKind.USER, True),
    ],
)
async def test_whose_fault_it_is_travels_with_the_failure(
    error: Exception, kind: FailureKind, *, is_final: bool
) -> None:
    raised, failure = await failure_of(error)
    assert failure.kind is kind
    assert failure.message.endswith(str(error)), "its own words, whatever it is made from"
    assert raised.non_retryable is is_final


@pytest.mark.spec("FR-011")
async def test_how_long_the_cluster_asks_to_wait_travels_too() -> None:
    pause = timedelta(seconds=3)
    refused = kube.KubeError("the Kubernetes API answered 429", status=429, retry_after=pause)
    raised, failure = await failure_of(refused)
    assert raised.next_retry_delay == pause
    assert failure.message == "the Kubernetes API answered 429"


@pytest.mark.parametrize("ended", [asyncio.CancelledError, CancelledError])
async def test_a_cancel_is_no_failure(ended: type[BaseException]) -> None:
    @activity.defn
    async def work() -> None:
        raise ended

    with pytest.raises(ended):
        await run(work)


async def test_an_answer_passes_unchanged() -> None:
    @activity.defn
    async def work() -> str:
        return "answer"

    assert await run(work) == "answer"

"""Every failure has a class that says what happens next."""

import pytest
from temporalio.exceptions import ApplicationErrorCategory

from workflows import errors
from workflows.errors import (
    MAX_EXCERPT_LINES,
    MAX_MESSAGE,
    CatalystError,
    ConfigurationError,
    GoneError,
    PlatformError,
    UserMustFixError,
    WaitError,
    to_application_error,
    to_failure,
)
from workflows.models import FailureKind

ALL = [
    found
    for found in vars(errors).values()
    if isinstance(found, type) and issubclass(found, CatalystError)
]


@pytest.mark.spec("FR-011")
@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_only_the_platforms_and_limits_are_tried_again(kind: type[CatalystError]) -> None:
    sent = to_application_error(kind("it failed"))
    is_tried_again = not issubclass(kind, UserMustFixError | ConfigurationError | GoneError)
    assert sent.non_retryable is not is_tried_again
    assert sent.type == kind.__name__


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        (UserMustFixError, FailureKind.USER),
        (WaitError, FailureKind.LIMIT),
        (PlatformError, FailureKind.PLATFORM),
        (ConfigurationError, FailureKind.PLATFORM),
        (GoneError, FailureKind.GONE),
    ],
)
def test_people_are_told_whose_it_is(kind: type[CatalystError], shown: FailureKind) -> None:
    assert to_failure(kind("x")).kind is shown


@pytest.mark.parametrize("kind", [UserMustFixError, WaitError, GoneError])
def test_what_is_expected_raises_no_alarm(kind: type[CatalystError]) -> None:
    assert to_application_error(kind("x")).category is ApplicationErrorCategory.BENIGN
    unexpected = to_application_error(PlatformError("x"))
    assert unexpected.category is ApplicationErrorCategory.UNSPECIFIED


def test_texts_are_cut_to_what_anybody_reads() -> None:
    error = CatalystError("x" * 9_000, excerpt=[str(number) for number in range(100)])
    failure = to_failure(error)
    assert len(failure.message) == MAX_MESSAGE
    assert len(failure.excerpt) == MAX_EXCERPT_LINES
    assert failure.excerpt[-1] == "99"


def test_a_class_has_a_hint_and_an_error_may_have_a_better_one() -> None:
    assert to_failure(PlatformError("x")).hint == PlatformError.hint
    assert to_failure(PlatformError("x", hint="do this")).hint == "do this"

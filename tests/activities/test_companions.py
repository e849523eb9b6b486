"""Failures of repositories that come along say which one they are about."""

import pytest

from activities.companions import naming
from tests.workflows.values import backend
from workflows.errors import (
    BuildFailedError,
    CatalystError,
    CommitGoneError,
    GitHubError,
    GitHubPermissionError,
    ManifestError,
    PlanError,
    RepositoryGoneError,
)

pytestmark = pytest.mark.spec("ENV-016")

SUBJECT = "source `backend` (acme/backend)"


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (RepositoryGoneError("it is not there"), PlanError),
        (GitHubPermissionError("not granted"), PlanError),
        (CommitGoneError("moved on"), CommitGoneError),
        (PlanError("no such file"), PlanError),
        (ManifestError("chart"), ManifestError),
        (BuildFailedError("npm ci failed"), BuildFailedError),
    ],
    ids=lambda each: getattr(each, "__name__", type(each).__name__),
)
def test_a_failure_is_told_with_its_repository(raised: CatalystError, kind: type) -> None:
    with pytest.raises(kind) as caught, naming(backend()):
        raise raised
    assert str(caught.value).startswith(SUBJECT)
    assert str(raised) in str(caught.value)


def test_lines_and_advice_of_a_failure_are_kept() -> None:
    with pytest.raises(BuildFailedError) as caught, naming(backend()):
        raise BuildFailedError("npm ci failed", excerpt=["E404"], hint="Correct package.json.")
    assert caught.value.excerpt == ("E404",)
    assert caught.value.hint == "Correct package.json."


def test_who_does_not_answer_is_asked_again() -> None:
    with pytest.raises(GitHubError, match=r"^502$"), naming(backend()):
        raise GitHubError("502")

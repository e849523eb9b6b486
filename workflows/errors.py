"""Every failure Catalyst names, classed by what the product does next.

CatalystError
├── UserMustFixError         the revision fails at once; the comment says what to change
│   ├── PlanError            repository cannot be planned (chart or Dockerfile missing, path outside)
│   ├── SecretError          a secret that was granted is missing, too large or of the wrong form
│   ├── ImageError           an image that others build: not there in time, not readable, or its check failed
│   ├── BuildFailedError     the Dockerfile failed
│   ├── ManifestError        chart does not render or Kubernetes refuses what it rendered
│   ├── ForbiddenManifestError  the chart asked for something its ServiceAccount may not do
│   ├── BackupError          a backup that somebody asked for failed
│   ├── RestoreError         a backup cannot be brought back: the data stays as it was
│   ├── RolloutFailedError   containers crash, hang, cannot be pulled, or exceed the quota
│   ├── DevelopmentError     a step or the command of a development server failed; its container stays
│   └── UnhealthyError       the application runs but does not answer as it should
├── WaitError                a known time to wait, then the same call again
│   └── GitHubRateLimitError
├── PlatformError            ours or unknown: retried, at most three times a phase
│   ├── ClusterError         the Kubernetes API did not answer or answered 5xx
│   ├── HelmError            Helm failed for a reason that is not in the chart
│   ├── RegistryError        the registry did not answer
│   ├── GitHubError          GitHub did not answer, or answered 5xx
│   ├── StoreError           the database did not answer
│   └── PhaseTimeoutError    a phase used up its time although nothing of the user's was at fault
├── ConfigurationError       the operator must fix it: not retried
│   ├── NameTakenError       a namespace of that name exists and is not ours
│   └── GitHubPermissionError  the App lacks a permission, or its installation is suspended
└── GoneError                what was asked for no longer exists; ends in a decision, not in an alarm
    ├── CommitGoneError      head commit vanished after a force-push
    ├── BranchGoneError      there is no such branch, or not any more
    └── RepositoryGoneError  repository deleted, or the App was removed from it
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from workflows.models import Failure, FailureKind

MAX_MESSAGE = 2_000
"""Characters. Payloads end at 2 MiB and comments at 65,536 characters; nobody reads further than this."""
MAX_EXCERPT_LINES = 40
"""Lines of a log that travel with a failure; the whole log is kept elsewhere."""


class CatalystError(Exception):
    """A failure with a name.

    `excerpt` are the last lines that explain it (already masked by whoever raises it), `hint` is what the
    person can do about it.
    """

    kind: ClassVar[FailureKind] = FailureKind.PLATFORM
    is_retryable: ClassVar[bool] = True
    hint: str = ""

    def __init__(
        self,
        message: str,
        *,
        excerpt: Sequence[str] = (),
        hint: str = "",
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message)
        self.excerpt = tuple(excerpt)[-MAX_EXCERPT_LINES:]
        self.hint = hint or type(self).hint
        self.retry_after = retry_after


class UserMustFixError(CatalystError):
    kind = FailureKind.USER
    is_retryable = False


class PlanError(UserMustFixError):
    hint = "Correct the path in the project's template or add the missing file, then push."


class SecretError(UserMustFixError):
    hint = "Correct the project's Secret, or take the name out of the template's secrets; then `retry`."


class ImageError(UserMustFixError):
    hint = "See that the image is pushed under the name that the template gives; then `retry`."


class BuildFailedError(UserMustFixError):
    hint = "Run the same `docker build` locally; the failing step is in the lines above."


class ManifestError(UserMustFixError):
    hint = "Run `helm template` on the chart; the error names the file and line."


class ForbiddenManifestError(ManifestError):
    hint = "Previews may only create namespaced objects of their own; remove the object from the chart."


class RolloutFailedError(UserMustFixError):
    hint = "Look at the container's last lines above; the preview retries on the next push."


class BackupError(UserMustFixError):
    hint = "The log of the backup's container says more."


class RestoreError(UserMustFixError):
    hint = "Choose another backup. The next push, or a `redeploy`, goes on without it."


class DevelopmentError(UserMustFixError):
    hint = (
        "Push a correction, or change the command in the environment's settings and `retry`; the container stays, and a "
        "shell in it shows more."
    )


class UnhealthyError(UserMustFixError):
    hint = "The application must answer below 400 on its health path; see its log above."


class WaitError(CatalystError):
    kind = FailureKind.LIMIT


class GitHubRateLimitError(WaitError):
    pass


class PlatformError(CatalystError):
    hint = "This is on Catalyst's side. It is retried by itself; `retry` starts it again."


class ClusterError(PlatformError):
    pass


class HelmError(PlatformError):
    pass


class RegistryError(PlatformError):
    pass


class GitHubError(PlatformError):
    pass


class StoreError(PlatformError):
    pass


class PhaseTimeoutError(PlatformError):
    hint = "Nothing tries it again by itself from here on: see what it waits for, then push, or `retry`."


class ConfigurationError(CatalystError):
    is_retryable = False
    hint = "An operator of Catalyst has to correct its configuration."


class NameTakenError(ConfigurationError):
    hint = "An operator has to rename or remove the foreign namespace."


class GitHubPermissionError(ConfigurationError):
    hint = "An owner of the GitHub organisation has to grant the App the named permission."


class GoneError(CatalystError):
    kind = FailureKind.GONE
    is_retryable = False


class CommitGoneError(GoneError):
    pass


class BranchGoneError(GoneError):
    hint = "Push the branch and `redeploy`, or delete the environment."


class RepositoryGoneError(GoneError):
    pass


def to_application_error(error: CatalystError) -> ApplicationError:
    """The Temporal form of a failure: `type` is the class name, the one detail is a `Failure`.

    Waiting and vanished things are BENIGN: they are expected and must not raise alarms.
    """
    is_expected = isinstance(error, WaitError | GoneError | UserMustFixError)
    return ApplicationError(
        str(error)[:MAX_MESSAGE],
        to_failure(error),
        type=type(error).__name__,
        non_retryable=not error.is_retryable,
        next_retry_delay=error.retry_after,
        category=(
            ApplicationErrorCategory.BENIGN if is_expected else ApplicationErrorCategory.UNSPECIFIED
        ),
    )


def to_failure(error: CatalystError) -> Failure:
    """What a person is told: cause, last lines, what to do."""
    return Failure(
        kind=error.kind,
        type=type(error).__name__,
        message=str(error)[:MAX_MESSAGE],
        excerpt=error.excerpt,
        hint=error.hint,
        retry_after=error.retry_after,
    )

"""Images that others build, and the secrets an environment is given."""

from typing import Literal

from workflows.models.base import Commit, Payload
from workflows.models.environment import EnvironmentRef, PullRequestRef
from workflows.models.messages.revision import BuildImageResult
from workflows.models.project import PrebuiltImage


class ReadCheckInput(Payload):
    pull_request: PullRequestRef
    commit: Commit
    name: str
    """Of a check run, or the context of a commit status."""


class ReadCheckResult(Payload):
    state: Literal["missing", "pending", "succeeded", "failed"]
    word: str = ""
    """GitHub's own word for it: `in_progress`, `failure`, `timed_out`, …"""
    url: str = ""
    """Where a person reads more of it."""


class FindImageInput(Payload):
    ref: EnvironmentRef
    image: PrebuiltImage
    is_trusted: bool = True
    """False for the code of a fork: the project's registry credentials are not used."""


class FindImageResult(Payload):
    image: BuildImageResult | None = None
    """Pinned by digest; None while the registry has no such tag."""


class CopySecretsInput(Payload):
    ref: EnvironmentRef
    template: str = "development"
    names: tuple[str, ...] = ()
    """Exactly what the environment gets; what it had before and is not named goes."""
    branch: str = ""
    is_trusted: bool = True
    """False for the code of a fork: it gets none, and registry credentials neither (invariant 7)."""


class CopySecretsResult(Payload):
    checksum: str = ""
    """Differs when the secrets do, and tells nothing of them; empty where there are none."""
    reasons: tuple[str, ...] = ()
    """Which name came from where, in words."""

"""What people ask for: an environment rather than a pull request's (ENV-022), and a new revision of one."""

from typing import Literal

from workflows.models.base import Commit, Payload


class AskedFor(Payload):
    """Who wanted it, and what it holds. Which branch it follows stands in its `PullRequestRef`, without a number."""

    type: Literal["agent"] = "agent"
    by: str
    commit: Commit | None = None
    """It stays at this one; None: it has the branch's newest whenever it looks."""
    is_on_host: bool = False
    """Its code is the directory of the node that an operator named for the project, instead of a clone."""


class Wanted(Payload):
    """A person's wish for a new revision."""

    kind: Literal["retry", "redeploy", "reset", "restore"]
    by: str
    what: str = ""
    """For people: what is reset, or restored."""

"""Further repositories of a project in one revision, and what their environments tell each other (ENV-016)."""

from workflows.models.base import Commit, Label, Payload


class SourceCommit(Payload):
    """A source that came along with a pull request's, and the commit that was taken of it."""

    name: Label
    repository_id: int
    repository: str
    """`owner/name` as last seen."""
    installation: int
    branch: str
    commit: Commit
    is_same_branch: bool = False
    """It has a branch of the pull request's name, which was taken; else its default branch was."""


class SourceHead(Payload):
    """What a revision takes of another source, where a pull request of that source shares, or shared, the environment."""

    repository_id: int
    branch: str = ""
    commit: Commit | None = None
    """Head of its pull request; None when that is closed: the source's default branch then."""


class SiblingMoved(Payload):
    """One environment to another of its project: this commit is the head of my pull request now."""

    repository_id: int
    repository: str
    number: int
    branch: str
    commit: Commit

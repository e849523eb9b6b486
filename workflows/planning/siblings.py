"""Environments of one project whose branches have the same name (ENV-016): who is told, and who follows.

The rule: an environment follows its own pull request at once. When that one's head moves, environments of other
sources whose branch has the same name are told, and deploy again with it if that source came along with them. All
others keep what they have until their own next push or a `redeploy`.
"""

from pydantic import BaseModel, ConfigDict

from workflows.models import EnvironmentState, PullRequest, RevisionState, SiblingMoved
from workflows.planning.next_step import is_stopped
from workflows.planning.sharing import is_of_one_that_shares


class Following(BaseModel):
    """What an environment does about another one's news, and why, in words for people."""

    model_config = ConfigDict(frozen=True)

    is_followed: bool
    reason: str


def must_tell(state: EnvironmentState, pull: PullRequest) -> bool:
    """Whether other environments have to hear of this head. A fork's branch is none of the project's own."""
    is_news = pull.is_open and not pull.is_fork and state.asked is None
    return is_news and pull.head_commit != state.told_commit


def news_of(pull: PullRequest) -> SiblingMoved:
    return SiblingMoved(
        repository_id=pull.ref.repository_id,
        repository=pull.ref.repository,
        number=pull.ref.number,
        branch=pull.head_branch,
        commit=pull.head_commit,
    )


def follow_sibling(state: EnvironmentState, moved: SiblingMoved) -> Following:
    """What to do about it; as long as nobody knows what comes along, that source may."""
    if reason := _why_not(state, moved):
        return Following(is_followed=False, reason=reason)
    return Following(is_followed=True, reason=_words(state, moved))


def follow(state: EnvironmentState, following: Following) -> None:
    """The next look deploys the same head again, with what has moved."""
    state.moved, state.commit = following.reason, None


def _why_not(state: EnvironmentState, moved: SiblingMoved) -> str:  # noqa: PLR0911  (each return is one row of the rule)
    pull = state.pull
    if pull is None:
        return "the pull request is not read yet, and takes it along when it is"
    if not pull.is_open or state.closed_at is not None:
        return "the pull request is closed"
    if pull.is_fork:
        return "the code of a fork is shown with default branches only"
    if is_of_one_that_shares(state, moved.repository_id):
        return "its pull request shares this environment, which looks at it itself"
    if pull.head_branch != moved.branch:
        return f"its branch is `{pull.head_branch}`, not `{moved.branch}`: kept until the next push or `redeploy`"
    if is_stopped(state, pull):
        return f"stopped by {state.stopped_by}"
    newest = state.revisions[0] if state.revisions else None
    taken = [
        each.commit
        for each in (newest.sources if newest else ())
        if each.repository_id == moved.repository_id
    ]
    if moved.commit in taken:
        return f"it has {moved.commit[:7]} of {moved.repository} already"
    is_known = newest is not None and (newest.sources or newest.state is RevisionState.SUCCEEDED)
    if is_known and not taken:
        return f"{moved.repository} does not come along with it"
    return ""


def _words(state: EnvironmentState, moved: SiblingMoved) -> str:
    names = [
        each.name
        for revision in state.revisions
        for each in revision.sources
        if each.repository_id == moved.repository_id
    ]
    name = names[0] if names else moved.repository
    return f"{name} moved to {moved.commit[:7]}"

"""The port that reads a branch where there is no pull request: git tells its head, so the App needs no other right."""

from pathlib import Path

from temporalio import activity

from activities.heads import Head, find_head
from activities.origin import GitHubAccess, origin_of
from workflows.errors import BranchGoneError
from workflows.models import AskedFor, PullRequest, PullRequestRef
from workflows.models import messages as m
from workflows.ports import BranchPort


class BranchActivities(BranchPort):
    """`work_dir` is where git runs; nothing is written there."""

    def __init__(self, github: GitHubAccess, work_dir: Path) -> None:
        self._github = github
        self._work_dir = work_dir

    @activity.defn(name="read_branch")
    async def read_branch(self, request: m.ReadBranchInput) -> PullRequest:
        """See `BranchPort`; also raises what `origin_of` does."""
        ref = request.pull_request
        async with origin_of(self._github, ref) as origin:
            head = await find_head(origin.url, origin.token, self._work_dir, branch=ref.branch)
        return branch_as_pull(ref, request.asked, head)


def branch_as_pull(ref: PullRequestRef, asked: AskedFor, head: Head | None) -> PullRequest:
    """What is to be deployed of the branch. Raises BranchGoneError where `head` is none of that branch."""
    if head is None:
        raise BranchGoneError(f"{ref.repository} has no commits yet")
    if ref.branch and head.branch != ref.branch:
        raise BranchGoneError(f"{ref.repository} has no branch `{ref.branch}`")
    return PullRequest(
        ref=ref.model_copy(update={"branch": head.branch}),
        is_open=True,
        head_commit=asked.commit or head.commit,
        head_branch=head.branch,
        base_branch=head.branch,
        author=asked.by,
    )

"""Looking at one pull request: when, how often, and what people are told while it cannot be read."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows import planning, policies
from workflows.attempts import Trouble, judge
from workflows.models import AskedFor, PullRequest, PullRequestRef
from workflows.models import messages as m
from workflows.ports import BranchPort, GitHubPort

HEARD_WHILE_LOOKING = "heard-while-looking"
"""Patch: what is heard during a look that fails is looked at at once; histories from before it wait out the pause."""
_DOUBTS = ("RepositoryGoneError", "GitHubPermissionError", "BranchGoneError")
"""Gone or only hidden? GitHub says 404 for both, so what runs is kept (github.md: a 404 removes nothing)."""


class Watch:
    """Owned by one entity; remembers that something may have changed until it was really looked at."""

    def __init__(self) -> None:
        self.is_dirty = True
        self.trouble = ""
        """Why the pull request cannot be read right now; empty when it can."""
        self.is_in_doubt = False
        """Repository or permission is gone: only a person can change that."""
        self.looked_at: datetime | None = None
        """When the last look began: nothing that was told later is in its answer."""
        self._not_before: datetime | None = None
        self._is_limited = False
        self._failures = 0

    @property
    def is_lasting(self) -> bool:
        """The pull request could not be read for so long that nobody waits for what the last events come to."""
        return self._failures >= policies.LASTING_FAILURES

    def look_again(self) -> None:
        """Something may have changed. A pause that GitHub demanded is kept all the same."""
        self.is_dirty = True
        if not self._is_limited:
            self._not_before = None

    def look_after(self, pause: timedelta) -> None:
        self.look_at(workflow.now() + pause)

    def look_at(self, time: datetime) -> None:
        self.is_dirty, self._not_before = True, time

    def is_due(self) -> bool:
        return self.is_dirty and (self._not_before is None or workflow.now() >= self._not_before)

    def pause(self) -> timedelta | None:
        """How long until a look is due, when only time is missing."""
        if not self.is_dirty or self._not_before is None:
            return None
        return max(self._not_before - workflow.now(), timedelta(0))

    async def look(
        self,
        ref: PullRequestRef,
        is_disturbed: Callable[[], bool],
        asked: AskedFor | None = None,
    ) -> PullRequest | None:
        """The pull request, or the branch in its place, as of now; None when it could not be read or something more urgent came."""
        # Before the read: whatever arrives while it goes on makes it dirty again.
        self.is_dirty, self._not_before, self._is_limited = False, None, False
        self.looked_at = workflow.now()
        task = asyncio.create_task(read_pull(ref, asked))
        await workflow.wait_condition(lambda: task.done() or is_disturbed())
        if not task.done():
            task.cancel()
            await workflow.wait_condition(task.done)
            self.is_dirty = True
            return None
        found = task.result()
        if isinstance(found, Trouble):
            self._failures += 1
            self.note(found, failures=self._failures)
            return None
        self._failures, self.trouble, self.is_in_doubt = 0, "", False
        return found

    def note(self, trouble: Trouble, *, failures: int) -> None:
        """A look has failed, the last of so many: when to look again, and what people are told until then."""
        failure = trouble.failure
        is_told_anew = self.is_dirty
        self.is_in_doubt = failure.type in _DOUBTS
        self._is_limited = trouble.nature == "wait"
        if self.is_in_doubt:
            self.trouble = f"{failure.message}: what runs is kept"
            self.look_after(policies.DOUBT_PAUSE)
        elif self._is_limited:
            self.trouble = f"waiting for GitHub: {failure.message}"
            self.look_after(failure.retry_after or policies.DEFAULT_WAIT)
        else:
            self.trouble = f"GitHub could not be asked: {failure.message}"
            self.look_after(
                planning.backoff(
                    failures,
                    first=policies.FIRST_LOOK_PAUSE,
                    most=policies.MAX_LOOK_PAUSE,
                )
            )
        if is_told_anew and not self._is_limited and workflow.patched(HEARD_WHILE_LOOKING):
            self._not_before = None  # as for what is heard just after such a look


async def read_pull(ref: PullRequestRef, asked: AskedFor | None = None) -> PullRequest | Trouble:
    """The pull request, or the branch in its place, as of now; or why it cannot be read."""
    try:
        if asked is not None:
            return await workflow.execute_activity_method(
                BranchPort.read_branch,
                m.ReadBranchInput(pull_request=ref, asked=asked),
                **policies.READ_PULL_REQUEST,
            )
        return await workflow.execute_activity_method(
            GitHubPort.read_pull_request,
            m.ReadPullRequestInput(pull_request=ref),
            **policies.READ_PULL_REQUEST,
        )
    except ActivityError as error:
        return judge(error, is_limit_final=False)

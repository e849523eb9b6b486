"""Looks at the further pull requests that share an environment, beside the one that leads (ENV-016)."""

import asyncio
from collections.abc import Callable, Sequence

from temporalio import workflow

from workflows import naming, planning, policies
from workflows.attempts import Trouble
from workflows.models import EnvironmentState, Member, PullRequest
from workflows.watch import Watch, read_pull

Found = dict[str, PullRequest]
"""By `pull_request_key`."""


class Members:
    """Owned by one entity and used by its one loop; where nobody shares, every call does nothing."""

    def __init__(self, state: EnvironmentState, watch: Watch, changed: Callable[[], None]) -> None:
        self._state = state
        self._watch = watch
        self._changed = changed
        self._failures = 0

    async def look(self, is_disturbed: Callable[[], bool]) -> Found | None:
        """All of them as of now, those too that come meanwhile; None when one could not be read or something more
        urgent came, and then a look is due again."""
        found: Found = {}
        while unread := [each for each in self._state.members if _key(each) not in found]:
            pulls = await self._read(unread, is_disturbed)
            if pulls is None:
                return None
            found |= {_key(each): pull for each, pull in zip(unread, pulls, strict=True)}
        return found

    async def _read(
        self, members: Sequence[Member], is_disturbed: Callable[[], bool]
    ) -> list[PullRequest] | None:
        task = asyncio.create_task(_read_all(members))
        await workflow.wait_condition(lambda: task.done() or is_disturbed())
        if not task.done():
            task.cancel()
            await workflow.wait_condition(task.done)
            self._watch.look_again()
            return None
        found = task.result()
        pulls = [each for each in found if isinstance(each, PullRequest)]
        if len(pulls) == len(found):
            self._failures = 0
            return pulls
        self._failures += 1
        trouble = next(each for each in found if isinstance(each, Trouble))
        self._watch.note(trouble, failures=self._failures)
        return None

    def are_believable(self, found: Found) -> bool:
        """False while GitHub may still answer of one of them with what was true before the newest event."""
        return all(self._is_believable(each, found[_key(each)]) for each in self._read_of(found))

    def arrange(self, pull: PullRequest, found: Found) -> PullRequest:
        """Take over what was read; the pull request of whoever leads from now on."""
        if not naming.is_shared(self._state.ref.environment):
            return pull
        leading = planning.arrange(self._state, pull, found)
        if self._state.departed:
            self._changed()  # a later picture than any that they were shown
        return leading

    def _read_of(self, found: Found) -> list[Member]:
        return [each for each in self._state.members if _key(each) in found]

    def _is_believable(self, member: Member, pull: PullRequest) -> bool:
        check = planning.next_check(
            member,
            pull,
            self._watch.looked_at or workflow.now(),
            closed=policies.CLOSE_SETTLES,
            head=policies.HEAD_SETTLES,
        )
        if check is not None and not self._watch.is_dirty:
            self._watch.look_at(check)
        return not planning.is_outdated_for(member, self._state, pull, is_settled=check is None)


async def _read_all(members: Sequence[Member]) -> list[PullRequest | Trouble]:
    return await asyncio.gather(*(read_pull(each.pull_request) for each in members))


def _key(member: Member) -> str:
    return planning.pull_request_key(member.pull_request)

"""Tells other environments of the project what the head of this pull request is, beside the real work (ENV-016)."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows import planning, policies
from workflows.models import EnvironmentState, PullRequest
from workflows.models import messages as m
from workflows.ports import StorePort
from workflows.publisher import Lane

TELL_SIBLINGS = "tell-siblings"
"""Patch: environments of other sources whose branch has the same name hear of each new head."""


class Siblings:
    """Owned by one entity. Told late is better than never: what could not be told is told again."""

    def __init__(self, state: EnvironmentState) -> None:
        self._state = state
        self._lane = Lane(self._tell)
        self._pull: PullRequest
        """As last noted."""

    def note(self, pull: PullRequest) -> None:
        """The pull request as just read."""
        if planning.must_tell(self._state, pull) and workflow.patched(TELL_SIBLINGS):
            self._pull, self._lane.is_stale = pull, True

    async def run(self) -> None:
        """Tell what is noted, for ever."""
        await self._lane.run()

    async def _tell(self) -> None:
        pull = self._pull
        found = await workflow.execute_activity_method(
            StorePort.find_siblings,
            m.FindSiblingsInput(
                ref=self._state.ref,
                repository_id=pull.ref.repository_id,
                branch=pull.head_branch,
            ),
            **policies.RECORD,
        )
        for workflow_id in found.workflow_ids:
            await self._signal(workflow_id, pull)
        self._state.told_commit = pull.head_commit

    async def _signal(self, workflow_id: str, pull: PullRequest) -> None:
        other = workflow.get_external_workflow_handle(workflow_id)
        try:
            await other.signal("sibling_moved", planning.news_of(pull))
        except ApplicationError as error:
            workflow.logger.info("%s is over: %s", workflow_id, error)

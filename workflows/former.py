"""What a former life of an environment may have left at work: its entity was terminated, and another one began.

Temporal cancels the revision of a terminated entity and lets its removal go on; both end by themselves, and the new
life begins after that (invariants 1 and 6).
"""

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows import policies, removal
from workflows.models import EnvironmentState
from workflows.models import messages as m
from workflows.ports import SignalPort

_PATCH = "wait-for-former-revision"


async def find_at_work(state: EnvironmentState) -> str:
    """What of the former life goes on, in words; empty when nothing does.

    A revision that was cut off is noted as unconfirmed, so that its work is stopped before the next one begins.
    """
    if await removal.is_going_on(state.ref):
        return "the removal"
    if not workflow.patched(_PATCH):
        return ""
    try:
        found = await workflow.execute_activity_method(
            SignalPort.list_revisions,
            m.ListRevisionsInput(ref=state.ref),
            **policies.LIST_REVISIONS,
        )
    except ActivityError as error:
        workflow.logger.warning("revisions are not known: %s", error.cause)
        return "the end"
    if found.running:
        return "a revision"
    if found.cut_off:
        state.unconfirmed = found.cut_off[0]
    return ""

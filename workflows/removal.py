"""The entity's side of a removal: begun once, waited for, and found again by the next life."""

from temporalio import workflow
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError

from workflows import naming, policies
from workflows.models import EnvironmentRef, EnvironmentState
from workflows.models import messages as m
from workflows.teardown import TeardownWorkflow


async def tear_down(state: EnvironmentState, reason: str) -> bool:
    """Remove everything and wait until it is gone.

    False when that has to be done again: another removal was going on, or somebody ended this one.
    """
    ref = state.ref
    request = m.TeardownInput(
        ref=ref,
        pull_request=state.pull_request,
        environment_workflow_id=workflow.info().workflow_id,
        reason=reason,
    )
    try:
        child = await workflow.start_child_workflow(
            TeardownWorkflow.run,
            request,
            **policies.named(policies.TEARDOWN, _workflow_id(ref), reason),
        )
    except WorkflowAlreadyStartedError:
        return False
    # Never `await child`: a cancel that lands together with its end would be lost.
    await workflow.wait_condition(child.done)
    return child.exception() is None


async def is_going_on(ref: EnvironmentRef) -> bool:
    """Whether a removal of this environment, of whichever life, is at work."""
    try:
        await workflow.get_external_workflow_handle(_workflow_id(ref)).signal(
            TeardownWorkflow.inquire
        )
    except ApplicationError:
        return False
    return True


def _workflow_id(ref: EnvironmentRef) -> str:
    return naming.teardown_workflow_id(ref.project, ref.environment)

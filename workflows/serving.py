"""What answers at the URL after a revision that was not brought up; it may have come half of the way."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from workflows import policies
from workflows.models import messages as m
from workflows.ports import ClusterPort

SEE_WHAT_SERVES = "see-what-serves"
"""Patch: an update of several components that ended before it was through is looked at, and told as it is."""


async def tell_what_serves(request: m.RevisionInput) -> None:
    """Look once, and tell the environment; where the cluster does not answer, what was known stays."""
    if not workflow.patched(SEE_WHAT_SERVES):
        return
    try:
        seen = await workflow.execute_activity_method(
            ClusterPort.read_serving,
            m.ReadServingInput(
                ref=request.ref,
                commit=request.commit,
                since=request.begun or workflow.info().start_time,
            ),
            **policies.READ_SERVING,
        )
    except ActivityError as error:
        workflow.logger.warning("what serves could not be seen: %s", error.cause or error)
        return
    told = m.ServingSeen(number=request.number, seen=seen)
    environment = workflow.get_external_workflow_handle(request.environment_workflow_id)
    try:
        await environment.signal("serving_seen", told)
    except ApplicationError as error:
        workflow.logger.info("nobody follows this revision: %s", error)

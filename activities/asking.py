"""Starting an environment that somebody asks for. Workflows go by their wire names, as in `signals`."""

from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.signals import ENVIRONMENT, PROJECT, PULL_REQUEST, RPC_TIMEOUT
from workflows import naming, wire
from workflows.models import AskedFor, EnvironmentRef, EnvironmentState, PullRequestRef

_WHAT = "what"
"""In the workflow's memo, which stays with it: what was asked for, in words."""


async def ask_for_environment(
    client: Client, ref: EnvironmentRef, pull_request: PullRequestRef, asked: AskedFor
) -> str:
    """Empty once it was started; in words what runs under that name where something does. Raises RPCError.

    Needs no worker.
    """
    workflow_id = naming.environment_workflow_id(ref.project, ref.environment)
    try:
        await client.start_workflow(
            ENVIRONMENT,
            EnvironmentState(ref=ref, pull_request=pull_request, asked=asked),
            id=workflow_id,
            task_queue=wire.WORKFLOWS_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,  # its former life is over
            memo={_WHAT: words_of(pull_request, asked)},
            search_attributes=TypedSearchAttributes(
                [
                    SearchAttributePair(PROJECT, ref.project),
                    SearchAttributePair(PULL_REQUEST, f"{pull_request.repository_id}/0"),
                ]
            ),
            static_summary=f"Environment of an {asked.type} for {pull_request.repository}"[:200],
            rpc_timeout=RPC_TIMEOUT,
        )
    except WorkflowAlreadyStartedError:
        found = await client.get_workflow_handle(workflow_id).describe(rpc_timeout=RPC_TIMEOUT)
        return str((await found.memo()).get(_WHAT, "another environment"))
    return ""


def words_of(pull_request: PullRequestRef, asked: AskedFor) -> str:
    """The same for the same wish: repository, branch, commit, and where the code is."""
    branch = f"branch `{pull_request.branch}`" if pull_request.branch else "the default branch"
    commit = f" at {asked.commit}" if asked.commit else ""
    place = ", with the code in a directory of the node" if asked.is_on_host else ""
    return f"{branch} of {pull_request.repository}{commit}{place}"

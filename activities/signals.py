"""What a workflow cannot do itself: start another one with a signal, or list those that run."""

from datetime import timedelta

from temporalio import activity
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDReusePolicy,
)
from temporalio.service import RPCError

from workflows import naming, wire
from workflows.errors import PlatformError
from workflows.models import EnvironmentRef, EnvironmentState, PullRequestRef
from workflows.models import messages as m
from workflows.ports import SignalPort

RPC_TIMEOUT = timedelta(seconds=5)
"""A signal-with-start takes milliseconds with no worker there; longer means that the server is in trouble."""
LIST_TIMEOUT = timedelta(seconds=20)
"""For one page of a list."""

# Workflows go by their wire names here: this module serves the API process too, which runs none of them.
ENVIRONMENT = "EnvironmentWorkflow"
REPORTER = "ReporterWorkflow"
PROJECT = SearchAttributeKey.for_keyword("CatalystProject")
PULL_REQUEST = SearchAttributeKey.for_keyword("CatalystPullRequest")
"""`{repository id}/{number}`, of each pull request that shares the environment."""
COMMIT = SearchAttributeKey.for_keyword("CatalystCommit")
PHASE = SearchAttributeKey.for_keyword("CatalystPhase")


async def wake_environment(
    client: Client,
    ref: EnvironmentRef,
    pull_request: PullRequestRef,
    event: m.GitHubEvent,
) -> None:
    """Signal the environment's workflow, and start it in the same call when it does not run.

    Needs no worker. Raises RPCError.
    """
    if naming.is_shared(ref.environment):
        event = event.model_copy(update={"pull_request": pull_request})
    await client.start_workflow(
        ENVIRONMENT,
        EnvironmentState(
            ref=ref,
            pull_request=pull_request,
            deploy_drafts=bool(event.deploy_drafts),
            source=event.source,
        ),
        id=naming.environment_workflow_id(ref.project, ref.environment),
        task_queue=wire.WORKFLOWS_QUEUE,
        # A reopened pull request is a new run of the same id.
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        start_signal="github_event",
        start_signal_args=[event],
        # From the first moment, so that `list_running` knows it before its first task has run.
        search_attributes=TypedSearchAttributes(
            [
                SearchAttributePair(PROJECT, ref.project),
                SearchAttributePair(
                    PULL_REQUEST, f"{pull_request.repository_id}/{pull_request.number}"
                ),
            ]
        ),
        static_summary=f"Preview of {pull_request.repository}#{pull_request.number}"[:200],
        rpc_timeout=RPC_TIMEOUT,
    )


class SignalActivities(SignalPort):
    """On the worker's own client. Everything may run twice: hints and reports are level-triggered."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @activity.defn(name="submit_report")
    async def submit_report(self, request: m.SubmitReportInput) -> None:
        installation = request.report.snapshot.pull_request.installation
        await self._client.start_workflow(
            REPORTER,
            m.ReporterState(),
            id=naming.reporter_workflow_id(installation),
            task_queue=wire.WORKFLOWS_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal="report",
            start_signal_args=[request.report],
            static_summary=f"Writes to GitHub for installation {installation}",
            rpc_timeout=RPC_TIMEOUT,
        )

    @activity.defn(name="start_environment")
    async def start_environment(self, request: m.StartEnvironmentInput) -> None:
        # The attempt's own name makes a retried hint one hint: the entity remembers deliveries.
        info = activity.info()
        hint = m.GitHubEvent(
            delivery=f"reconcile:{info.workflow_run_id}:{info.activity_id}",
            event="reconcile",
            action="restore" if request.must_restore else request.reason,
            deploy_drafts=request.deploy_drafts,
            source=request.source if naming.is_shared(request.ref.environment) else "",
        )
        await wake_environment(self._client, request.ref, request.pull_request, hint)

    @activity.defn(name="list_running")
    async def list_running(self) -> m.ListRunningResult:
        query = f"WorkflowType = '{ENVIRONMENT}' AND ExecutionStatus = 'Running'"
        executions = self._client.list_workflows(query, rpc_timeout=LIST_TIMEOUT)
        try:
            # The iterator asks for page after page and raises when one fails, so the list is whole.
            running = [_running(execution) async for execution in executions]
        except RPCError as error:
            raise PlatformError("Temporal did not list the running environments") from error
        return m.ListRunningResult(environments=tuple(running))

    @activity.defn(name="list_revisions")
    async def list_revisions(self, request: m.ListRevisionsInput) -> m.ListRevisionsResult:
        # Names of projects and environments are DNS labels: nothing in them needs quoting.
        prefix = naming.revision_workflow_prefix(request.ref.project, request.ref.environment)
        query = (
            f"WorkflowId STARTS_WITH '{prefix}'"
            " AND ExecutionStatus IN ('Running', 'Terminated', 'TimedOut')"
        )
        running: list[str] = []
        cut_off: list[str] = []
        try:
            async for found in self._client.list_workflows(query, rpc_timeout=LIST_TIMEOUT):
                is_running = found.status is WorkflowExecutionStatus.RUNNING
                (running if is_running else cut_off).append(found.id)
        except RPCError as error:
            raise PlatformError("Temporal did not list the environment's revisions") from error
        return m.ListRevisionsResult(running=tuple(running), cut_off=tuple(cut_off))


def _running(execution: WorkflowExecution) -> m.RunningEnvironment:
    attributes = execution.typed_search_attributes
    pull_requests = attributes.get(PULL_REQUEST)
    if pull_requests is None:
        # To leave it out would make the reconcile take it for missing.
        raise PlatformError(f"workflow {execution.id} does not say which pull request it follows")
    first, *others = _keys(pull_requests)
    commit, *theirs = (attributes.get(COMMIT) or "").split(" ")
    # Both are written together, but for the moment in which an environment has just begun.
    known = dict(zip(others, (each.strip("-") for each in theirs), strict=False))
    return m.RunningEnvironment(
        workflow_id=execution.id,
        repository_id=first[0],
        number=first[1],
        commit=commit,
        phase=attributes.get(PHASE) or "",
        members=tuple(
            m.RunningMember(repository_id=each[0], number=each[1], commit=known.get(each, ""))
            for each in others
        ),
    )


def _keys(attribute: str) -> list[tuple[int, int]]:
    """Repository id and number of each pull request that it names."""
    found = (each.partition("/") for each in attribute.split(" "))
    return [(int(repository_id), int(number)) for repository_id, _, number in found]

"""What all processes must agree on: converter, task queues, and what the workflow sandbox passes through."""

from threading import Lock

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

DATA_CONVERTER = pydantic_data_converter
"""The same on every client, worker, test and replayer."""

WORKFLOWS_QUEUE = "workflows"
GITHUB_QUEUE = "github"
"""Activities that talk to GitHub or fetch from it."""
BUILDS_QUEUE = "builds"
CLUSTER_QUEUE = "cluster-local"
"""One queue a cluster; this is the first one's."""
CONTROL_QUEUE = "control"
"""Short activities that signal other workflows or write the read model."""

PROJECT_ATTRIBUTE = SearchAttributeKey.for_keyword("CatalystProject")
PULL_REQUEST_ATTRIBUTE = SearchAttributeKey.for_keyword("CatalystPullRequest")
"""`{repository id}/{number}`; of each pull request that shares the environment, separated by a space."""
COMMIT_ATTRIBUTE = SearchAttributeKey.for_keyword("CatalystCommit")
"""Head commit last acted upon, deployed or not: the reconcile compares it with GitHub's. Of several pull requests in
their order, `-` for one that was not read yet."""
PHASE_ATTRIBUTE = SearchAttributeKey.for_keyword("CatalystPhase")
SEARCH_ATTRIBUTES = (
    PROJECT_ATTRIBUTE,
    PULL_REQUEST_ATTRIBUTE,
    COMMIT_ATTRIBUTE,
    PHASE_ATTRIBUTE,
)
"""A namespace must know these before the first environment starts, or its workflow tasks fail for ever."""

PASSED_THROUGH = (
    "workflows.models",
    "workflows.errors",
    "workflows.naming",
    "workflows.place",
    "workflows.planning",
    "workflows.rendering",
    "workflows.policies",
    "workflows.ports",
    "workflows.commands",
    "workflows.wire",
    "workflows.attempts",
    "workflows.publisher",
    "workflows.watch",
    "workflows.slot",
    "workflows.inbox",
    "workflows.removal",
    "workflows.serving",
    "workflows.backups",
    "workflows.development",
    "workflows.former",
    "workflows.images",
    "workflows.members",
    "workflows.overrides",
    "workflows.progress",
    "workflows.project_rules",
    "workflows.repo_config",
    "workflows.resets",
    "workflows.restores",
    "workflows.siblings",
    "workflows.stages",
    "workflows.values",
)
"""Modules without state of their own: importing them once per process instead of once per workflow saves 2.7 MB and 130 ms each."""


class _PatientRunner(SandboxedWorkflowRunner):
    """Takes a workflow that got no processor for two seconds as one that is slow.

    The SDK takes it as deadlocked: it fails the task, interrupts the thread wherever that stands, and evicts the
    workflow at the same time. A callback of the event loop can be lost then; the workflow is never evicted, and the
    worker never stops. Here the thread goes on to the end of its task, which has failed all the same and is replayed,
    and eviction waits for that. Nothing of ours waits for ever without yielding.
    """

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        instance = super().create_instance(det)
        turn, activate = Lock(), instance.activate

        def activate_in_turn(activation: WorkflowActivation) -> WorkflowActivationCompletion:
            with turn:
                return activate(activation)

        vars(instance).update(activate=activate_in_turn, get_thread_id=lambda: None)
        return instance


def make_sandbox() -> SandboxedWorkflowRunner:
    """The workflow runner of every worker and test: the sandbox stays on."""
    return _PatientRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    )

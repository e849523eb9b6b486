"""Commands in an environment's containers. Nothing of them passes a workflow, so neither does what they print."""

from activities.cluster_reader import NamespaceStanding
from activities.executing import (
    BusyError,
    Execution,
    Finished,
    NotRunningError,
    Output,
    PlaceError,
    UnknownComponentError,
    UnknownContainerError,
)
from api.failures import (
    ForbiddenError,
    InvalidInputError,
    NotThereError,
    RefusedError,
    UnreachableError,
)
from api.operations.base import Caller, Services, operation
from api.operations.environments import find_snapshot
from api.schemas import CommandFinished, CommandOutput
from api.temporal import WorkflowStanding
from workflows.commands import EnvironmentKey, Execute
from workflows.models import EnvironmentSnapshot, Phase

_WHY_NOT = {
    NamespaceStanding.TERMINATING: "is being removed",
    NamespaceStanding.MISSING: "has no namespace in the cluster",
    NamespaceStanding.FOREIGN: "has no namespace of its own: somebody else's has its name",
    NamespaceStanding.NOT_CHOSEN: "has no namespace yet",
}


@operation("execute")
async def execute(services: Services, caller: Caller, request: Execute) -> CommandFinished:  # noqa: ARG001  (every operation has the same shape)
    """The answer comes when it has ended. When whoever asked goes away before, it is ended. Asked again, it runs again.

    Raises NotThereError, ForbiddenError (the code of a fork), RefusedError (nothing runs it could run in),
    InvalidInputError, UnreachableError, ClusterError.
    """
    snapshot = await _trusted(services, request)
    await _check_namespace(services, request, snapshot)
    try:
        finished = await services.runner.run(
            snapshot.ref.namespace,
            Execution(
                command=request.command,
                seconds=request.timeout_seconds,
                component=request.component,
                container=request.container,
                directory=request.directory,
                stdin=request.stdin,
            ),
        )
    except (NotRunningError, BusyError) as error:
        raise RefusedError(str(error)) from error
    except (UnknownComponentError, UnknownContainerError) as error:
        raise NotThereError(str(error)) from error
    except PlaceError as error:
        raise InvalidInputError(str(error)) from error
    return _answer(finished)


async def _trusted(services: Services, key: EnvironmentKey) -> EnvironmentSnapshot:
    """By its workflow's own word: a record may be older than the code that runs."""
    name = f"{key.project}/{key.environment}"
    try:
        snapshot = await services.gateway.snapshot(key.project, key.environment)
    except NotThereError as error:
        await find_snapshot(services, key, WorkflowStanding.MISSING)
        raise RefusedError(
            f"{name} does not run", hint="Redeploy it, or create it again."
        ) from error
    if snapshot.phase is Phase.DELETED:  # what has ended still answers
        raise RefusedError(f"{name} was removed", hint="Redeploy it, or create it again.")
    if snapshot.is_fork:
        raise ForbiddenError(f"{name} has the code of a fork, in which nobody works")
    if snapshot.is_fork is None:
        raise RefusedError(f"nobody knows yet whose code {name} has", hint="Try again in a moment.")
    return snapshot


async def _check_namespace(
    services: Services, key: EnvironmentKey, snapshot: EnvironmentSnapshot
) -> None:
    standing = await services.cluster.standing(snapshot.ref)
    if standing is NamespaceStanding.UNREACHABLE:
        raise UnreachableError("the cluster cannot be reached")
    if standing is NamespaceStanding.NOT_CONFIGURED:
        raise UnreachableError(
            "Catalyst's API is not configured to reach the cluster",
            hint="Name its kubeconfig in CATALYST_API_KUBECONFIG.",
        )
    if standing in _WHY_NOT:
        raise RefusedError(f"{key.project}/{key.environment} {_WHY_NOT[standing]}")


def _answer(finished: Finished) -> CommandFinished:
    return CommandFinished(
        component=finished.component,
        pod=finished.pod,
        exit_code=finished.exit_code,
        is_timed_out=finished.exit_code is None,
        seconds=round(finished.seconds, 2),
        stdout=_output(finished.stdout),
        stderr=_output(finished.stderr),
        message=_words(finished),
    )


def _output(output: Output) -> CommandOutput:
    return CommandOutput(text=output.text, bytes=output.size, is_cut=output.is_cut)


def _words(finished: Finished) -> str:
    if finished.exit_code is not None:
        cut = [
            f"{name} is cut, of {output.size} bytes"
            for name, output in (("stdout", finished.stdout), ("stderr", finished.stderr))
            if output.is_cut
        ]
        return "; ".join([f"ended with exit code {finished.exit_code}", *cut])
    if finished.is_gone:
        return (
            f"ended after {finished.seconds:.0f} s, with all that it had started: its time was up"
        )
    return (
        f"its time was up after {finished.seconds:.0f} s; it could not be shown that nothing of it is left, and what is "
        "ends by itself within half a minute"
    )

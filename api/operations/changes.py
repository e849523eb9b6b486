"""What people ask of an environment; its workflow decides and answers."""

from uuid import uuid4

from activities.cluster_reader import NamespaceStanding
from api.failures import NotThereError, RefusedError
from api.operations.base import Caller, Services, operation
from api.operations.environments import find_snapshot
from api.temporal import WorkflowStanding
from workflows.commands import Approve, EnvironmentKey, ResetService
from workflows.models import Phase
from workflows.models.messages import (
    ApproveCommand,
    CommandResult,
    GitHubEvent,
    PersonCommand,
    ResetServiceCommand,
)


@operation("retry")
async def retry(services: Services, caller: Caller, request: EnvironmentKey) -> CommandResult:
    """Raises NotThereError, RefusedError (nothing has failed), UnreachableError."""
    try:
        return await command_environment(services, caller, "retry", request)
    except NotThereError:
        return await _start_again(services, caller, request)


@operation("redeploy")
async def redeploy(services: Services, caller: Caller, request: EnvironmentKey) -> CommandResult:
    """Raises NotThereError, RefusedError, UnreachableError."""
    try:
        return await command_environment(services, caller, "redeploy", request)
    except NotThereError:
        return await _start_again(services, caller, request)


@operation("reset_service")
async def reset_service(services: Services, caller: Caller, request: ResetService) -> CommandResult:
    """Raises NotThereError, RefusedError (no such service, or the environment does not run), UnreachableError."""
    command = ResetServiceCommand(actor=caller.actor, face=caller.face, service=request.service)
    try:
        return await command_environment(services, caller, "reset_service", request, command)
    except NotThereError as error:
        await find_snapshot(services, request, WorkflowStanding.MISSING)
        raise RefusedError(
            f"{name_of(request)} keeps nothing that could be reset: it does not run",
            hint="Redeploy it, and its services begin empty.",
        ) from error


@operation("delete")
async def delete(services: Services, caller: Caller, request: EnvironmentKey) -> CommandResult:
    """Raises NotThereError, RefusedError, UnreachableError."""
    try:
        return await command_environment(services, caller, "delete", request)
    except NotThereError:
        await _refuse_when_removed(services, request)
        # Its workflow is gone while something of it may remain: only a workflow removes.
        await _start_again(services, caller, request)
        return await command_environment(services, caller, "delete", request)


@operation("approve")
async def approve(services: Services, caller: Caller, request: Approve) -> CommandResult:
    """Raises NotThereError, RefusedError (the head has moved), UnreachableError."""
    command = ApproveCommand(actor=caller.actor, face=caller.face, commit=request.commit)
    try:
        return await command_environment(services, caller, "approve", request, command)
    except NotThereError as error:
        raise RefusedError(
            f"{name_of(request)} waits for no approval: it does not run",
            hint="Push to the pull request, or redeploy it, then approve the commit it shows.",
        ) from error


async def command_environment(
    services: Services,
    caller: Caller,
    name: str,
    key: EnvironmentKey,
    command: PersonCommand | None = None,
) -> CommandResult:
    """As `Gateway.command`."""
    return await services.gateway.command(
        name,
        key.project,
        key.environment,
        command=command or PersonCommand(actor=caller.actor, face=caller.face),
        request_id=caller.request_id,
    )


async def _start_again(services: Services, caller: Caller, key: EnvironmentKey) -> CommandResult:
    """Start the workflow of an environment that only the record knows. Raises NotThereError for any other."""
    snapshot = await find_snapshot(services, key, WorkflowStanding.MISSING)
    if snapshot.asked is not None:
        await services.gateway.ask(snapshot.ref, snapshot.pull_request, snapshot.asked)
        return CommandResult(
            message=f"{name_of(key)} was not running. It was started again.", phase=Phase.PENDING
        )
    hint = GitHubEvent(
        delivery=f"operation:{uuid4()}", event="operation", action="redeploy", sender=caller.actor
    )
    await services.gateway.changed(snapshot.ref, snapshot.pull_request, hint)
    return CommandResult(
        message=f"{name_of(key)} was not running. It was started again and looks at its pull request.",
        phase=Phase.PENDING,
    )


async def _refuse_when_removed(services: Services, key: EnvironmentKey) -> None:
    snapshot = await find_snapshot(services, key, WorkflowStanding.MISSING)
    if snapshot.phase is not Phase.DELETED:
        return
    standing = await services.cluster.standing(snapshot.ref)
    if standing not in (NamespaceStanding.PRESENT, NamespaceStanding.TERMINATING):
        raise RefusedError(f"{name_of(key)} was removed already")


def name_of(key: EnvironmentKey) -> str:
    return f"{key.project}/{key.environment}"

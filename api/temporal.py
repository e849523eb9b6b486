"""The gateway: the only file here that knows workflow ids, signal, update and query names."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from enum import StrEnum

from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import ApplicationError
from temporalio.service import RetryConfig, RPCError, RPCStatusCode

from activities.asking import ask_for_environment
from activities.signals import wake_environment
from api.failures import NotThereError, RefusedError, UnreachableError
from workflows import naming, wire
from workflows.errors import MAX_MESSAGE
from workflows.models import AskedFor, EnvironmentRef, EnvironmentSnapshot, PullRequestRef
from workflows.models.messages import (
    CommandResult,
    GitHubEvent,
    PersonCommand,
)

SIGNAL_TIMEOUT = timedelta(seconds=6)
"""In all, retries included: GitHub gives up after 10 s, and must hear of a failure to list it as one."""
READ_TIMEOUT = timedelta(seconds=2)
"""For what a page asks: it has something to show without the answer."""
_RETRIES = RetryConfig(max_retries=3, max_interval_millis=500, max_elapsed_time_millis=3_000)
"""The SDK's default goes on for ten seconds; callers of ours repeat by themselves."""


class WorkflowStanding(StrEnum):
    """What Temporal says of an environment's workflow. Unreachable is not missing."""

    RUNNING = "running"
    ENDED = "ended"
    MISSING = "missing"
    UNREACHABLE = "unreachable"


async def connect() -> Client:
    """A client by Temporal's own standard variables. It connects at its first call, and again whenever it must:
    an API that starts before Temporal does not die of it."""
    options = ClientConfig.load_client_connect_config()
    options.setdefault("target_host", "localhost:7233")  # as Temporal's own tools
    return await Client.connect(
        **options,
        data_converter=wire.DATA_CONVERTER,
        lazy=True,
        retry_config=_RETRIES,
    )


class Gateway:
    """Talks to the environments' workflows. Every method raises UnreachableError when Temporal does not answer."""

    def __init__(self, client: Client, *, update_timeout: timedelta) -> None:
        self._client = client
        self._update_timeout = update_timeout

    @property
    def namespace(self) -> str:
        """Temporal's namespace, for links to its UI."""
        return self._client.namespace

    async def check(self) -> None:
        """Raise UnreachableError unless Temporal serves."""
        async with _reaching(READ_TIMEOUT):
            is_serving = await self._client.service_client.check_health(timeout=READ_TIMEOUT)
        if not is_serving:
            raise UnreachableError("Temporal answers that it does not serve")

    async def changed(
        self, ref: EnvironmentRef, pull_request: PullRequestRef, event: GitHubEvent
    ) -> None:
        """Tell the environment to look again; it starts when it does not run. Needs no worker."""
        async with _reaching(SIGNAL_TIMEOUT):
            await wake_environment(self._client, ref, pull_request, event)

    async def ask(self, ref: EnvironmentRef, pull_request: PullRequestRef, asked: AskedFor) -> str:
        """Start an environment that follows no pull request; in words what runs under its name, where something does.

        Needs no worker.
        """
        async with _reaching(SIGNAL_TIMEOUT):
            return await ask_for_environment(self._client, ref, pull_request, asked)

    async def tell(self, ref: EnvironmentRef, event: GitHubEvent) -> bool:
        """Tell a running environment; False when none runs. Never starts one: a late `closed` revives nothing."""
        try:
            async with _reaching(SIGNAL_TIMEOUT):
                handle = self._handle(ref.project, ref.environment)
                await handle.signal("github_event", event, rpc_timeout=SIGNAL_TIMEOUT)
        except NotThereError:
            return False
        return True

    async def command(
        self, name: str, project: str, environment: str, *, command: PersonCommand, request_id: str
    ) -> CommandResult:
        """Have a running environment carry out one of `ENVIRONMENT_COMMANDS`.

        The same `request_id` gives the first answer again. Raises NotThereError when no such workflow runs,
        RefusedError when the environment says no, UnreachableError when no worker answers in time.
        """
        handle = self._handle(project, environment)
        try:
            async with _reaching(self._update_timeout + timedelta(seconds=2)):
                result: CommandResult = await handle.execute_update(
                    name,
                    command,
                    # With one id for all commands, sleep, wake and extend would all answer "slept".
                    id=f"{name}:{request_id}",
                    result_type=CommandResult,
                    rpc_timeout=self._update_timeout,
                )
                return result
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            raise UnreachableError(
                "no worker has answered in time",
                hint="Is the worker running? Sending the same request again is safe.",
            ) from error
        except WorkflowUpdateFailedError as error:
            cause = error.cause if isinstance(error.cause, ApplicationError) else None
            message = cause.message if cause else "the environment could not do it"
            raise RefusedError(message[:MAX_MESSAGE]) from error

    async def snapshot(self, project: str, environment: str) -> EnvironmentSnapshot:
        """The environment as its workflow sees it now. Raises NotThereError; UnreachableError without a worker."""
        try:
            async with _reaching(READ_TIMEOUT):
                found: EnvironmentSnapshot = await self._handle(project, environment).query(
                    "snapshot", result_type=EnvironmentSnapshot, rpc_timeout=READ_TIMEOUT
                )
                return found
        except WorkflowQueryFailedError as error:
            raise UnreachableError("the environment's workflow cannot be asked now") from error

    async def standing(self, project: str, environment: str) -> WorkflowStanding:
        """Whether the environment's workflow runs. Needs no worker; never raises for an outage."""
        try:
            async with _reaching(READ_TIMEOUT):
                found = await self._handle(project, environment).describe(rpc_timeout=READ_TIMEOUT)
        except NotThereError:
            return WorkflowStanding.MISSING
        except UnreachableError:
            return WorkflowStanding.UNREACHABLE
        is_running = found.status == WorkflowExecutionStatus.RUNNING
        return WorkflowStanding.RUNNING if is_running else WorkflowStanding.ENDED

    def _handle(self, project: str, environment: str) -> WorkflowHandle[object, object]:
        return self._client.get_workflow_handle(
            naming.environment_workflow_id(project, environment)
        )


@asynccontextmanager
async def _reaching(limit: timedelta) -> AsyncGenerator[None]:
    """Temporal's failures become ours: NOT_FOUND is an answer, everything else is none.

    The limit stands around the call, since the SDK's own timeout holds for one attempt of several.
    """
    try:
        async with asyncio.timeout(limit.total_seconds() + 1):
            yield
    except TimeoutError as error:
        raise UnreachableError("Temporal does not answer in time") from error
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            raise NotThereError("no workflow of that environment is running") from error
        raise UnreachableError(f"Temporal does not answer ({error.status.name})") from error
    except RuntimeError as error:  # what a client that never got a connection raises
        raise UnreachableError("Temporal cannot be reached") from error

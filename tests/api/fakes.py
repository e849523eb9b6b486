"""Stand-ins for what needs a server, so that the faces can be tested without sockets; the store is real."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from activities.asking import words_of
from activities.backup_records import BackupRecord, CronState
from activities.cluster_reader import ClusterReader, LiveLog, NamespaceStanding
from activities.executing import CommandRunner, Execution, Finished, Output
from activities.logs import LogsMissingError
from api.failures import NotThereError, UnreachableError
from api.temporal import Gateway, WorkflowStanding
from workflows.errors import ClusterError
from workflows.models import (
    AskedFor,
    EnvironmentRef,
    EnvironmentSnapshot,
    Phase,
    PullRequestRef,
)
from workflows.models.messages import CommandResult, GitHubEvent, PersonCommand


class FakeGateway(Gateway):
    """Remembers what it was told; `is_down` makes Temporal unreachable, `refusal` is the environment's answer."""

    def __init__(self) -> None:
        self.is_down = False
        self.refusal: Exception | None = None
        self.running: dict[str, EnvironmentSnapshot | None] = {}
        self.ended: set[str] = set()
        self.told: list[tuple[str, GitHubEvent]] = []
        self.started: list[tuple[EnvironmentRef, PullRequestRef]] = []
        self.asked: dict[str, str] = {}
        """Environment -> what was asked for."""
        self.commands: list[tuple[str, str, PersonCommand, str]] = []

    @property
    def namespace(self) -> str:
        return "default"

    def _reach(self) -> None:
        if self.is_down:
            raise UnreachableError("Temporal cannot be reached")

    async def check(self) -> None:
        self._reach()

    async def changed(
        self, ref: EnvironmentRef, pull_request: PullRequestRef, event: GitHubEvent
    ) -> None:
        self._reach()
        self.running.setdefault(ref.environment)
        self.started.append((ref, pull_request))
        self.told.append((ref.environment, event))

    async def ask(self, ref: EnvironmentRef, pull_request: PullRequestRef, asked: AskedFor) -> str:
        self._reach()
        if ref.environment in self.running:
            return self.asked.get(ref.environment, "another environment")
        self.running[ref.environment] = None
        self.asked[ref.environment] = words_of(pull_request, asked)
        self.started.append((ref, pull_request))
        return ""

    async def tell(self, ref: EnvironmentRef, event: GitHubEvent) -> bool:
        self._reach()
        if ref.environment not in self.running:
            return False
        self.told.append((ref.environment, event))
        return True

    async def command(
        self, name: str, project: str, environment: str, *, command: PersonCommand, request_id: str
    ) -> CommandResult:
        self._reach()
        if environment not in self.running:
            raise NotThereError("no workflow of that environment is running")
        if self.refusal is not None:
            raise self.refusal
        self.commands.append((name, environment, command, request_id))
        return CommandResult(message=f"{name} accepted", phase=Phase.PENDING)

    async def snapshot(self, project: str, environment: str) -> EnvironmentSnapshot:
        self._reach()
        if environment not in self.running:
            raise NotThereError("no workflow of that environment is running")
        found = self.running[environment]
        if found is None:
            raise UnreachableError("the environment's workflow cannot be asked now")
        return found

    async def standing(self, project: str, environment: str) -> WorkflowStanding:
        if self.is_down:
            return WorkflowStanding.UNREACHABLE
        if environment in self.running:
            return WorkflowStanding.RUNNING
        is_ended = environment in self.ended
        return WorkflowStanding.ENDED if is_ended else WorkflowStanding.MISSING


class FakeCluster(ClusterReader):
    """Says of every namespace what the test wants it to."""

    def __init__(self) -> None:
        super().__init__(None)
        self.says = NamespaceStanding.PRESENT
        self.live: tuple[LiveLog, ...] = ()
        self.builds: tuple[LiveLog, ...] = ()
        self.kept: dict[str, tuple[CronState | None, BackupRecord]] = {}
        """By component: what makes backups, and those that there are."""
        self.failure: ClusterError | LogsMissingError | None = None
        self.asked: list[tuple[str, str | None, int, datetime | None, bool]] = []

    @property
    def is_configured(self) -> bool:
        return self.says is not NamespaceStanding.NOT_CONFIGURED

    async def check(self) -> None:
        if self.failure is not None:
            raise self.failure

    async def standing(self, ref: EnvironmentRef) -> NamespaceStanding:
        return self.says if ref.namespace else NamespaceStanding.NOT_CHOSEN

    async def backups(
        self, namespace: str, components: Sequence[str]
    ) -> dict[str, tuple[CronState | None, BackupRecord]]:
        if self.failure is not None:
            raise self.failure
        return {each: self.kept.get(each, (None, BackupRecord())) for each in components}

    async def logs(
        self,
        namespace: str,
        *,
        container: str | None,
        tail: int,
        since: datetime | None,
        timestamps: bool,
        selector: str = "",
    ) -> tuple[LiveLog, ...]:
        if selector:
            return self.builds
        self.asked.append((namespace, container, tail, since, timestamps))
        if self.failure is not None:
            raise self.failure
        return self.live


class FakeRunner(CommandRunner):
    """Remembers what was run, and answers or fails as the test wants; `answers` holds it up until it is set."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[tuple[str, Execution]] = []
        self.failure: Exception | None = None
        self.finished = Finished(
            "web", "shop-1", Output("hello\n", 6, False), Output("", 0, False), 0.2, 0
        )
        self.answers: asyncio.Event | None = None
        self.has_begun = asyncio.Event()
        self.was_cancelled = asyncio.Event()

    async def run(self, namespace: str, execution: Execution) -> Finished:
        self.runs.append((namespace, execution))
        self.has_begun.set()
        try:
            if self.answers is not None:
                await self.answers.wait()
        except asyncio.CancelledError:
            self.was_cancelled.set()
            raise
        if self.failure is not None:
            raise self.failure
        return self.finished

"""Stand-ins for what needs a server, so that the faces can be tested without sockets; the store is real."""

from datetime import datetime

from activities.cluster_reader import ClusterReader, LiveLog, NamespaceStanding
from activities.logs import LogsMissingError
from api.failures import NotThereError, UnreachableError
from api.temporal import Gateway, WorkflowStanding
from workflows.errors import ClusterError
from workflows.models import EnvironmentRef, EnvironmentSnapshot, Phase, PullRequestRef
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
        found = self.running.get(environment)
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

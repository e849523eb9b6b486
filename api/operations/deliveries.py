"""What becomes of a delivery of GitHub's: the environment is told, or the reason why not is recorded."""

from dataclasses import dataclass
from datetime import UTC, datetime

from activities.store import Store
from api.github_events import Event, NothingToDo, Ping, PullRequestChanged, PullRequestClosed
from api.schemas import Receipt
from api.temporal import Gateway
from workflows import naming
from workflows.models import EnvironmentRef, EventDecision, Project, PullRequestRef, Source
from workflows.models.messages import GitHubEvent


@dataclass(frozen=True)
class Deliveries:
    """Takes what the door has verified. Raises UnreachableError or StoreError: GitHub then lists it as failed."""

    store: Store
    gateway: Gateway

    async def take(self, event: Event) -> Receipt:
        match event:
            case PullRequestChanged() | PullRequestClosed():
                return await self._tell(event)
            case NothingToDo():
                return await self._record(event, "nothing to do", event.reason)
            case Ping():
                return await self._record(event, "pong", "the webhook reaches Catalyst")

    async def _tell(self, event: PullRequestChanged | PullRequestClosed) -> Receipt:
        project = await self.store.projects.of_repository(event.repository_id)
        if project is None:
            reason = f"{event.repository} (id {event.repository_id}) belongs to no project"
            return await self._record(event, "unknown repository", reason)
        source = _source(project, event.repository_id)
        # A webhook of a repository, unlike the App's, names no installation: the project knows it.
        installation = event.installation or source.installation
        if not installation:
            return await self._record(
                event, "refused", "the event names no installation of the App"
            )
        if (source.repository, source.installation) != (event.repository, installation):
            await self.store.projects.follow_repository(
                event.repository_id, repository=event.repository, installation=installation
            )
        environment = naming.environment_name(source.name, event.number)
        ref = EnvironmentRef(team=project.team, project=project.key, environment=environment)
        hint = GitHubEvent(
            delivery=event.delivery,
            event=event.event,
            action=event.action,
            sender=event.sender,
            head_commit=event.head_commit if isinstance(event, PullRequestChanged) else None,
            deploy_drafts=project.drafts == "deploy",
        )
        if isinstance(event, PullRequestClosed):
            if await self.gateway.closed(ref, hint):
                return Receipt(decision="accepted", reason=f"{environment} was told")
            return await self._record(event, "nothing to do", f"{environment} does not run")
        # A fork's pull request starts its environment too: that one refuses where people see it.
        pull_request = PullRequestRef(
            installation=installation,
            repository_id=event.repository_id,
            repository=event.repository,
            number=event.number,
        )
        await self.gateway.changed(ref, pull_request, hint)
        return Receipt(decision="accepted", reason=f"{environment} looks at the pull request")

    async def _record(self, event: Event, decision: str, reason: str) -> Receipt:
        await self.store.decisions.add(
            EventDecision(
                at=datetime.now(UTC),
                repository=event.repository,
                repository_id=event.repository_id,
                number=event.number,
                delivery=event.delivery,
                event=event.event,
                action=event.action,
                decision=decision,
                reason=reason,
            )
        )
        return Receipt(decision=decision, reason=reason)


def _source(project: Project, repository_id: int) -> Source:
    return next(each for each in project.sources if each.repository_id == repository_id)

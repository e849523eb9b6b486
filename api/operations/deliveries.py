"""What becomes of a delivery of GitHub's: the environment is told, or the reason why not is recorded."""

from dataclasses import dataclass
from datetime import UTC, datetime

from activities.store import Store
from api.schemas import Receipt
from api.temporal import Gateway
from api.webhooks.github_events import (
    Event,
    NothingToDo,
    Ping,
    PullRequestChanged,
    PullRequestClosed,
)
from workflows import naming
from workflows.models import EnvironmentRef, EventDecision, Project, PullRequestRef, Source
from workflows.models.messages import GitHubEvent
from workflows.planning import environment_of, shares_by_branch


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
        # A fork's pull request starts its environment too: that one refuses where people see it.
        pull_request = PullRequestRef(
            installation=installation,
            repository_id=event.repository_id,
            repository=event.repository,
            number=event.number,
        )
        return await self._tell_environment(project, source, pull_request, event)

    async def _tell_environment(
        self,
        project: Project,
        source: Source,
        pull_request: PullRequestRef,
        event: PullRequestChanged | PullRequestClosed,
    ) -> Receipt:
        """The one that it belongs to, or, as long as that runs, the one that it has from before a change of settings."""
        environment, former = _environments(project, source, event)
        is_any_shared = naming.is_shared(environment) or naming.is_shared(former)
        hint = GitHubEvent(
            delivery=event.delivery,
            event=event.event,
            action=event.action,
            sender=event.sender,
            head_commit=event.head_commit if isinstance(event, PullRequestChanged) else None,
            deploy_drafts=project.drafts == "deploy",
            pull_request=pull_request if is_any_shared else None,
            source=source.name if is_any_shared else "",
        )
        if former and await self.gateway.tell(_ref(project, former), hint):
            return Receipt(decision="accepted", reason=f"{former} was told")
        if isinstance(event, PullRequestClosed):
            if await self.gateway.tell(_ref(project, environment), hint):
                return Receipt(decision="accepted", reason=f"{environment} was told")
            return await self._record(event, "nothing to do", f"{environment} does not run")
        await self.gateway.changed(_ref(project, environment), pull_request, hint)
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


def _environments(
    project: Project, source: Source, event: PullRequestChanged | PullRequestClosed
) -> tuple[str, str]:
    """Where the pull request belongs, and where it may be from before; empty where there can be nothing."""
    environment, former = environment_of(
        source.name,
        event.number,
        event.head_branch,
        is_fork=event.is_fork,
        shares=shares_by_branch(project, source.name),
    )
    has_several = any(each.sources for each in project.templates.values())
    return environment, former if has_several else ""


def _ref(project: Project, environment: str) -> EnvironmentRef:
    return EnvironmentRef(team=project.team, project=project.key, environment=environment)

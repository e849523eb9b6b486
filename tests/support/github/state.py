"""All records of the server, the look-ups over them, and their one file on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from tests.support.github.errors import not_found
from tests.support.github.models import (
    RANK,
    Account,
    AccountType,
    App,
    CheckRun,
    Comment,
    CommitStatus,
    Deployment,
    Environment,
    Installation,
    InstallationToken,
    PullRequest,
    Reaction,
    Repository,
    TimelineEvent,
    now,
)

FIRST_ID = 1000


class State(BaseModel):
    """Everything but git objects and webhook deliveries; dictionaries keep the order of creation."""

    last_id: int = FIRST_ID
    app: App | None = None
    accounts: dict[int, Account] = {}
    memberships: dict[int, list[int]] = {}
    """Organisation id to the ids of its owners, who are admins of all its repositories."""
    repositories: dict[int, Repository] = {}
    pulls: dict[int, PullRequest] = {}
    timeline: list[TimelineEvent] = []
    comments: dict[int, Comment] = {}
    reactions: dict[int, Reaction] = {}
    deployments: dict[int, Deployment] = {}
    environments: dict[int, Environment] = {}
    statuses: dict[int, CommitStatus] = {}
    check_runs: dict[int, CheckRun] = {}
    installations: dict[int, Installation] = {}
    installation_tokens: dict[str, InstallationToken] = {}
    user_tokens: dict[str, int] = {}

    def new_id(self) -> int:
        self.last_id += 1
        return self.last_id

    # accounts

    def account(self, login: str) -> Account:
        """The account of that login in any case; raises 404."""
        for account in self.accounts.values():
            if account.login.lower() == login.lower():
                return account
        raise not_found()

    def add_account(self, login: str, kind: AccountType = "User", name: str = "") -> Account:
        account = Account(id=self.new_id(), login=login, type=kind, name=name or login)
        self.accounts[account.id] = account
        return account

    def has_account(self, login: str) -> bool:
        return any(a.login.lower() == login.lower() for a in self.accounts.values())

    # repositories

    def full_name(self, repository: Repository) -> str:
        return f"{self.accounts[repository.owner_id].login}/{repository.name}"

    def repository(self, owner: str, name: str) -> Repository:
        """By present or former name (see `Repository.former_names`); raises 404."""
        wanted = f"{owner}/{name}".lower()
        for repository in self.repositories.values():
            if self.full_name(repository).lower() == wanted:
                return repository
        for repository in self.repositories.values():
            if wanted in repository.former_names:
                return repository
        raise not_found()

    def repository_by_id(self, repository_id: int) -> Repository:
        found = self.repositories.get(repository_id)
        if found is None:
            raise not_found()
        return found

    def permission_of(self, account_id: int, repository: Repository) -> str:
        """What a person may do in a repository: none, read, triage, write, maintain or admin."""
        owners = [repository.owner_id, *self.memberships.get(repository.owner_id, [])]
        if account_id in owners:
            return "admin"
        granted = repository.collaborators.get(account_id, "none")
        return granted if repository.private or RANK[granted] else "read"

    # pull requests and what hangs on them

    def pull(self, repository: Repository, number: int) -> PullRequest:
        for pull in self.pulls_of(repository):
            if pull.number == number:
                return pull
        raise not_found()

    def pulls_of(self, repository: Repository) -> Iterator[PullRequest]:
        return (p for p in self.pulls.values() if p.repository_id == repository.id)

    def comments_of(self, pull: PullRequest) -> list[Comment]:
        wanted = (pull.repository_id, pull.number)
        return [c for c in self.comments.values() if (c.repository_id, c.number) == wanted]

    def deployments_of(self, repository: Repository) -> list[Deployment]:
        return [d for d in self.deployments.values() if d.repository_id == repository.id]

    def check_runs_of(self, repository: Repository, sha: str) -> list[CheckRun]:
        wanted = (repository.id, sha)
        return [c for c in self.check_runs.values() if (c.repository_id, c.head_sha) == wanted]

    def note(self, pull: PullRequest, actor: Account, kind: str, detail: str = "") -> None:
        """Add a line to the pull request's timeline and mark it as updated."""
        pull.updated_at = now()
        event = TimelineEvent(
            id=self.new_id(), pull_id=pull.id, actor_id=actor.id, kind=kind, detail=detail
        )
        self.timeline.append(event)

    # the App

    def the_app(self) -> App:
        if self.app is None:
            raise RuntimeError("the server was not set up: it has no App")
        return self.app

    def installation_of(self, account_id: int) -> Installation:
        for installation in self.installations.values():
            if installation.account_id == account_id:
                return installation
        raise not_found()

    def covers(self, installation: Installation, repository: Repository) -> bool:
        if installation.account_id != repository.owner_id:
            return False
        chosen = installation.repository_ids
        return chosen is None or repository.id in chosen

    def installation_for(self, repository: Repository) -> Installation | None:
        """The installation that covers the repository, or None."""
        found = (i for i in self.installations.values() if self.covers(i, repository))
        return next(found, None)


class Store:
    """The state's file: read once at start, replaced as a whole after every change."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> State:
        if not self._path.exists():
            return State()
        return State.model_validate_json(self._path.read_bytes())

    def save(self, state: State) -> None:
        """Atomic: a kill at any moment leaves the old document or the new one."""
        draft = self._path.with_suffix(".new")
        draft.write_text(state.model_dump_json())
        draft.replace(self._path)

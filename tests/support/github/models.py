"""What the local GitHub remembers: plain typed records that refer to each other by id.

Records are mutable and live in `state.State`, which is written to disk as one JSON document. Times are
UTC in whole seconds, as everywhere at GitHub. Ids are unique over all kinds of records.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, Field

Body: TypeAlias = dict[str, Any]
"""A JSON object on its way in or out; only the modules that build or read bodies know its keys."""

Level: TypeAlias = Literal["read", "write", "admin"]
"""How much a permission allows; each level includes the ones before."""

AccountType: TypeAlias = Literal["User", "Organization", "Bot"]

RANK: dict[str, int] = {"none": 0, "read": 1, "triage": 2, "write": 3, "maintain": 4, "admin": 5}


def now() -> datetime:
    """The present in whole seconds: GitHub never sends fractions, and clients compare strings."""
    return datetime.now(UTC).replace(microsecond=0)


class Account(BaseModel):
    """A person, an organisation, or the bot an App acts as."""

    id: int
    login: str
    type: AccountType = "User"
    name: str = ""
    created_at: datetime = Field(default_factory=now)

    @property
    def email(self) -> str:
        return f"{self.id}+{self.login}@users.noreply.github.com"


class Label(BaseModel):
    id: int
    name: str
    color: str = "ededed"
    description: str | None = None


class Repository(BaseModel):
    """A repository; its bare git directory is named by id, so a rename moves nothing."""

    id: int
    name: str
    owner_id: int
    private: bool = True
    default_branch: str = "main"
    description: str | None = None
    fork_of: int | None = None
    former_names: list[str] = []
    """Earlier `owner/name`s, lower case; requests for them are redirected."""
    collaborators: dict[int, str] = {}
    """Account id to permission (read, triage, write, maintain, admin)."""
    labels: dict[str, Label] = {}
    last_number: int = 0
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)
    pushed_at: datetime = Field(default_factory=now)


class PullRequest(BaseModel):
    id: int
    number: int
    repository_id: int
    title: str
    body: str | None
    author_id: int
    head_repository_id: int | None
    """None once the fork was deleted; GitHub then sends `head.repo: null`."""
    head_owner_id: int
    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str
    state: Literal["open", "closed"] = "open"
    draft: bool = False
    labels: list[str] = []
    mergeable: bool | None = None
    merge_commit_sha: str | None = None
    merged_by_id: int | None = None
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)
    closed_at: datetime | None = None
    merged_at: datetime | None = None


class TimelineEvent(BaseModel):
    """A line between the comments on a pull request's page."""

    id: int
    pull_id: int
    actor_id: int
    kind: str
    detail: str = ""
    created_at: datetime = Field(default_factory=now)


class Comment(BaseModel):
    id: int
    repository_id: int
    number: int
    author_id: int
    body: str
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)


class Reaction(BaseModel):
    id: int
    subject: str
    """`comment:ID` or `pull:ID`."""
    content: str
    user_id: int
    created_at: datetime = Field(default_factory=now)


class DeploymentStatus(BaseModel):
    id: int
    state: str
    creator_id: int
    description: str = ""
    environment: str = ""
    environment_url: str = ""
    log_url: str = ""
    created_at: datetime = Field(default_factory=now)


class Deployment(BaseModel):
    id: int
    repository_id: int
    ref: str
    sha: str
    creator_id: int
    task: str = "deploy"
    environment: str = "production"
    original_environment: str = "production"
    description: str | None = None
    payload: Body | str = {}
    transient_environment: bool = False
    production_environment: bool = False
    statuses: list[DeploymentStatus] = []
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)

    @property
    def state(self) -> str:
        return self.statuses[-1].state if self.statuses else "pending"


class Environment(BaseModel):
    id: int
    repository_id: int
    name: str
    created_at: datetime = Field(default_factory=now)


class CommitStatus(BaseModel):
    id: int
    repository_id: int
    sha: str
    state: str
    context: str = "default"
    description: str | None = None
    target_url: str | None = None
    creator_id: int
    created_at: datetime = Field(default_factory=now)


class CheckRunOutput(BaseModel):
    title: str | None = None
    summary: str | None = None
    text: str | None = None


class CheckRunAction(BaseModel):
    """A button on a check run; the limits are GitHub's."""

    label: str = Field(max_length=20)
    description: str = Field(max_length=40)
    identifier: str = Field(max_length=20)


class CheckRun(BaseModel):
    id: int
    repository_id: int
    suite_id: int
    name: str
    head_sha: str
    status: str = "queued"
    conclusion: str | None = None
    external_id: str = ""
    details_url: str | None = None
    output: CheckRunOutput = CheckRunOutput()
    actions: list[CheckRunAction] = []
    started_at: datetime = Field(default_factory=now)
    completed_at: datetime | None = None


class Installation(BaseModel):
    id: int
    account_id: int
    permissions: dict[str, Level]
    events: list[str]
    repository_ids: list[int] | None = None
    """None means all repositories of the account, those created later included."""
    suspended_at: datetime | None = None
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)


class InstallationToken(BaseModel):
    token: str
    installation_id: int
    permissions: dict[str, Level]
    repository_ids: list[int] | None
    expires_at: datetime


class HookConfig(BaseModel):
    url: str = ""
    content_type: str = "json"
    insecure_ssl: str = "0"


class App(BaseModel):
    """The one GitHub App of this server; its private key and webhook secret lie beside the state."""

    id: int
    client_id: str
    slug: str
    name: str
    owner_id: int
    bot_id: int
    permissions: dict[str, Level]
    events: list[str]
    hook: HookConfig = HookConfig()
    hook_id: int = 0
    created_at: datetime = Field(default_factory=now)

"""What the client gives back: the few fields tests and the demo look at."""

from __future__ import annotations

from datetime import datetime

from pydantic import AliasPath, BaseModel, ConfigDict, Field

from tests.support.github.models import Body


class Shown(BaseModel):
    """A frozen part of an API answer; the rest of the answer is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Person(Shown):
    id: int
    login: str
    token: str
    """With which this person pushes and calls the API."""


class Repo(Shown):
    id: int
    full_name: str
    private: bool
    default_branch: str
    clone_url: str
    html_url: str


class Pull(Shown):
    id: int
    number: int
    state: str
    title: str
    draft: bool
    html_url: str
    head_ref: str = Field(validation_alias=AliasPath("head", "ref"))
    head_sha: str = Field(validation_alias=AliasPath("head", "sha"))
    base_ref: str = Field(validation_alias=AliasPath("base", "ref"))
    merged: bool = False
    merge_commit_sha: str | None = None
    labels: list[dict[str, object]] = []


class Comment(Shown):
    id: int
    body: str
    author: str = Field(validation_alias=AliasPath("user", "login"))
    created_at: datetime
    updated_at: datetime


class DeploymentStatus(Shown):
    id: int
    state: str
    description: str
    environment_url: str
    log_url: str


class Deployment(Shown):
    id: int
    sha: str
    ref: str
    environment: str
    payload: object
    transient_environment: bool
    statuses: list[DeploymentStatus] = []
    """Newest first."""

    @property
    def state(self) -> str:
        return self.statuses[0].state if self.statuses else "pending"


class CheckRun(Shown):
    id: int
    name: str
    head_sha: str
    status: str
    conclusion: str | None
    external_id: str | None
    details_url: str | None
    title: str | None = Field(validation_alias=AliasPath("output", "title"))
    summary: str | None = Field(validation_alias=AliasPath("output", "summary"))
    text: str | None = Field(validation_alias=AliasPath("output", "text"))


class Delivery(Shown):
    """One attempt to deliver one webhook."""

    id: int
    guid: str
    event: str
    action: str | None
    status: str
    status_code: int
    redelivery: bool
    payload: Body
    headers: dict[str, str]

    @property
    def name(self) -> str:
        return f"{self.event}.{self.action}" if self.action else self.event


class Facts(Shown):
    """How Catalyst is configured to work with this server."""

    base_url: str
    app_id: int
    app_slug: str
    private_key: str
    webhook_secret: str

"""PyGithub as Catalyst uses it: no retries of its own, no throttle, lazy, one object a task."""

from __future__ import annotations

from typing import TypedDict

from github import Auth, Github, GithubIntegration

from tests.support.github.models import Body
from tests.support.github.server import LocalGitHub


class Plain(TypedDict):
    base_url: str
    timeout: int
    retry: None
    lazy: bool
    user_agent: str
    seconds_between_requests: None
    seconds_between_writes: None
    api_version: str


def plain(base_url: str) -> Plain:
    return Plain(
        base_url=base_url,
        timeout=15,
        retry=None,
        lazy=True,
        user_agent="catalyst",
        seconds_between_requests=None,
        seconds_between_writes=None,
        api_version="2022-11-28",
    )


def as_app(github: LocalGitHub) -> GithubIntegration:
    auth = Auth.AppAuth(github.app_id, github.private_key)
    return GithubIntegration(auth=auth, **plain(github.base_url))


def as_installation(github: LocalGitHub, token: str) -> Github:
    return Github(auth=Auth.Token(token), **plain(github.base_url))


def mint(
    app: GithubIntegration,
    installation: int,
    permissions: dict[str, str] | None = None,
    repositories: list[int] | None = None,
) -> str:
    """A token; None leaves the field out, which means everything."""
    wanted: Body = {"permissions": permissions, "repository_ids": repositories}
    _, answer = app.requester.requestJsonAndCheck(
        "POST",
        f"/app/installations/{installation}/access_tokens",
        input={key: value for key, value in wanted.items() if value is not None},
    )
    return str(answer["token"])

"""Checks that others make: how far the one is that a preview waits for (ENV-013).

A name may be a check run's or a commit status' context; GitHub's own rules for branches take both alike.
https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference
"""

from collections.abc import Sequence
from typing import Literal

from github import Github
from pydantic import BaseModel

from activities.github.clients import PER_PAGE, GitHubClients
from workflows.errors import GitHubPermissionError
from workflows.models.messages import ReadCheckInput, ReadCheckResult

READ_CHECKS = {"checks": "read"}
READ_STATUSES = {"statuses": "read"}
_GOOD = ("success", "neutral", "skipped")
"""Conclusions that a required check may have."""

_State = Literal["missing", "pending", "succeeded", "failed"]
_STATUS_STATES: dict[str, _State] = {"success": "succeeded", "pending": "pending"}
"""Others, `failure` and `error`, have failed."""


class _Run(BaseModel):
    status: str
    conclusion: str | None = None
    html_url: str | None = None


class _Runs(BaseModel):
    check_runs: list[_Run]


class _Status(BaseModel):
    context: str
    state: str
    target_url: str | None = None


class _Combined(BaseModel):
    statuses: list[_Status]


def read_named_check(clients: GitHubClients, request: ReadCheckInput) -> ReadCheckResult:
    """The newest check runs of that name, or else the commit status; an App that may not read statuses sees none."""
    ref = request.pull_request
    doing = "reading the commit's checks"
    with clients.for_installation(
        ref.installation, ref.repository_id, READ_CHECKS, doing=doing
    ) as github:
        runs = _runs(github, request)
    if runs:
        return _of_runs(runs)
    try:
        with clients.for_installation(
            ref.installation, ref.repository_id, READ_STATUSES, doing=doing
        ) as github:
            return _of_status(github, request)
    except GitHubPermissionError:
        return ReadCheckResult(state="missing")


def _runs(github: Github, request: ReadCheckInput) -> Sequence[_Run]:
    _, data = github.requester.requestJsonAndCheck(
        "GET",
        f"{_commit(request)}/check-runs",
        {"check_name": request.name, "filter": "latest", "per_page": PER_PAGE},
    )
    return _Runs.model_validate(data).check_runs


def _of_runs(runs: Sequence[_Run]) -> ReadCheckResult:
    """All of them together: several Apps may use one name, and what still runs may fail yet."""
    for run in runs:
        if run.status != "completed":
            return ReadCheckResult(state="pending", word=run.status, url=run.html_url or "")
    for run in runs:
        if run.conclusion not in _GOOD:
            return ReadCheckResult(
                state="failed", word=run.conclusion or "no conclusion", url=run.html_url or ""
            )
    return ReadCheckResult(
        state="succeeded", word=runs[0].conclusion or "", url=runs[0].html_url or ""
    )


def _of_status(github: Github, request: ReadCheckInput) -> ReadCheckResult:
    """Newest first, so the first of a context is the one that counts."""
    _, data = github.requester.requestJsonAndCheck(
        "GET", f"{_commit(request)}/status", {"per_page": PER_PAGE}
    )
    for status in _Combined.model_validate(data).statuses:
        if status.context == request.name:
            return ReadCheckResult(
                state=_STATUS_STATES.get(status.state, "failed"),
                word=status.state,
                url=status.target_url or "",
            )
    return ReadCheckResult(state="missing")


def _commit(request: ReadCheckInput) -> str:
    return f"/repositories/{request.pull_request.repository_id}/commits/{request.commit}"

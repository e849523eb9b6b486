"""Check runs: only Apps write them."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Literal

from pydantic import Field

from tests.support.github.bodies.checks import check_run
from tests.support.github.errors import GitHubError, invalid, not_found
from tests.support.github.events import Events
from tests.support.github.models import CheckRun, CheckRunAction, CheckRunOutput, now
from tests.support.github.permissions import read, write
from tests.support.github.rest.contents import resolve
from tests.support.github.rest.routing import Call, Input, Routes, created

routes = Routes()
READ = read("checks")
WRITE = write("checks")

MAX_TEXT = 65535
"""Characters of a summary or text; GitHub refuses longer ones."""


class OutputInput(Input):
    title: str
    summary: str = Field(max_length=MAX_TEXT)
    text: str | None = Field(default=None, max_length=MAX_TEXT)


class CheckRunEdit(Input):
    name: str | None = None
    details_url: str | None = None
    external_id: str | None = None
    status: Literal["queued", "in_progress", "completed", "waiting", "pending"] | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    conclusion: (
        Literal[
            "action_required",
            "cancelled",
            "failure",
            "neutral",
            "success",
            "skipped",
            "stale",
            "timed_out",
        ]
        | None
    ) = None
    output: OutputInput | None = None
    actions: list[CheckRunAction] | None = Field(default=None, max_length=3)


class CheckRunInput(CheckRunEdit):
    name: str
    head_sha: str


def _change(found: CheckRun, wanted: CheckRunEdit) -> None:
    given = wanted.model_dump(exclude_none=True, exclude={"head_sha", "output", "actions"})
    for name, value in given.items():
        setattr(found, name, value)
    if wanted.output:
        found.output = CheckRunOutput(**wanted.output.model_dump())
    if wanted.actions is not None:
        found.actions = list(wanted.actions)
    if wanted.conclusion:
        found.status = "completed"
        found.completed_at = found.completed_at or now()
    elif wanted.status and wanted.status != "completed":
        found.conclusion, found.completed_at = None, None
    if found.status == "completed" and found.conclusion is None:
        raise invalid("CheckRun", "conclusion", "missing_field")


def _app_only(call: Call) -> None:
    if call.caller.installation is None:
        text = "You must authenticate via a GitHub App."
        raise GitHubError(HTTPStatus.FORBIDDEN, text)


@routes.post("/repos/{owner}/{repo}/check-runs", WRITE)
async def create_check_run(call: Call) -> object:
    _app_only(call)
    wanted, repo = call.parse(CheckRunInput), call.repository
    sha = await resolve(call, wanted.head_sha)
    siblings = call.state.check_runs_of(repo, sha)
    made = CheckRun(
        id=call.state.new_id(),
        repository_id=repo.id,
        suite_id=siblings[0].suite_id if siblings else call.state.new_id(),
        name=wanted.name,
        head_sha=sha,
    )
    _change(made, wanted)
    call.state.check_runs[made.id] = made
    action = "completed" if made.status == "completed" else "created"
    Events(call.github, repo, call.actor).check_run(made, action)
    return created(check_run(call.view, made))


def check_run_of(call: Call) -> CheckRun:
    found = call.state.check_runs.get(call.number("check_run_id"))
    if found is None or found.repository_id != call.repository.id:
        raise not_found()
    return found


@routes.get("/repos/{owner}/{repo}/check-runs/{check_run_id:int}", READ)
async def get_check_run(call: Call) -> object:
    return check_run(call.view, check_run_of(call))


@routes.patch("/repos/{owner}/{repo}/check-runs/{check_run_id:int}", WRITE)
async def edit_check_run(call: Call) -> object:
    _app_only(call)
    found = check_run_of(call)
    was_completed = found.status == "completed"
    _change(found, call.parse(CheckRunEdit))
    if found.status == "completed" and not was_completed:
        Events(call.github, call.repository, call.actor).check_run(found, "completed")
    return check_run(call.view, found)


@routes.get("/repos/{owner}/{repo}/commits/{ref:path}/check-runs", READ)
async def list_check_runs(call: Call) -> object:
    """`filter=latest` (the default) shows the newest run of each name."""
    sha = await resolve(call, call.text("ref"))
    found = call.state.check_runs_of(call.repository, sha)
    if call.query("filter", "latest") == "latest":
        found = list({one.name: one for one in found}.values())
    wanted = {"check_name": call.query("check_name"), "status": call.query("status")}
    found = [
        one
        for one in found
        if wanted["check_name"] in ("", one.name) and wanted["status"] in ("", one.status)
    ]
    return call.page(found, lambda one: check_run(call.view, one), key="check_runs")

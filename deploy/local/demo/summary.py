"""What the demonstration prints at its end: where everything is, or why it is not there."""

import os

from api.schemas import EnvironmentDetail
from deploy.local.control.github import github_page
from deploy.local.control.service import last_lines
from deploy.local.control.temporal import temporal_ui
from deploy.local.control.worker import catalyst_url
from deploy.local.demo.scene import REPOSITORY
from deploy.local.instance import INSTANCE_VARIABLE, Instance
from tests.support.github.client_models import Pull

_LOG_LINES = 12


def pull_page(instance: Instance, pull: Pull) -> str:
    """Where a browser shows the pull request."""
    return f"{github_page(instance)}/{REPOSITORY}/pull/{pull.number}"


def success(
    instance: Instance, pull: Pull, found: EnvironmentDetail, seconds: float | None
) -> list[str]:
    """Return the addresses, the times and what to try next; `seconds` from opening to the answer."""
    return [
        "",
        f"  preview        {found.url}   (commit {pull.head_sha[:7]})",
        f"  pull request   {pull_page(instance, pull)}",
        f"  Catalyst       {catalyst_url(instance)}/",
        f"  environment    {found.links.page}",
        f"  Temporal       {found.links.workflow or temporal_ui(instance)}",
        "",
        *phases(found),
        *([f"  {seconds:6.1f} s  from opening to the answering URL"] if seconds else []),
        "",
        "  what to try next",
        *(f"    {command:<42} {why}" for command, why in next_commands()),
    ]


def phases(found: EnvironmentDetail) -> list[str]:
    """Return how long each phase of the newest revision took."""
    timings = found.revisions[0].timings if found.revisions else ()
    return [
        f"  {(timing.finished_at - timing.started_at).total_seconds():6.1f} s  {timing.phase}"
        for timing in timings
        if timing.finished_at
    ]


def next_commands() -> list[tuple[str, str]]:
    """Return commands as they can be typed, with what each does."""
    name = os.environ.get(INSTANCE_VARIABLE)
    prefix = f"{INSTANCE_VARIABLE}={name} " if name else ""
    python = f"{prefix}.venv/bin/python -m deploy.local"
    return [
        (f"{python} push", "push a change: the same URL shows it"),
        (f"{python} close", "close the pull request: all of it goes"),
        (f"{prefix}make demo", "again: finds it as it is, or opens it again"),
        (f"{prefix}make status", "what runs, where, and what it uses"),
        (f"{prefix}make down", "remove everything"),
    ]


def failure(instance: Instance, error: Exception, found: EnvironmentDetail | None) -> list[str]:
    """Return the cause in the words of the comment, the end of the worker's log, and what to do."""
    lines = ["", f"  {str(error) or type(error).__name__}"]
    if found and found.failure:
        lines += [f"  {found.failure.phase}: {found.failure.message}"]
        lines += [f"    | {line}" for line in found.failure.excerpt]
        lines += [f"  what to do: {found.failure.hint}"] if found.failure.hint else []
    elif found and found.reason:
        lines.append(f"  {found.phase}: {found.reason}")
    log = instance.log_directory / "worker.log"
    lines += ["", f"  the worker's last lines ({log}):"]
    lines += [f"    {line}" for line in last_lines(log, _LOG_LINES)]
    if found:
        lines += [
            "",
            f"  environment    {found.links.page}",
            f"  workflow       {found.links.workflow}",
        ]
    lines += ["", "  run `make demo` again to go on, or `make status` to see what runs"]
    return lines

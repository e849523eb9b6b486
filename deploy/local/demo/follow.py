"""Following an environment on its way, phase by phase, until its URL answers."""

import asyncio
import time
from dataclasses import dataclass

import httpx
from rich.console import Console

from api.schemas import EnvironmentDetail
from deploy.local.demo.catalyst import CatalystClient
from workflows.models import Phase

_POLL = 0.25
_SECONDS = 600.0
"""A cold start pulls the builder image first; a warm one takes a tenth of that."""
_ANSWER_SECONDS = 120.0
"""A preview that was ready before the machine went down starts its pods again within a minute."""
_UNDER_WAY = frozenset(
    {Phase.PENDING, Phase.QUEUED, Phase.BUILDING, Phase.DEPLOYING, Phase.CHECKING}
)


class PreviewFailedError(RuntimeError):
    """The preview did not come up; `environment` tells what is known."""

    def __init__(self, message: str, environment: EnvironmentDetail | None) -> None:
        super().__init__(message)
        self.environment = environment


@dataclass(frozen=True)
class Target:
    """Which commit of which environment is waited for."""

    project: str
    environment: str
    commit: str
    after: int = 0
    """Number of the last revision that is known already: its failure is old news."""

    @property
    def key(self) -> tuple[str, str]:
        """Its environment, as every call names it."""
        return self.project, self.environment


async def follow(catalyst: CatalystClient, target: Target, console: Console) -> EnvironmentDetail:
    """Print each phase as it begins and return the environment once it serves the commit.

    Raises PreviewFailedError when it fails, or does not get there in ten minutes.
    """
    began = time.monotonic()
    shown = ""
    with console.status("waiting for Catalyst to notice") as status:
        while True:
            found = await catalyst.environment(target.project, target.environment)
            text = _describe(found, target)
            if text != shown:
                shown = text
                console.print(f"{time.monotonic() - began:6.1f} s  {text}", highlight=False)
                status.update(text)
            if found and _serves(found, target):
                return found
            if found and _has_failed(found, target):
                raise PreviewFailedError("the preview failed", found)
            if time.monotonic() - began > _SECONDS:
                raise PreviewFailedError(f"not there after {_SECONDS:g} s", found)
            await asyncio.sleep(_POLL)


async def until_url_answers(url: str, commit: str, address: tuple[str, int]) -> None:
    """Wait until the URL answers with a page that names the commit.

    The name is resolved here and not by the system, some of which do not know `*.localhost`.
    Raises TimeoutError, with words.
    """
    host = httpx.URL(url).netloc.decode()
    deadline = time.monotonic() + _ANSWER_SECONDS
    async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
        while time.monotonic() < deadline:
            try:
                answer = await http.get(
                    f"http://{address[0]}:{address[1]}/", headers={"Host": host}
                )
                if answer.is_success and commit in answer.text:
                    return
            except httpx.HTTPError:
                pass  # asked again until the time is up
            await asyncio.sleep(_POLL)
    raise TimeoutError(f"{url} did not answer with {commit[:7]} for {_ANSWER_SECONDS:g} s")


def _describe(found: EnvironmentDetail | None, target: Target) -> str:
    if found is None:
        return "waiting for Catalyst to notice"
    if found.commit != target.commit and found.phase not in _UNDER_WAY:
        return f"{found.phase}, waiting for {target.commit[:7]}"
    return f"{found.phase}" + (f": {found.reason}" if found.reason else "")


def _serves(found: EnvironmentDetail, target: Target) -> bool:
    return found.phase is Phase.READY and found.serving_commit == target.commit


def _has_failed(found: EnvironmentDetail, target: Target) -> bool:
    newest = found.revisions[0].number if found.revisions else 0
    is_ours = found.commit == target.commit and newest > target.after
    return is_ours and found.phase is Phase.FAILED

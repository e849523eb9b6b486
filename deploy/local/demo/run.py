"""The demonstration itself: open the pull request and follow it to its URL; push to it; close it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from rich.console import Console

from api.schemas import EnvironmentDetail
from deploy.local.cluster import connection_file, read_connection
from deploy.local.control.github import github_url
from deploy.local.control.temporal import connect as connect_temporal
from deploy.local.control.worker import catalyst_url
from deploy.local.demo import scene, summary
from deploy.local.demo.catalyst import CatalystClient
from deploy.local.demo.follow import PreviewFailedError, Target, follow, until_url_answers
from deploy.local.instance import Instance
from tests.support.github.client import GitHubClient
from tests.support.github.client_models import Pull
from workflows.models import Phase

_POLL = 0.25
_COMMENT_SECONDS = 60.0
_NOTICE_SECONDS = 5.0
"""A webhook that arrives starts an environment within a fraction of that."""
_REMOVAL_SECONDS = 300.0
"""The goal for a removal (SC-004)."""
_AGAIN = {Phase.FAILED: "retry", Phase.DELETED: "redeploy"}
"""What to ask for when an environment is found that does not come up by itself."""
_RECONCILE = "reconcile"
"""The schedule that finds open pull requests whose webhook was lost."""


@dataclass
class Demo:
    """Everything a demonstration talks to."""

    instance: Instance
    github: GitHubClient
    catalyst: CatalystClient
    console: Console

    def say(self, *lines: str) -> None:
        self.console.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)

    async def follow(self, pull: Pull, target: Target) -> EnvironmentDetail | None:
        """Follow the commit until comment and URL show it; None when it failed, which was explained."""
        found: EnvironmentDetail | None = None
        try:
            found = await follow(self.catalyst, target, self.console)
            await self._until_comment_shows(pull, found.url)
            cluster = read_connection(connection_file(self.instance))
            await until_url_answers(found.url, target.commit, ("127.0.0.1", cluster.browser_port))
        except PreviewFailedError as error:
            self.say(*summary.failure(self.instance, error, error.environment))
            return None
        except TimeoutError as error:
            self.say(*summary.failure(self.instance, error, found))
            return None
        return found

    async def _until_comment_shows(self, pull: Pull, url: str) -> None:
        """Wait for the URL in the comment. Raises TimeoutError."""
        bot = self.github.bot_login
        async with asyncio.timeout(_COMMENT_SECONDS):
            while True:
                found = await self.github.comments(scene.REPOSITORY, pull.number, author=bot)
                if any(url in comment.body for comment in found):
                    return
                await asyncio.sleep(_POLL)

    async def wake(self, target: Target) -> Target:
        """Have a pull request looked at that was opened earlier: its webhook may have found nobody."""
        deadline = time.monotonic() + _NOTICE_SECONDS
        found = await self.catalyst.environment(target.project, target.environment)
        while found is None and time.monotonic() < deadline:
            await asyncio.sleep(_POLL)
            found = await self.catalyst.environment(target.project, target.environment)
        if found is None:
            temporal = await connect_temporal(self.instance)
            await temporal.get_schedule_handle(_RECONCILE).trigger()
        elif found.phase in _AGAIN:
            self.say(f"         {await self.catalyst.command(_AGAIN[found.phase], *target.key)}")
            return replace(target, after=max((one.number for one in found.revisions), default=0))
        return target


@asynccontextmanager
async def open_demo(instance: Instance) -> AsyncIterator[Demo]:
    """Connect to the running stack."""
    async with (
        GitHubClient.connect(github_url(instance)) as github,
        CatalystClient.connect(catalyst_url(instance)) as catalyst,
    ):
        yield Demo(instance, github, catalyst, Console())


def target_of(pull: Pull, commit: str) -> Target:
    """Return what is waited for."""
    return Target(f"{scene.TEAM}-{scene.PROJECT}", scene.environment_of(pull), commit)


async def demonstrate(demo: Demo) -> int:
    """Open the pull request, or find it; wait until its URL answers; 0 when it does."""
    began = time.monotonic()
    pull, is_opened = await scene.ensure_pull(demo.github)
    word = "opened" if is_opened else "found"
    demo.say(f"         {word} pull request {summary.pull_page(demo.instance, pull)}")
    target = target_of(pull, pull.head_sha)
    if not is_opened:
        target = await demo.wake(target)
    found = await demo.follow(pull, target)
    if found is None:
        return 1
    seconds = time.monotonic() - began if is_opened else None
    demo.say(*summary.success(demo.instance, pull, found, seconds))
    return 0


async def push(demo: Demo) -> int:
    """Push a change to the pull request's branch and follow it to the URL."""
    pull = await scene.find_pull(demo.github)
    if pull is None or pull.state != "open":
        demo.say("no pull request is open: begin with `make demo`")
        return 1
    began = time.monotonic()
    text = f"Pushed at {time.strftime('%H:%M:%S')}"
    files = scene.greeting(scene.sample(demo.instance), text)
    commit = await demo.github.push(scene.REPOSITORY, scene.BRANCH, files, message=text)
    demo.say(f"         pushed {commit[:7]}: {text}")
    found = await demo.follow(pull, target_of(pull, commit))
    if found is None:
        return 1
    demo.say("", f"  {found.url} answers with {commit[:7]}", "", *summary.phases(found))
    demo.say(f"  {time.monotonic() - began:6.1f} s  from the push to the answering URL")
    return 0


async def close(demo: Demo) -> int:
    """Close the pull request and wait until its environment is gone."""
    pull = await scene.find_pull(demo.github)
    if pull is None or pull.state != "open":
        demo.say("no pull request is open")
        return 1
    target = target_of(pull, pull.head_sha)
    began = time.monotonic()
    await demo.github.close(scene.REPOSITORY, pull.number)
    with demo.console.status("removing"):
        async with asyncio.timeout(_REMOVAL_SECONDS):
            while True:
                found = await demo.catalyst.environment(*target.key)
                if found is None or found.phase is Phase.DELETED:
                    break
                await asyncio.sleep(_POLL)
    seconds = time.monotonic() - began
    demo.say(f"closed, and everything of its environment is gone after {seconds:.1f} s")
    return 0

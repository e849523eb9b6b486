"""The demonstration on a real GitHub server, real git, the real REST face and the sample as a real process.

Only the lifecycle is played here (its pictures are recorded as an environment would); the end-to-end tests
have all of it.
"""

import asyncio
import io
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import jwt
import pytest
from rich.console import Console

from deploy.local.cluster import connection_file, write_connection
from deploy.local.demo import scene
from deploy.local.demo.catalyst import CatalystClient
from deploy.local.demo.run import Demo, close, demonstrate, push
from deploy.local.instance import Instance
from deploy.local.stack import make_connection
from tests.api.conftest import BASE, Catalyst, catalyst, settings
from tests.e2e.support.waiting import eventually
from tests.integration.deploy.places import ROOT, free_instance
from tests.support.github.client_models import Pull
from tests.support.github.server import LocalGitHub
from workflows import naming
from workflows.models import (
    EnvironmentRef,
    EnvironmentSnapshot,
    Failure,
    Phase,
    PullRequestRef,
    Revision,
    Serving,
)

__all__ = ["catalyst", "settings"]
PROJECT = f"{scene.TEAM}-{scene.PROJECT}"


@pytest.fixture
async def github(tmp_path: Path) -> AsyncIterator[LocalGitHub]:
    async with LocalGitHub.start(tmp_path / "github") as github:
        yield github


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    instance = free_instance(tmp_path, "demo")
    write_connection(make_connection(instance), connection_file(instance))
    return instance


@pytest.fixture
async def demo(github: LocalGitHub, catalyst: Catalyst, instance: Instance) -> AsyncIterator[Demo]:
    found = await scene.ensure_repository(github, instance)
    async with catalyst.client(base=f"{BASE}/api/v1") as http:
        rest = CatalystClient(http)
        await rest.put_project(scene.make_project(found))
        yield Demo(instance, github, rest, Console(file=io.StringIO(), width=200))


def said(demo: Demo) -> str:
    output = demo.console.file
    assert isinstance(output, io.StringIO)
    return output.getvalue()


class Lifecycle:
    """Plays the environment: records pictures, comments as the App, serves the sample."""

    def __init__(self, demo: Demo, catalyst: Catalyst) -> None:
        self._demo = demo
        self._catalyst = catalyst
        self._sequence = 0

    async def record(self, phase: Phase, commit: str, **fields: object) -> None:
        self._sequence += 1
        now = datetime.now(UTC)
        environment = naming.environment_name(scene.PROJECT, 1)
        repository = await self._demo.github.repository(scene.REPOSITORY)
        snapshot = EnvironmentSnapshot(
            ref=EnvironmentRef(team=scene.TEAM, project=PROJECT, environment=environment),
            workflow_id=naming.environment_workflow_id(PROJECT, environment),
            pull_request=PullRequestRef(
                installation=1,
                repository_id=repository.id,
                repository=repository.full_name,
                number=1,
            ),
            sequence=self._sequence,
            phase=phase,
            commit=commit,
            revisions=(Revision(number=self._sequence, id="rev", commit=commit, created_at=now),),
            created_at=now,
            updated_at=now,
        )
        await self._catalyst.store.environments.record(snapshot.model_copy(update=fields))

    async def serve(self, commit: str) -> None:
        url = f"http://shop.localhost:{self._demo.instance.ports.ingress}/"
        serving = Serving(commit=commit, url=url, since=datetime.now(UTC))
        await self.comment(f"ready at {url}")
        await self.record(Phase.READY, commit, serving=serving)

    async def comment(self, text: str) -> None:
        """With an installation's token: only the App's own comments count."""
        github = self._demo.github
        now = int(time.time())
        claims = {"iat": now - 5, "exp": now + 60, "iss": str(github.app_id)}
        proof = jwt.encode(claims, github.private_key, algorithm="RS256")
        installation = await github.install_app(scene.TEAM)
        async with httpx.AsyncClient(base_url=github.base_url, trust_env=False) as http:
            minted = await http.post(
                f"/app/installations/{installation}/access_tokens",
                headers={"Authorization": f"Bearer {proof}"},
                json={"permissions": {"pull_requests": "write"}},
            )
            answer = await http.post(
                f"/repos/{scene.REPOSITORY}/issues/1/comments",
                headers={"Authorization": f"Bearer {minted.json()['token']}"},
                json={"body": text},
            )
            answer.raise_for_status()


@asynccontextmanager
async def running_sample(instance: Instance, commit: str) -> AsyncIterator[None]:
    """The sample application as its container would run it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "deploy" / "examples" / "helm" / "app.py"),
        env={**os.environ, "PORT": str(instance.ports.ingress), "CATALYST_COMMIT": commit},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        assert await process.wait() == 0, "the sample ends well when it is told to"


async def opened(demo: Demo) -> Pull:
    """The pull request, once the demonstration has opened it."""

    async def look() -> Pull | None:
        return await scene.find_pull(demo.github)

    return await eventually(look, within=20, what="the pull request is open")


@pytest.mark.spec("FR-003", "US1")
async def test_it_opens_one_pull_request_and_ends_with_the_answering_url(
    demo: Demo, catalyst: Catalyst
) -> None:
    lifecycle = Lifecycle(demo, catalyst)
    running = asyncio.create_task(demonstrate(demo))
    pull = await opened(demo)
    async with asyncio.timeout(60), running_sample(demo.instance, pull.head_sha):
        await lifecycle.serve(pull.head_sha)
        assert await running == 0
        assert await demonstrate(demo) == 0
    assert len(await demo.github.list(f"/repos/{scene.REPOSITORY}/pulls?state=all")) == 1
    for text in ("opened pull request", "found pull request", "shop.localhost", "make down"):
        assert text in said(demo)


async def test_a_failure_ends_it_with_cause_and_what_to_do(demo: Demo, catalyst: Catalyst) -> None:
    lifecycle = Lifecycle(demo, catalyst)
    running = asyncio.create_task(demonstrate(demo))
    pull = await opened(demo)
    failure = Failure(phase="build", message="the Dockerfile failed", hint="Correct it.")
    await lifecycle.record(Phase.FAILED, pull.head_sha, failure=failure)
    async with asyncio.timeout(60):
        assert await running == 1
    assert "build: the Dockerfile failed" in said(demo)
    assert "what to do: Correct it." in said(demo)


async def test_a_push_is_followed_to_the_same_url(demo: Demo, catalyst: Catalyst) -> None:
    lifecycle = Lifecycle(demo, catalyst)
    pull, is_opened = await scene.ensure_pull(demo.github)
    assert is_opened
    running = asyncio.create_task(push(demo))

    async def moved() -> str | None:
        found = await demo.github.pull_request(scene.REPOSITORY, pull.number)
        return found.head_sha if found.head_sha != pull.head_sha else None

    commit = await eventually(moved, within=20, what="the push has arrived")
    async with asyncio.timeout(60), running_sample(demo.instance, commit):
        await lifecycle.serve(commit)
        assert await running == 0
    assert f"answers with {commit[:7]}" in said(demo)


async def test_closing_waits_until_catalyst_says_that_all_of_it_is_gone(
    demo: Demo, catalyst: Catalyst
) -> None:
    lifecycle = Lifecycle(demo, catalyst)
    pull, _ = await scene.ensure_pull(demo.github)
    await lifecycle.record(Phase.READY, pull.head_sha)
    running = asyncio.create_task(close(demo))

    async def is_closed() -> bool:
        found = await demo.github.pull_request(scene.REPOSITORY, pull.number)
        return found.state == "closed"

    await eventually(is_closed, within=20, what="the pull request is closed")
    assert not running.done()
    await lifecycle.record(Phase.DELETED, pull.head_sha)
    async with asyncio.timeout(30):
        assert await running == 0
    again, is_opened = await scene.ensure_pull(demo.github)
    assert is_opened
    assert again.number == pull.number
    assert again.state == "open"


async def test_without_a_pull_request_there_is_nothing_to_push_to_or_close(demo: Demo) -> None:
    assert await push(demo) == 1
    assert await close(demo) == 1
    assert "make demo" in said(demo)

"""Each phase is printed once as it begins, and the end is success, a failure of now, or a time-out."""

import asyncio
import io
from collections.abc import Sequence
from datetime import timedelta

import pytest
from rich.console import Console

from deploy.local.demo.catalyst import CatalystClient
from deploy.local.demo.follow import PreviewFailedError, Target, follow
from deploy.local.processes import wait_until
from tests.api.conftest import Catalyst
from tests.support.examples import COMMIT, make_revision, make_snapshot
from workflows.models import EnvironmentSnapshot, Failure, Phase, Serving

URL = "http://web-shop-pr-shop-12.localhost/"


def snapshot(sequence: int, phase: Phase, **fields: object) -> EnvironmentSnapshot:
    first = make_snapshot()
    return first.model_copy(
        update={
            "sequence": sequence,
            "phase": phase,
            "commit": COMMIT,
            "revisions": (make_revision(),),
            "updated_at": first.updated_at + timedelta(seconds=sequence),
            **fields,
        }
    )


def serving(sequence: int) -> EnvironmentSnapshot:
    since = make_snapshot().created_at
    return snapshot(sequence, Phase.READY, serving=Serving(commit=COMMIT, url=URL, since=since))


def target(*, after: int = 0) -> Target:
    ref = make_snapshot().ref
    return Target(ref.project, ref.environment, COMMIT, after)


class Screen:
    """What is printed, and the pictures that Catalyst shows one after the other as each is seen."""

    def __init__(self, catalyst: Catalyst, pictures: Sequence[EnvironmentSnapshot]) -> None:
        self._catalyst = catalyst
        self._pictures = list(pictures)
        self.output = io.StringIO()
        self.console = Console(file=self.output, width=200)

    @property
    def text(self) -> str:
        return self.output.getvalue()

    async def show_all(self) -> None:
        for picture in self._pictures:
            await self._catalyst.store.environments.record(picture)
            shown = str(picture.phase)
            await wait_until(lambda shown=shown: shown in self.text, seconds=10, what=shown)


async def test_every_phase_is_printed_until_the_commit_serves(
    rest: CatalystClient, catalyst: Catalyst
) -> None:
    pictures = [snapshot(1, Phase.PENDING), snapshot(2, Phase.BUILDING), serving(3)]
    screen = Screen(catalyst, pictures)
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        tasks.create_task(screen.show_all())
        found = await follow(rest, target(), screen.console)
    assert found.url == URL
    said = [line.split(" s  ")[1] for line in screen.text.splitlines()]
    assert said[-3:] == ["pending", "building", "ready"]
    assert len(said) == len(set(said))


async def test_a_failure_ends_it_with_what_is_known(
    rest: CatalystClient, catalyst: Catalyst
) -> None:
    failure = Failure(message="the Dockerfile failed")
    await catalyst.store.environments.record(snapshot(1, Phase.FAILED, failure=failure))
    screen = Screen(catalyst, [])
    with pytest.raises(PreviewFailedError) as caught:
        await follow(rest, target(), screen.console)
    assert caught.value.environment
    assert caught.value.environment.failure == failure


async def test_a_failure_from_before_a_retry_is_old_news(
    rest: CatalystClient, catalyst: Catalyst
) -> None:
    await catalyst.store.environments.record(snapshot(1, Phase.FAILED))
    screen = Screen(catalyst, [snapshot(2, Phase.BUILDING), serving(3)])
    known = make_revision().number
    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        following = tasks.create_task(follow(rest, target(after=known), screen.console))
        tasks.create_task(screen.show_all())
    assert following.result().serving_commit == COMMIT


async def test_another_commits_preview_is_not_taken_for_ours(
    rest: CatalystClient, catalyst: Catalyst
) -> None:
    other = serving(1).model_copy(update={"commit": "b" * 40})
    await catalyst.store.environments.record(other)
    screen = Screen(catalyst, [])
    ours = Target(*target().key, "c" * 40)
    following = asyncio.create_task(follow(rest, ours, screen.console))
    try:
        said = "ready, waiting for ccccccc"
        await wait_until(lambda: said in screen.text, seconds=10, what=said)
        assert not following.done()
    finally:
        following.cancel()
        await asyncio.wait({following})

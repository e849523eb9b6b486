"""What is in the cache is complete, and is made once."""

import asyncio
from pathlib import Path

import pytest

from deploy.local.cache import ensure_artifact, version_key
from deploy.local.steps import Outcome


def ignore(_: str) -> None:
    """Take no notes."""


async def write(target: Path) -> None:
    (target / "file").write_text("content")


async def test_an_artifact_is_made_once(tmp_path: Path) -> None:
    place = tmp_path / "kind" / "v1"
    assert await ensure_artifact(place, write, note=ignore) is Outcome.DONE
    assert await ensure_artifact(place, write, note=ignore) is Outcome.CACHED
    assert (place / "file").read_text() == "content"


async def test_an_interrupted_one_never_appears_and_is_made_anew(tmp_path: Path) -> None:
    place = tmp_path / "v1"

    async def interrupted(target: Path) -> None:
        (target / "half").touch()
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await ensure_artifact(place, interrupted, note=ignore)
    assert not place.exists()

    await ensure_artifact(place, write, note=ignore)
    assert [path.name for path in place.iterdir()] == ["file"]


async def test_two_runs_at_the_same_time_make_it_once(tmp_path: Path) -> None:
    place = tmp_path / "v1"
    made = 0

    async def slowly(target: Path) -> None:
        nonlocal made
        made += 1
        await asyncio.sleep(0.05)
        await write(target)

    outcomes = await asyncio.gather(
        *(ensure_artifact(place, slowly, note=ignore) for _ in range(3))
    )

    assert made == 1
    assert sorted(outcome.value for outcome in outcomes) == ["cached", "cached", "done"]


def test_keys_differ_when_any_part_differs_also_in_its_borders() -> None:
    assert version_key("ab", "c") != version_key("a", "bc")
    assert version_key("a") == version_key(b"a")

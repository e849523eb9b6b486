"""How often a registry is asked for an image that is being built."""

from itertools import pairwise

import pytest

from activities.build import arrival
from activities.build.arrival import FIRST_PAUSE, SHARE, Arrival
from workflows.errors import RegistryError


class Clock:
    """Stands for the module `time`."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(arrival, "time", clock)
    return clock


@pytest.mark.spec("ENV-031")
async def test_it_has_come_when_the_registry_has_it(clock: Clock) -> None:
    found: list[str | None] = [None, "sha256:1"]

    async def find() -> str | None:
        return found.pop(0)

    looked = Arrival(find)
    assert not await looked.has_come()
    clock.now += FIRST_PAUSE
    assert await looked.has_come()


async def test_the_longer_it_takes_the_less_it_is_asked(clock: Clock) -> None:
    asked: list[float] = []

    async def find() -> str | None:
        asked.append(clock.now)
        return None

    begun, looked = clock.now, Arrival(find)
    while clock.now < begun + 1200:
        assert not await looked.has_come()
        clock.now += 0.1
    assert len(asked) < 150
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert pauses[0] == pytest.approx(FIRST_PAUSE, abs=0.11)
    assert all(
        pause <= FIRST_PAUSE + SHARE * (at - begun) + 0.2
        for pause, at in zip(pauses, asked, strict=False)
    )


@pytest.mark.spec("FR-011")
async def test_a_registry_that_does_not_answer_ends_nothing(clock: Clock) -> None:
    async def find() -> str | None:
        raise RegistryError("no answer")

    assert not await Arrival(find).has_come()

"""API and worker write into the same file at the same time."""

import asyncio
import subprocess
import sys

from activities.store import Store
from tests.support.examples import make_project, make_snapshot

WRITERS = 3
WRITES = 60
_WRITER = """
import asyncio, sys
from activities.store import Store
from tests.support.examples import make_snapshot

async def main(url, first, writes):
    async with Store.open(url) as store:
        for sequence in range(first, first + writes):
            await store.environments.record(make_snapshot(sequence=sequence))
            await store.kept_logs.keep("ns", f"pod-{first}", "web", [str(sequence)])

asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
"""


def test_processes_that_write_at_once_lose_nothing_and_wait_for_each_other(url: str) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, url, str(1 + number * WRITES), str(WRITES)],
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(WRITERS)
    ]
    told = [writer.communicate(timeout=60)[1] for writer in writers]
    assert told == [""] * WRITERS
    found, kept = asyncio.run(_read(url))
    assert found == WRITERS * WRITES
    assert kept == WRITERS


async def _read(url: str) -> tuple[int, int]:
    async with Store.open(url) as store:
        snapshot = await store.environments.get("web-shop", "pr-shop-12")
        assert snapshot is not None
        return snapshot.sequence, len(await store.kept_logs.of_namespace("ns"))


async def test_a_reader_is_not_held_up_by_a_writer(store: Store, url: str) -> None:
    other = Store(url)
    await store.projects.put(make_project())

    async def write() -> None:
        for sequence in range(1, 41):
            await store.environments.record(make_snapshot(sequence=sequence))

    async def read() -> None:
        for _ in range(40):
            assert await other.projects.of_repository(1001) is not None

    await asyncio.gather(write(), read(), read())
    await other.close()

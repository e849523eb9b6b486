"""What was seen alive and when: the evidence that old work had ended before new work began.

Looks many times a second at build pods and at Helm's processes of one environment. A thing's last
sighting is the latest moment at which it certainly still existed.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.e2e.support.cluster import Cluster
from workflows import naming

_EVERY = 0.1
"""Seconds between two looks: short beside the seconds that a build or Helm takes."""


@dataclass
class Sighting:
    """One thing and the times it was seen alive between."""

    kind: str
    """`build` or `helm`."""
    name: str
    revision: str
    """Hash of the revision's id for builds; empty for Helm, which is told apart by time."""
    first: datetime
    last: datetime


class Sightings:
    """Everything seen of one environment."""

    def __init__(self, cluster: Cluster, environment: str, namespace: str) -> None:
        self._cluster = cluster
        self._environment = environment
        self._namespace = namespace
        self._seen: dict[tuple[str, str], Sighting] = {}

    def all(self, kind: str) -> list[Sighting]:
        return [sighting for sighting in self._seen.values() if sighting.kind == kind]

    def builds_of(self, revision: str) -> list[Sighting]:
        """Return the build pods of a revision, by its id."""
        wanted = naming.short_hash(revision)
        return [sighting for sighting in self.all("build") if sighting.revision == wanted]

    def helm_before(self, moment: datetime) -> list[Sighting]:
        """Return Helm's processes that were first seen before that moment."""
        return [sighting for sighting in self.all("helm") if sighting.first < moment]

    async def look(self) -> None:
        """Look once."""
        began = datetime.now(UTC)
        for pod in await self._cluster.build_pods(self._environment):
            if pod["status"].get("phase") in ("Succeeded", "Failed"):
                continue  # its containers have ended; only the record is left
            metadata = pod["metadata"]
            revision = metadata["labels"].get(naming.REVISION_LABEL, "")
            self._note("build", metadata["name"], revision, began)
        helm = str(self._cluster.connection.helm)
        for pid in helm_processes(helm, self._namespace):
            self._note("helm", str(pid), "", datetime.now(UTC))

    def _note(self, kind: str, name: str, revision: str, now: datetime) -> None:
        found = self._seen.setdefault((kind, name), Sighting(kind, name, revision, now, now))
        found.last = now


def helm_processes(helm: str, namespace: str) -> list[int]:
    """Return the processes that run that Helm for that namespace."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            arguments = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if arguments[0] == helm and namespace in arguments:
                found.append(int(entry.name))
    return found


@asynccontextmanager
async def watching(cluster: Cluster, environment: str, namespace: str) -> AsyncIterator[Sightings]:
    """Keep looking while the block runs; a failure to look fails the test."""
    sightings = Sightings(cluster, environment, namespace)
    stop = asyncio.Event()

    async def keep_looking() -> None:
        while not stop.is_set():
            began = time.monotonic()
            await sightings.look()
            with contextlib.suppress(TimeoutError):
                rest = max(0.0, _EVERY - (time.monotonic() - began))
                await asyncio.wait_for(stop.wait(), rest)

    task = asyncio.create_task(keep_looking())
    try:
        yield sightings
    finally:
        stop.set()
        await task

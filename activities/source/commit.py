"""A commit as planning sees it: one round trip for the names of its files, one for the contents that matter."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from activities.documents import (
    MAX_BYTES,
    MAX_FURTHER,
    MAX_ROUNDS,
    MAX_TOTAL,
    Asking,
    build_tree,
    extend_tree,
    paths_read,
)
from activities.source.config import FoundConfig, config_file, read_config
from activities.source.describe import chart_file, describe_chart, describe_directory, describe_file
from activities.source.index import Index, Kind, is_utf8
from activities.source.notes import MAX_ATTRIBUTES, MAX_LINKS, attribute_files, notes
from activities.source.objects import Objects
from workflows.models import RepositoryFacts, RepositoryTree
from workflows.planning.plans import Settled
from workflows.repo_config import FILE_NAME

_MAX_LINK = 4095
"""Bytes of a link's text; longer ones lead nowhere (PATH_MAX)."""


@dataclass(frozen=True)
class CommitFiles:
    """What was read of a commit."""

    commit: str
    index: Index = field(repr=False)
    tree: RepositoryTree = field(repr=False)
    found: FoundConfig
    notes: tuple[str, ...]
    """What people should know of the files, as full sentences."""
    objects: Objects = field(repr=False)

    async def facts(self, settled: Settled) -> RepositoryFacts:
        """The description that a way to deploy asks for."""
        oids = [chart_file(self.index, path) for path in settled.charts]
        await self.objects.read(oids, total=len(oids) * MAX_BYTES)
        content = self.objects.content
        listed = [describe_directory(self.index, path) for path in settled.directories]
        return RepositoryFacts(
            commit=self.commit,
            charts=tuple(describe_chart(self.index, path, content) for path in settled.charts),
            files=(
                *(describe_file(self.index, path) for path in settled.files),
                *(facts for directory in listed for facts in directory),
            ),
        )

    async def completed(self, asking: Asking) -> "CommitFiles":
        """With the files that its compose files ask for, each round in one round trip. Raises GitHubError."""
        tree = self.tree
        for _ in range(MAX_ROUNDS):
            asked = await asyncio.to_thread(asking, tree)
            if not asked:
                break
            oids = [self.index.oid(path) for path in asked]
            await self.objects.read(oids, total=MAX_FURTHER)
            tree = await asyncio.to_thread(
                extend_tree, tree, asked, lambda path: self.objects.content(self.index.oid(path))
            )
        return replace(self, tree=tree)


async def read_commit(objects: Objects, commit: str, *, chart: str = "") -> CommitFiles:
    """Read a commit whose names were fetched. The `Chart.yaml` of `chart` will probably be asked for.

    Raises PlanError naming everything that is wrong with `.catalyst.yaml`, GitHubError.
    """
    index = await _linked(objects, await objects.index(commit), chart)
    known = _known(index)
    config = config_file(index)
    first = [config, *_first(index, chart)]
    texts = [index.oid(path) for path in paths_read(known)]
    await objects.read([*first, *texts], total=MAX_TOTAL + len(first) * MAX_BYTES)
    return CommitFiles(
        commit=commit,
        index=index,
        # On a thread of its own: parsing takes seconds at worst, and the activity has to beat meanwhile.
        tree=await asyncio.to_thread(
            build_tree, known, lambda path: objects.content(index.oid(path))
        ),
        found=read_config(objects.content(config)) if config else FoundConfig(None),
        notes=notes(index, await _kept_in_lfs(objects, index, commit)),
        objects=objects,
    )


async def _linked(objects: Objects, index: Index, chart: str) -> Index:
    """The index with its links read; in the same round trip comes what is read without following any."""
    links = [index.entries[path].oid for path in index.links[:MAX_LINKS]]
    if not links:
        return index
    texts = [index.oid(path) for path in paths_read(index.files)]
    await objects.fetch([*links, index.oid(FILE_NAME), *_first(index, chart), *texts])
    await objects.read(links, total=len(links) * _MAX_LINK)
    targets = {oid: objects.content(oid) for oid in links}
    return index.with_targets(
        {
            oid: target.decode(errors="surrogateescape")
            for oid, target in targets.items()
            if len(target) <= _MAX_LINK and b"\0" not in target
        }
    )


def _known(index: Index) -> Sequence[str]:
    """Regular files, and links that lead to one inside of the repository."""
    links = (path for path in index.links[:MAX_LINKS] if is_utf8(path))
    return [*index.files, *(path for path in links if index.resolve(path).kind is Kind.FILE)]


def _first(index: Index, chart: str) -> Iterable[str]:
    """Hashes of what is read whatever the repository is."""
    attributes = attribute_files(index)[:MAX_ATTRIBUTES]
    return [chart_file(index, chart), *(index.oid(path) for path in attributes)]


async def _kept_in_lfs(objects: Objects, index: Index, commit: str) -> Sequence[str]:
    """Paths of files that Git LFS keeps; none where too many files say which those are."""
    attributes = attribute_files(index)
    is_asked = any(
        b"filter=lfs" in objects.content(index.oid(path)) for path in attributes[:MAX_ATTRIBUTES]
    )
    if not is_asked or len(attributes) > MAX_ATTRIBUTES:
        return ()
    return await objects.with_filter(commit, index.files, "lfs")

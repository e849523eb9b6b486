"""A commit's paths -> facts for planning. No link is followed out of the repository."""

import posixpath
from collections.abc import Callable

from activities.source.chart import is_inside, read_chart
from activities.source.index import Index, Kind
from workflows.models import ChartFacts, FileFacts

Read = Callable[[str], bytes]
"""The beginning of the content with that hash."""
_MANIFESTS = (".yaml", ".yml", ".json")
_BAD_LINK = {
    Kind.OUTSIDE: "this link leads out of the repository",
    Kind.NOWHERE: "this link leads nowhere",
}


def chart_file(index: Index, path: str) -> str:
    """Hash of the chart's `Chart.yaml`; empty when there is none."""
    return index.oid(posixpath.join(path, "Chart.yaml")) if is_inside(path) else ""


def describe_chart(index: Index, path: str, read: Read) -> ChartFacts:
    """The chart in the directory `path`."""
    place = index.resolve(path)
    if not is_inside(path) or place.kind is Kind.OUTSIDE:
        return ChartFacts(path=path, is_present=False, is_inside=False)
    if place.kind is not Kind.DIRECTORY:
        return ChartFacts(path=path, is_present=False)
    for link, kind in index.bad_links(place.path):
        name = posixpath.normpath(posixpath.join(path, link))
        return ChartFacts(path=path, is_present=True, error=f"{name}: {_BAD_LINK[kind]}")
    oid = chart_file(index, path)
    return read_chart(read(oid), path) if oid else ChartFacts(path=path, is_present=False)


def describe_file(index: Index, path: str) -> FileFacts:
    """The file or directory `path`."""
    place = index.resolve(path)
    if not is_inside(path) or place.kind is Kind.OUTSIDE:
        return FileFacts(path=path, is_present=False, is_inside=False)
    return FileFacts(path=path, is_present=place.kind is not Kind.NOWHERE)


def describe_directory(index: Index, path: str) -> list[FileFacts]:
    """The path itself, and, of a directory, the files directly in it that can be manifests, by name."""
    facts = [describe_file(index, path)]
    place = index.resolve(path)
    for name in index.names(place.path):
        if name.startswith(".") or not name.endswith(_MANIFESTS):
            continue
        kind = index.resolve(posixpath.join(place.path, name)).kind
        if kind is not Kind.DIRECTORY:
            below = posixpath.normpath(posixpath.join(path, name))
            # The name is there even where it leads out: it must be refused, not overlooked.
            is_there, is_within = kind is not Kind.NOWHERE, kind is not Kind.OUTSIDE
            facts.append(FileFacts(path=below, is_present=is_there, is_inside=is_within))
    return facts

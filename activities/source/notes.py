"""What people should know of a commit's files before they wonder: what is not fetched, not followed, or not looked at."""

from collections.abc import Iterable, Sequence

from activities.source.config import misnamed
from activities.source.index import Index, Kind, is_utf8
from workflows.planning.detection import MAX_PATHS
from workflows.repo_config import FILE_NAME

MAX_LINKS = 5_000
"""Links that are followed, those nearest to the root. Repositories have a few, those with checked-in packages hundreds."""
MAX_ATTRIBUTES = 100
"""Files called `.gitattributes` that are read, those nearest to the root; one is usual."""
_MAX_NAMED = 3
"""Paths named in a note; the rest is counted."""
_MAX_SHOWN = 160
"""Characters of a path that a note shows."""


def attribute_files(index: Index) -> list[str]:
    """What can say that files are kept in Git LFS, those nearest to the root first."""
    found = (path for path in index.files if path.rpartition("/")[2] == ".gitattributes")
    return sorted(found, key=lambda path: (path.count("/"), path))


def notes(index: Index, lfs: Sequence[str]) -> tuple[str, ...]:
    """Full sentences; `lfs` are the paths that the repository keeps in Git LFS."""
    return (
        *_of_config(index),
        *_of_links(index),
        *_named(
            index.submodules,
            "is a submodule; submodules are not fetched, so it is empty in a preview.",
            "are submodules; submodules are not fetched, so they are empty in a preview.",
        ),
        *_named(
            lfs,
            "is kept in Git LFS, which is not fetched: a preview gets the pointer instead of the file.",
            "are kept in Git LFS, which is not fetched: a preview gets pointers instead of the files.",
        ),
        *_of_attributes(index),
        *_of_names(index),
    )


def _of_config(index: Index) -> list[str]:
    return [
        f"`{name}` is not read: the configuration file is called `{FILE_NAME}`. Rename it."
        for name in misnamed(index)
    ]


def _of_links(index: Index) -> list[str]:
    outside, nowhere = [], []
    for link in index.links[:MAX_LINKS]:
        kind = index.resolve(link).kind
        if kind is Kind.OUTSIDE:
            outside.append(link)
        elif kind is Kind.NOWHERE:
            nowhere.append(link)
    rest = len(index.links) - MAX_LINKS
    return [
        *_named(
            outside,
            "leads out of the repository and is not followed.",
            "lead out of the repository and are not followed.",
        ),
        *_named(nowhere, "is a link that leads nowhere.", "are links that lead nowhere."),
        *(
            [f"The repository has {len(index.links):,} links; the last {rest:,} are not followed."]
            if rest > 0
            else []
        ),
    ]


def _of_attributes(index: Index) -> list[str]:
    count = len(attribute_files(index))
    if count <= MAX_ATTRIBUTES:
        return []
    return [
        f"There are {count:,} files called `.gitattributes`: whether Git LFS is used was not looked at."
    ]


def _of_names(index: Index) -> list[str]:
    found = []
    odd = sum(not is_utf8(path) for path in index.entries)
    if odd:
        left_out = "1 file is" if odd == 1 else f"{odd:,} files are"
        found.append(f"{left_out} left out, for a name that is not UTF-8.")
    if len(index.files) > MAX_PATHS:
        found.append(
            f"The repository has {len(index.files):,} files; only the {MAX_PATHS:,} nearest to its root are looked at."
        )
    return found


def _named(paths: Iterable[str], one: str, many: str) -> list[str]:
    """A sentence about these paths; none when there are none."""
    named = sorted(filter(is_utf8, paths))
    if not named:
        return []
    shown = ", ".join(f"`{_printable(path)}`" for path in named[:_MAX_NAMED])
    rest = len(named) - _MAX_NAMED
    subject = f"{shown} and {rest:,} more" if rest > 0 else shown
    return [f"{subject} {one if len(named) == 1 else many}"]


def _printable(path: str) -> str:
    """On one line, whatever the name holds."""
    plain = "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in path
    )
    return plain if len(plain) <= _MAX_SHOWN else plain[: _MAX_SHOWN - 1] + "…"

"""The paths of a commit and where its links lead, worked out from Git's own list: no file is ever on disk."""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

_LINK = "120000"
_SUBMODULE = "160000"
"""Git's modes of a symbolic link and of a commit of another repository."""
_MAX_HOPS = 40
"""Links followed on the way to one file, as Linux does it (path_resolution(7))."""
_MAX_STEPS = 500
"""Names passed on the way: links of a thousand names each could keep a worker busy."""


class Kind(StrEnum):
    """What stands at the end of a path."""

    FILE = "file"
    DIRECTORY = "directory"
    OUTSIDE = "outside"
    """Out of the repository, or in its `.git`."""
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class Entry:
    """One line of the list: Git's mode and the hash of the content."""

    mode: str
    oid: str


@dataclass(frozen=True)
class Place:
    """The end of a path, all links followed. `path` is `.` for the root, and empty where there is nothing."""

    kind: Kind
    path: str = ""


@dataclass(frozen=True)
class Index:
    """Every file, link and submodule of a commit. Names that are not UTF-8 hold surrogates."""

    entries: Mapping[str, Entry]
    targets: Mapping[str, str]
    """Hash of a link to the text of it; links without one lead nowhere."""

    @classmethod
    def parse(cls, listing: bytes) -> "Index":
        """From the output of `git ls-tree -r -z --full-tree`."""
        entries = {}
        for line in listing.decode(errors="surrogateescape").split("\0"):
            facts, separator, path = line.partition("\t")
            if separator:
                mode, _, oid = facts.split(" ", 2)
                entries[path] = Entry(mode, oid)
        return cls(entries, {})

    def with_targets(self, targets: Mapping[str, str]) -> "Index":
        return replace(self, targets=targets)

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Regular files whose names are UTF-8."""
        special = (_LINK, _SUBMODULE)
        return tuple(
            path
            for path, entry in self.entries.items()
            if entry.mode not in special and is_utf8(path)
        )

    @cached_property
    def links(self) -> tuple[str, ...]:
        """Links, those nearest to the root first."""
        found = (path for path, entry in self.entries.items() if entry.mode == _LINK)
        return tuple(sorted(found, key=lambda path: (path.count("/"), path)))

    @cached_property
    def submodules(self) -> tuple[str, ...]:
        return tuple(path for path, entry in self.entries.items() if entry.mode == _SUBMODULE)

    @cached_property
    def _children(self) -> Mapping[str, frozenset[str]]:
        """Directory (`.` for the root) to the names in it. Git has no empty directories, submodules aside."""
        children: dict[str, set[str]] = {".": set()}
        for path, entry in self.entries.items():
            _add(children, path)
            if entry.mode == _SUBMODULE:
                children.setdefault(path, set())
        return {folder: frozenset(names) for folder, names in children.items()}

    def names(self, folder: str) -> list[str]:
        """Names of what stands directly in a directory, sorted."""
        return sorted(self._children.get(folder, ()))

    def resolve(self, path: str) -> Place:
        """Where a path written relative to the root leads, links followed as the kernel would."""
        done: list[str] = []
        rest = [part for part in path.split("/")[::-1] if part not in ("", ".")]
        hops = steps = 0
        while rest:
            part = rest.pop()
            steps += 1
            if part in ("", ".", ".."):
                if part == ".." and not done:
                    return Place(Kind.OUTSIDE)
                if "/".join(done or ".") not in self._children:
                    return Place(Kind.NOWHERE)
                if part == "..":
                    done.pop()
                continue
            entry = self.entries.get("/".join((*done, part)))
            if entry is None or entry.mode != _LINK:
                done.append(part)
                continue
            hops += 1
            target = self.targets.get(entry.oid)
            if not target or hops > _MAX_HOPS or steps > _MAX_STEPS:
                return Place(Kind.NOWHERE)
            if target.startswith("/"):
                return Place(Kind.OUTSIDE)
            rest += target.split("/")[::-1]
        return self._place(done)

    def _place(self, parts: list[str]) -> Place:
        if parts[:1] == [".git"]:
            return Place(Kind.OUTSIDE)
        path = "/".join(parts) or "."
        if path in self._children:
            return Place(Kind.DIRECTORY, path)
        return Place(Kind.FILE, path) if path in self.entries else Place(Kind.NOWHERE)

    def oid(self, path: str) -> str:
        """Hash of the content that is read under that path; empty when it is no file."""
        place = self.resolve(path)
        return self.entries[place.path].oid if place.kind is Kind.FILE else ""

    def bad_links(self, folder: str) -> Iterator[tuple[str, Kind]]:
        """Links that a reader of a directory would meet and that lead outside or nowhere, relative to it.

        `folder` is a directory without links in its own path. Links to directories are followed, as Helm follows them.
        """
        waiting, seen = [(".", folder)], {folder}
        while waiting:
            shown, real = waiting.pop(0)
            for link in self._links_below(real):
                name = posixpath.normpath(posixpath.join(shown, posixpath.relpath(link, real)))
                place = self.resolve(link)
                if place.kind in (Kind.OUTSIDE, Kind.NOWHERE):
                    yield name, place.kind
                elif place.kind is Kind.DIRECTORY and place.path not in seen:
                    seen.add(place.path)
                    waiting.append((name, place.path))

    def _links_below(self, folder: str) -> Iterable[str]:
        start = "" if folder == "." else f"{folder}/"
        return sorted(path for path in self.links if path.startswith(start))


def is_utf8(path: str) -> bool:
    """Whether a name can be shown and sent: it holds no bytes that were no characters."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _add(children: dict[str, set[str]], path: str) -> None:
    """The path and all directories above it."""
    while path != ".":
        folder, _, name = path.rpartition("/")
        folder = folder or "."
        is_known = folder in children
        children.setdefault(folder, set()).add(name)
        if is_known:
            return
        path = folder

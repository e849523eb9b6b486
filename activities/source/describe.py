"""A checked-out commit -> facts for planning. Nothing of the repository is executed, and no link is followed out of it."""

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from activities.git import escaping_links
from activities.source.chart import is_inside, read_chart
from workflows.models import ChartFacts, FileFacts

_LINK = "120000"
"""Git's mode of a symbolic link."""


@dataclass(frozen=True)
class Index:
    """Every path of a commit with its mode, whether checked out or not: `git ls-files --stage -z`."""

    modes: Mapping[str, str]

    @classmethod
    def parse(cls, listing: bytes) -> "Index":
        entries = listing.decode(errors="surrogateescape").split("\0")
        modes = {}
        for entry in filter(None, entries):
            facts, _, path = entry.partition("\t")
            modes[path] = facts.split(" ")[0]
        return cls(modes)

    def holds(self, path: str) -> bool:
        """Whether there is a file or directory of that name."""
        plain = posixpath.normpath(path)
        below = f"{plain}/"
        return plain == "." or plain in self.modes or any(p.startswith(below) for p in self.modes)

    def has_links(self, path: str, *, below: bool = False) -> bool:
        """Whether `path` passes through a link, or, with `below`, one lies in that directory."""
        plain = posixpath.normpath(path)
        parts = plain.split("/")
        prefixes = {"/".join(parts[: count + 1]) for count in range(len(parts))}
        if any(self.modes.get(prefix) == _LINK for prefix in prefixes):
            return True
        start = "" if plain == "." else f"{plain}/"
        return below and any(
            mode == _LINK and name.startswith(start) for name, mode in self.modes.items()
        )


def describe_chart(root: Path, path: str) -> ChartFacts:
    """The chart in `root/path`, links resolved; `root` must hold everything that they lead to."""
    if not is_inside(path) or _leads_out(root, path):
        return ChartFacts(path=path, is_present=False, is_inside=False)
    links = sorted(escaping_links(root, posixpath.normpath(path)))
    if links:
        error = f"{links[0]}: this link leads out of the repository"
        return ChartFacts(path=path, is_present=True, error=error)
    file = root / path / "Chart.yaml"
    if not file.exists():
        return ChartFacts(path=path, is_present=False)
    return read_chart(file, path)


def describe_file(root: Path, path: str) -> FileFacts:
    """The file or directory `root/path`, links resolved; `root` must hold everything that they lead to."""
    if not is_inside(path) or _leads_out(root, path):
        return FileFacts(path=path, is_present=False, is_inside=False)
    return FileFacts(path=path, is_present=(root / path).exists())


def list_file(index: Index, path: str) -> FileFacts:
    """The same from the commit's list of paths alone; right where `path` passes through no link."""
    if not is_inside(path):
        return FileFacts(path=path, is_present=False, is_inside=False)
    return FileFacts(path=path, is_present=index.holds(path))


def needs_links(index: Index, charts: Sequence[str], files: Sequence[str]) -> bool:
    """Whether any answer depends on where a link leads."""
    return any(index.has_links(path, below=True) for path in charts if is_inside(path)) or any(
        index.has_links(path) for path in files if is_inside(path)
    )


def _leads_out(root: Path, path: str) -> bool:
    base = root.resolve()
    try:
        real = (root / path).resolve()
    except (OSError, RuntimeError):  # a loop of links
        return True
    return not real.is_relative_to(base) or real.is_relative_to(base / ".git")

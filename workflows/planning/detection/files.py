"""A tree, indexed for questions by directory; values of foreign documents, narrowed without raising."""

import posixpath
import re
from collections.abc import Callable, Iterator

from pydantic import JsonValue

from workflows.models import RepositoryTree
from workflows.planning.detection.interest import MAX_PATHS

ROOT = "."
MAX_QUOTED = 160
"""Characters of a command or a name that a reason repeats."""


_SHELL_SAFE = re.compile(r"[\w./+@-]+", re.ASCII)


class Files:
    """Answers by path and by directory. Paths that lead out of the tree, or cannot be printed, do not exist."""

    def __init__(self, tree: RepositoryTree) -> None:
        self._tree = tree
        ordered = sorted({each for each in tree.paths if _is_plain(each)}, key=_shallow_first)
        self.is_cut = len(ordered) > MAX_PATHS
        self.paths = tuple(ordered[:MAX_PATHS])
        self._known = frozenset(self.paths)
        self._names: dict[str, set[str]] = {ROOT: set()}
        self._folders: dict[str, set[str]] = {ROOT: set()}
        for path in self.paths:
            self._add(path)
        self._read: dict[str, list[str]] = {}
        for path in sorted(self._known.intersection(tree.texts), key=_shallow_first):
            for folder in _ancestors(folder_of(path)):
                self._read.setdefault(folder, []).append(path)

        self._answers: dict[str, list[str]] = {}

    def once(self, question: str, answer: Callable[[], list[str]]) -> list[str]:
        """An answer that is asked for from many directories, worked out the first time."""
        if question not in self._answers:
            self._answers[question] = answer()
        return self._answers[question]

    def _add(self, path: str) -> None:
        folder, name = folder_of(path), name_of(path)
        while folder not in self._names:
            self._names[folder] = set()
            self._folders.setdefault(folder, set())
            parent = folder_of(folder)
            is_new = parent not in self._names
            self._folders.setdefault(parent, set()).add(name_of(folder))
            if not is_new:
                break
            folder = parent
        self._names[folder_of(path)].add(name)

    def has(self, path: str) -> bool:
        return path in self._known

    def is_folder(self, folder: str) -> bool:
        return folder in self._names

    def names(self, folder: str) -> set[str]:
        """Names of the files directly in a directory."""
        return self._names.get(folder, set())

    def folders(self, folder: str) -> list[str]:
        """Names of the directories directly in a directory, sorted."""
        return sorted(self._folders.get(folder, ()))

    def text(self, path: str) -> str:
        return self._tree.texts.get(path, "") if path in self._known else ""

    def mapping(self, path: str) -> dict[str, JsonValue]:
        """The document, as far as it is a mapping."""
        return mapping(self._tree.documents.get(path)) if path in self._known else {}

    def problem(self, path: str) -> str:
        """Why a document is of no use; empty when it is."""
        if problem := self._tree.problems.get(path, ""):
            return shorten(problem)
        value = self._tree.documents.get(path)
        if value is None:
            return "it is empty or was not read"
        return "" if isinstance(value, dict) else "its top level is not a mapping"

    def read_under(self, folder: str) -> list[str]:
        """Paths with a text below a directory, the shallowest first."""
        return self._read.get(folder, [])


def join(folder: str, name: str) -> str:
    return name if folder == ROOT else f"{folder}/{name}"


def folder_of(path: str) -> str:
    return path.rpartition("/")[0] or ROOT


def name_of(path: str) -> str:
    return path.rpartition("/")[2]


def depth_below(path: str, folder: str) -> int:
    """Directories between a directory and a file below it."""
    return path.count("/") - (0 if folder == ROOT else folder.count("/") + 1)


def resolve(folder: str, relative: str) -> str:
    """A path written in a file of `folder`; empty when it leads out of the repository."""
    if not relative or relative.startswith("/") or not relative.isprintable():
        return ""
    path = posixpath.normpath(posixpath.join(folder, relative))
    return "" if path == ".." or path.startswith("../") else path


def is_shell_safe(path: str) -> bool:
    """Whether a path can stand in a command as it is."""
    return _SHELL_SAFE.fullmatch(path) is not None and not path.startswith("-")


def mapping(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def string(value: JsonValue) -> str:
    """Strings as they are, numbers as written; everything else is as good as nothing."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def strings(value: JsonValue) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def shorten(text: str, limit: int = MAX_QUOTED) -> str:
    """On one line, and no longer than a sentence can carry."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def _is_plain(path: str) -> bool:
    if not path or not path.isprintable():
        return False
    if "//" not in path and "." not in path:
        return not path.startswith("/") and not path.endswith("/")
    return all(part not in ("", ".", "..") for part in path.split("/"))


def _shallow_first(path: str) -> tuple[int, str]:
    return path.count("/"), path


def _ancestors(folder: str) -> Iterator[str]:
    yield folder
    while folder != ROOT:
        folder = folder_of(folder)
        yield folder

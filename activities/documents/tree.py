"""The files of a commit or a checkout -> the tree that detection reads."""

from collections.abc import Callable, Iterable

from pydantic import JsonValue

from activities.documents.document import MAX_BYTES, DocumentError
from activities.documents.reading import read_document
from activities.documents.text import TextError, decode
from workflows.models import RepositoryTree
from workflows.planning.detection import MAX_PATHS, document_format, is_of_interest

Read = Callable[[str], bytes]
"""Path to the content of the file, or to its first `MAX_BYTES` and at least one more. Raises OSError."""

MAX_READ = 1_000
"""Files that are opened, those nearest to the root first: real monorepos have a few hundred of interest."""
MAX_TOTAL = 8 * 2**20
"""Bytes of all of them: ten times what large monorepos have, and some 15 s of reading when they mean ill."""


def build_tree(paths: Iterable[str], read: Read) -> RepositoryTree:
    """The tree of regular files `paths` (POSIX, relative to the root). What cannot be read is named, not raised."""
    known = _nearest(paths)
    asked = list(filter(is_of_interest, known))
    found = _Found()
    for position, path in enumerate(asked):
        if position >= MAX_READ or found.size > MAX_TOTAL:
            rest = len(asked) - position
            found.problems[path] = f"was not read, and {rest - 1} files after it: too much to read"
            break
        found.add(path, read)
    return RepositoryTree(
        paths=tuple(sorted(known)),
        texts=found.texts,
        documents=found.documents,
        problems=found.problems,
    )


def paths_read(paths: Iterable[str]) -> list[str]:
    """Those of `paths` that `build_tree` reads, in its order, unless they hold more than `MAX_TOTAL`."""
    return list(filter(is_of_interest, _nearest(paths)))[:MAX_READ]


def _nearest(paths: Iterable[str]) -> list[str]:
    return sorted(set(paths), key=_nearest_first)[:MAX_PATHS]


class _Found:
    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.documents: dict[str, JsonValue] = {}
        self.problems: dict[str, str] = {}
        self.size = 0

    def add(self, path: str, read: Read) -> None:
        try:
            data = read(path)
            is_cut = len(data) > MAX_BYTES
            self.size += min(len(data), MAX_BYTES)
            self.texts[path] = decode(data[:MAX_BYTES], is_cut=is_cut)
            if is_cut and document_format(path):
                self.problems[path] = f"is larger than {MAX_BYTES // 1024} KiB"
            elif document_format(path):
                self.documents[path] = read_document(self.texts[path], path).value
        except OSError as error:
            self.problems[path] = f"cannot be read ({error.strerror or type(error).__name__})"
        except TextError as error:
            self.problems[path] = str(error)
        except DocumentError as error:
            self.problems[path] = f"line {error.line}, column {error.column}: {error.problem}"


def _nearest_first(path: str) -> tuple[int, str]:
    return (path.count("/"), path)

"""The files of a commit or a checkout -> the tree that detection reads."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from pydantic import JsonValue

from activities.documents.document import MAX_BYTES, Document, DocumentError, Mark, Node
from activities.documents.reading import read_document
from activities.documents.text import TextError, decode
from workflows.models import RepositoryTree
from workflows.planning.compose.reading.parts import escaped
from workflows.planning.compose.reading.resets import TAGS
from workflows.planning.detection import MAX_PATHS, document_format, is_compose, is_of_interest

Read = Callable[[str], bytes]
"""Path to the content of the file, or to its first `MAX_BYTES` and at least one more. Raises OSError."""

MAX_READ = 1_000
"""Files that are opened, those nearest to the root first: real monorepos have a few hundred of interest."""
MAX_TOTAL = 8 * 2**20
"""Bytes of all of them: ten times what large monorepos have, and some 15 s of reading when they mean ill."""


MAX_FURTHER = 2 * 2**20
"""Bytes of the files that compose files ask for in one round."""
MAX_ROUNDS = 4
"""A file that includes a file that asks for a third is three."""
Asking = Callable[[RepositoryTree], Mapping[str, bool]]
"""A tree to the paths that it lacks; whether each is a compose file."""


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
        lines=found.lines,
        tags=found.tags,
        problems=found.problems,
    )


def complete_tree(tree: RepositoryTree, asking: Asking, read: Read) -> RepositoryTree:
    """The tree with the files that the compose files of it ask for, those that these ask for, and so on."""
    for _ in range(MAX_ROUNDS):
        asked = asking(tree)
        if not asked:
            break
        tree = extend_tree(tree, asked, read)
    return tree


def extend_tree(tree: RepositoryTree, asked: Mapping[str, bool], read: Read) -> RepositoryTree:
    """The tree with further files of it; `asked`: path to whether it is a compose file."""
    found = _Found()
    for path, is_document in asked.items():
        if found.size > MAX_FURTHER:
            found.problems[path] = "was not read: too much to read"
        else:
            found.add(path, read, is_compose_file=is_document, is_text=not is_document)
    return tree.model_copy(
        update={
            "texts": {**tree.texts, **found.texts},
            "documents": {**tree.documents, **found.documents},
            "lines": {**tree.lines, **found.lines},
            "tags": {**tree.tags, **found.tags},
            "problems": {**tree.problems, **found.problems},
        }
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
        self.lines: dict[str, dict[str, int]] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.problems: dict[str, str] = {}
        self.size = 0

    def add(
        self, path: str, read: Read, *, is_compose_file: bool = False, is_text: bool = False
    ) -> None:
        """`is_text`: no parser reads it, whatever its name."""
        try:
            data = read(path)
            is_cut = len(data) > MAX_BYTES
            self.size += min(len(data), MAX_BYTES)
            self.texts[path] = decode(data[:MAX_BYTES], is_cut=is_cut)
            if is_cut and (is_text or document_format(path)):
                self.problems[path] = f"is larger than {MAX_BYTES // 1024} KiB"
            elif is_compose_file or (not is_text and document_format(path)):
                with_lines = is_compose_file or is_compose(path)
                document = read_document(self.texts[path], path, tags=TAGS if with_lines else ())
                self.documents[path] = document.value
                if with_lines:
                    self.lines[path] = lines_of(document)
                    self._note_tags(path, document)
        except OSError as error:
            self.problems[path] = f"cannot be read ({error.strerror or type(error).__name__})"
        except TextError as error:
            self.problems[path] = str(error)
        except DocumentError as error:
            self.problems[path] = f"line {error.line}, column {error.column}: {error.problem}"

    def _note_tags(self, path: str, document: Document) -> None:
        if found := {pointer: node.tag for pointer, _, node in _values(document) if node.tag}:
            self.tags[path] = found


def lines_of(document: Document) -> dict[str, int]:
    """JSON pointers of all values to their lines."""
    return {pointer: mark.line for pointer, mark, _ in _values(document)}


def _values(document: Document) -> Iterator[tuple[str, Mark, Node]]:
    """All of them, each with its JSON pointer and where it stands."""
    waiting = [("", document.root.mark, document.root)]
    while waiting:
        pointer, mark, node = waiting.pop()
        yield pointer, mark, node
        steps = [*(node.entries or ()), *range(len(node.items or ()))]
        for step in steps:
            where, child = node.child(step) or (document.root.mark, document.root)
            waiting.append((f"{pointer}/{escaped(str(step))}", where, child))


def _nearest_first(path: str) -> tuple[int, str]:
    return (path.count("/"), path)

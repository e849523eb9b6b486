"""The files of a commit or a checkout -> the tree that detection reads."""

from collections.abc import Callable, Iterable

from pydantic import JsonValue

from activities.documents.document import MAX_BYTES, DocumentError
from activities.documents.reading import read_document
from activities.documents.text import TextError, decode
from workflows.models.repository import RepositoryTree
from workflows.planning.detection import MAX_PATHS, document_format, is_of_interest

Read = Callable[[str], bytes]
"""Path to the content of the file, or to its first `MAX_BYTES` and at least one more. Raises OSError."""

MAX_READ = 1_000
"""Files that are opened, those nearest to the root first: real monorepos have a few hundred of interest."""


def build_tree(paths: Iterable[str], read: Read) -> RepositoryTree:
    """The tree of regular files `paths` (POSIX, relative to the root). What cannot be read is named, not raised."""
    known = sorted(sorted(set(paths), key=_nearest_first)[:MAX_PATHS])
    asked = sorted(filter(is_of_interest, known), key=_nearest_first)
    texts: dict[str, str] = {}
    documents: dict[str, JsonValue] = {}
    problems: dict[str, str] = {}
    for path in asked[:MAX_READ]:
        try:
            data = read(path)
            is_cut = len(data) > MAX_BYTES
            texts[path] = decode(data[:MAX_BYTES], is_cut=is_cut)
            if is_cut and document_format(path):
                problems[path] = f"is larger than {MAX_BYTES // 1024} KiB"
            elif document_format(path):
                documents[path] = read_document(texts[path], path).value
        except OSError as error:
            problems[path] = f"cannot be read ({error.strerror or type(error).__name__})"
        except TextError as error:
            problems[path] = str(error)
        except DocumentError as error:
            problems[path] = f"line {error.line}, column {error.column}: {error.problem}"
    if len(asked) > MAX_READ:
        rest = len(asked) - MAX_READ
        problems[asked[MAX_READ]] = f"and {rest - 1} files after it were not read: too many"
    return RepositoryTree(paths=tuple(known), texts=texts, documents=documents, problems=problems)


def _nearest_first(path: str) -> tuple[int, str]:
    return (path.count("/"), path)

"""Texts of a repository, read without trusting them: JSON values that know where they were written."""

from activities.documents.document import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_NODES,
    MAX_TEXT,
    Document,
    DocumentError,
    Mark,
    Path,
)
from activities.documents.reading import read_document, read_documents
from activities.documents.text import TextError, decode
from activities.documents.tree import (
    MAX_FURTHER,
    MAX_ROUNDS,
    MAX_TOTAL,
    Asking,
    build_tree,
    complete_tree,
    extend_tree,
    paths_read,
)

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_FURTHER",
    "MAX_NODES",
    "MAX_ROUNDS",
    "MAX_TEXT",
    "MAX_TOTAL",
    "Asking",
    "Document",
    "DocumentError",
    "Mark",
    "Path",
    "TextError",
    "build_tree",
    "complete_tree",
    "decode",
    "extend_tree",
    "paths_read",
    "read_document",
    "read_documents",
]

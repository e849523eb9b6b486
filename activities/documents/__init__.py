"""Texts of a repository, read without trusting them: JSON values that know where they were written."""

from activities.documents.document import (
    MAX_BYTES,
    MAX_DEPTH,
    MAX_NODES,
    Document,
    DocumentError,
    Mark,
    Path,
)
from activities.documents.reading import read_document, read_documents
from activities.documents.text import TextError, decode
from activities.documents.tree import MAX_TOTAL, build_tree, paths_read

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_NODES",
    "MAX_TOTAL",
    "Document",
    "DocumentError",
    "Mark",
    "Path",
    "TextError",
    "build_tree",
    "decode",
    "paths_read",
    "read_document",
    "read_documents",
]

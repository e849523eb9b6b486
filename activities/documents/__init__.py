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
from activities.documents.reading import read_document
from activities.documents.text import TextError, decode
from activities.documents.tree import build_tree

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_NODES",
    "Document",
    "DocumentError",
    "Mark",
    "Path",
    "TextError",
    "build_tree",
    "decode",
    "read_document",
]

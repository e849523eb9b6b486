"""A repository's files -> what runs it, and why (ENV-006 to 009, 011, 024). Nothing of a repository is executed."""

from workflows.planning.detection.interest import (
    MAX_DEPTH,
    MAX_PATHS,
    Format,
    document_format,
    is_compose,
    is_of_interest,
)
from workflows.planning.detection.understanding import NO_PORT, understand

__all__ = [
    "MAX_DEPTH",
    "MAX_PATHS",
    "NO_PORT",
    "Format",
    "document_format",
    "is_compose",
    "is_of_interest",
    "understand",
]

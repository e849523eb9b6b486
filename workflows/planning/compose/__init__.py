"""Docker Compose files: read as Compose reads them, and translated for a preview (ENV-012)."""

from workflows.planning.compose.reading.asking import asked_files
from workflows.planning.compose.translating import compose
from workflows.planning.compose.wishes import Composed, Piece, Wishes

__all__ = ["Composed", "Piece", "Wishes", "asked_files", "compose"]

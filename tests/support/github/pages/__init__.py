"""Pages for people: what GitHub would show, with the buttons one plays with."""

from __future__ import annotations

from tests.support.github.pages.routes import missing, routes

__all__ = ["missing", "routes"]

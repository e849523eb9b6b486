"""Texts people read on GitHub: comment, check run, deployment. Pure; nothing untrusted gets out of its place."""

from workflows.rendering.checks import CheckOutput, deployment_description, render_check
from workflows.rendering.comment import (
    MAX_COMMENT,
    how_it_went,
    is_current,
    render_comment,
    what_it_shows,
)
from workflows.rendering.links import Links
from workflows.rendering.text import code, duration, escape, fence, plain, when

__all__ = [
    "MAX_COMMENT",
    "CheckOutput",
    "Links",
    "code",
    "deployment_description",
    "duration",
    "escape",
    "fence",
    "how_it_went",
    "is_current",
    "plain",
    "render_check",
    "render_comment",
    "what_it_shows",
    "when",
]

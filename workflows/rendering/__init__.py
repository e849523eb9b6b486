"""Texts people read on GitHub: comment, check run, deployment. Pure; nothing untrusted gets out of its place."""

from workflows.rendering.checks import CheckOutput, deployment_description, render_check
from workflows.rendering.comment import MAX_COMMENT, render_comment
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
    "plain",
    "render_check",
    "render_comment",
    "when",
]

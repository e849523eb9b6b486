"""Images for commands of no known language: a distribution's usual tools, and the repository."""

from typing import Final

from workflows.planning.dockerfiles.blocks import (
    Manifests,
    add_user,
    copy_sources,
    enter_member,
    finish,
)
from workflows.planning.dockerfiles.model import HOME, USER, Layout, Recipe
from workflows.planning.dockerfiles.starting import start_of
from workflows.planning.dockerfiles.text import Instructions

IMAGE: Final = "docker.io/library/buildpack-deps:bookworm"
"""Debian with make, git, curl and a C compiler."""


def make_plain(layout: Layout) -> Recipe:
    """Raises PlanError when nothing says what to start."""
    start = start_of(layout.application)
    lines = Instructions()
    lines.base(IMAGE)
    add_user(lines, layout)
    lines.env({"HOME": HOME})
    lines.workdir("/app")
    lines.user(USER)
    commands = [
        layout.application.install,
        "" if start.follows_changes else layout.application.build,
    ]
    commands = [each for each in commands if each]
    copy_sources(lines, Manifests(), is_last=not commands)
    enter_member(lines, layout)
    for command in commands:
        lines.run(command)
    finish(lines, layout, start.command, {})
    warning = (
        "No language was recognized: the command runs on a plain Debian with make and a C compiler."
    )
    return Recipe(lines, tuple(each for each in (start.reason,) if each), (warning,))

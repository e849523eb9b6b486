"""The text of a Dockerfile, instruction by instruction (ENV-007)."""

import pytest

from workflows.planning.dockerfiles.text import Instructions

pytestmark = pytest.mark.spec("ENV-007")


def test_a_stage_stands_apart_and_a_comment_belongs_to_what_follows() -> None:
    lines = Instructions()
    lines.base("node:22", "build")
    lines.comment("Small.")
    lines.base("node:22-slim", "small")
    lines.base("scratch")
    assert str(lines) == (
        "FROM node:22 AS build\n\n# Small.\nFROM node:22-slim AS small\n\nFROM scratch\n"
    )


def test_variables_that_a_line_cannot_hold_are_left_out() -> None:
    lines = Instructions()
    lines.env({"A": "1", "no name": "2", "B": "two\nlines"})
    lines.env({"no name": "2"})
    assert str(lines) == "ENV A=1\n"

"""Text for a terminal: as wide as it is, coloured where that is welcome, and with nothing in it that acts."""

import os
import shutil
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TextIO

_MAX_WIDTH = 100
"""Lines longer than this are hard to read."""
_MIN_WIDTH = 30
Colour = Literal["bold", "dim", "red", "yellow", "green", "cyan"]
_CODES: dict[Colour, str] = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "yellow": "33",
    "green": "32",
    "cyan": "36",
}


def clean(text: str) -> str:
    """The text with control characters shown, not sent: a repository must not steer the terminal."""
    return "".join(
        character if character.isprintable() or character == "\n" else _shown(character)
        for character in text
    )


def _shown(character: str) -> str:
    return f"\\x{ord(character):02x}" if ord(character) < 256 else f"\\u{ord(character):04x}"


@dataclass(frozen=True)
class Screen:
    """What the output can show."""

    width: int = _MAX_WIDTH
    has_colour: bool = False
    bullet: str = "-"

    def paint(self, text: str, *colours: Colour) -> str:
        """The text in a colour; as it is where colours are not welcome."""
        if not self.has_colour or not text:
            return text
        codes = ";".join(_CODES[colour] for colour in colours)
        return f"\x1b[{codes}m{text}\x1b[0m"

    def wrap(self, text: str, *, indent: int = 0, hang: str = "") -> list[str]:
        """Lines of the text, cleaned; the first begins with `hang`, the others are as far in. Words are never cut."""
        wrapped = textwrap.wrap(
            clean(text.replace("\n", " ")),
            width=max(self.width, _MIN_WIDTH),
            initial_indent=" " * indent + hang,
            subsequent_indent=" " * (indent + len(hang)),
            break_long_words=False,
            break_on_hyphens=False,
        )
        return wrapped or [""]


def screen_of(stream: TextIO, environment: Mapping[str, str] = os.environ) -> Screen:
    """What `stream` can show: https://no-color.org is obeyed, and a file gets plain text of a fixed width."""
    is_terminal = stream.isatty()
    is_plain = bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"
    width = shutil.get_terminal_size((_MAX_WIDTH, 24)).columns if is_terminal else _MAX_WIDTH
    is_utf8 = (stream.encoding or "").lower().replace("-", "") == "utf8"
    return Screen(
        width=min(width, _MAX_WIDTH),
        has_colour=is_terminal and not is_plain,
        bullet="·" if is_utf8 else "-",
    )

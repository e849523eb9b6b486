"""Untrusted text inside Markdown: branches, titles, log lines and error texts stay what they are, text.

On GitHub a text can do more than look odd: `@name` notifies a person, `#1` leaves a trace in another discussion,
`<!-- … -->` hides what follows, and a table ends at a line break.
"""

import re
import string
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

MAX_INLINE = 300
"""Characters of one untrusted text within a sentence or a table."""
MAX_LINE = 300
"""Characters of one line of a log."""
ZERO_WIDTH = "\u200b"
"""Behind `@` and `#` it keeps GitHub from seeing a mention or a reference; escapes do not, they are read too early."""
_HARMLESS = ",.;'\"?%-/"
_ESCAPED = "".join(each for each in string.punctuation if each not in _HARMLESS)
_ESCAPES = str.maketrans({each: f"\\{each}" for each in _ESCAPED})
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


def plain(text: str, limit: int = MAX_INLINE) -> str:
    """One line of at most `limit` characters without anything invisible."""
    visible = "".join(" " if each.isspace() else each for each in _ANSI.sub("", text))
    line = " ".join("".join(each for each in visible if _is_visible(each)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def escape(text: str, limit: int = MAX_INLINE) -> str:
    """Prose inside a paragraph or a table cell: reads as it was written, and means nothing to Markdown.

    It must not begin a line, where a number or a hyphen would begin a list.
    """
    escaped = plain(text, limit).translate(_ESCAPES)
    return escaped.replace("@", f"@{ZERO_WIDTH}").replace("#", f"#{ZERO_WIDTH}")


def code(text: str, limit: int = MAX_INLINE) -> str:
    """A code span for one line; empty for an empty text. Not for a table's cell, which a `|` would end."""
    content = plain(text, limit)
    if not content:
        return ""
    ticks = "`" * (_longest_run(content) + 1)
    # A span may begin or end with a backtick only behind a space, which is not shown.
    pad = " " if content.startswith("`") or content.endswith("`") else ""
    return f"{ticks}{pad}{content}{pad}{ticks}"


def fence(lines: Sequence[str], limit: int = MAX_LINE) -> str:
    """A block of literal lines that none of them can end."""
    shown = [_literal(line, limit) for text in lines for line in text.splitlines() or [""]]
    ticks = "`" * max(3, _longest_run("\n".join(shown)) + 1)
    return "\n".join([f"{ticks}text", *shown, ticks])


def when(moment: datetime) -> str:
    """A time in UTC, to the second."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def duration(length: timedelta) -> str:
    """`8 s`, `1 min 23 s`, `2 h 5 min`."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def _literal(line: str, limit: int) -> str:
    shown = _ANSI.sub("", line).expandtabs(4)
    shown = "".join(each for each in shown if _is_visible(each)).rstrip()
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _is_visible(character: str) -> bool:
    """Not a control or format character: those hide text or turn its direction around."""
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)

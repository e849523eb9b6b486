"""Schedules as Kubernetes understands them: five fields of cron, or a word (https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/)."""

import re
from typing import NamedTuple

NEVER = "never"
_WORDS = ("@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually", NEVER)
_FORM = "must be a schedule such as `0 3 * * *` (every day at 03:00 UTC), `@daily` or `never`"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_PART = re.compile(r"(?:[*?]|(?P<first>[0-9a-z]+)(?:-(?P<last>[0-9a-z]+))?)(?:/(?P<step>[0-9]+))?")


class _Field(NamedTuple):
    title: str
    least: int
    most: int
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 0, 6, _DAYS),
)


def checked_schedule(text: str) -> str:
    """The schedule with single spaces. Raises ValueError, with an example, for what Kubernetes would refuse or never run."""
    said = " ".join(text.lower().split())
    if said in _WORDS:
        return said
    parts = said.split(" ")
    if said.startswith("@") or len(parts) != len(_FIELDS):
        raise _refusal(f"`{text[:60]}` does not have five fields")
    found = [_values(part, field) for part, field in zip(parts, _FIELDS, strict=True)]
    days, months = found[2], found[3]
    # With a day of the week as well, either of the two will do.
    if parts[4] in "*?" and all(min(days) > _LONGEST[month - 1] for month in months):
        raise _refusal(f"`{said}` names a day that no such month has")
    return said


def _values(text: str, field: _Field) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        read = _PART.fullmatch(part)
        if read is None:
            raise _refusal(f"`{part[:30]}` is no {field.title}")
        step = int(read["step"] or 1)
        first, last = field.least, field.most
        if read["first"]:
            first = _number(read["first"], field)
            last = _number(read["last"], field) if read["last"] else first
            last = field.most if read["step"] and not read["last"] else last
        if first > last or not 1 <= step <= field.most:
            raise _refusal(f"`{part[:30]}` is no {field.title}")
        found.update(range(first, last + 1, step))
    return found


def _number(text: str, field: _Field) -> int:
    number = field.least + field.names.index(text) if text in field.names else -1
    if text.isdigit() and len(text) <= 2:
        number = int(text)
    if not field.least <= number <= field.most:
        limits = f"{field.least} to {field.most}"
        raise _refusal(f"`{text[:30]}` is no {field.title} ({limits})")
    return number


def _refusal(what: str) -> ValueError:
    return ValueError(f"{_FORM}: {what}")

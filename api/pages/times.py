"""Times as people read them."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Moment:
    """A time as people read it, and exactly."""

    text: str
    exact: str


def moment(at: datetime, now: datetime) -> Moment:
    return Moment(text=f"{duration(now - at)} ago", exact=at.strftime("%Y-%m-%d %H:%M:%S UTC"))


def duration(length: timedelta) -> str:
    """Two units at most: `8 s`, `3 min 5 s`, `2 h 10 min`, `5 d 3 h`. Never negative: clocks differ a little."""
    seconds = max(0, round(length.total_seconds()))
    units = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    for index, (name, size) in enumerate(units):
        if seconds >= size:
            whole, rest = divmod(seconds, size)
            if index + 1 == len(units):
                return f"{whole} {name}"
            smaller_name, smaller = units[index + 1]
            part = rest // smaller
            return f"{whole} {name} {part} {smaller_name}" if part else f"{whole} {name}"
    return "0 s"


def precisely(length: timedelta) -> str:
    """Tenths of a second below ten, where they matter."""
    seconds = length.total_seconds()
    return f"{seconds:.1f} s" if seconds < 10 else duration(length)

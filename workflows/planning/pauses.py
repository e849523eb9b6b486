"""How long to wait before trying again."""

from datetime import timedelta


def backoff(failures: int, *, first: timedelta, most: timedelta, factor: float = 2.0) -> timedelta:
    """Pause after the given number of failures in a row (1 or more): `first`, then growing up to `most`."""
    # The exponent is capped, so that an outage of days does not overflow.
    return min(first * factor ** min(failures - 1, 30), most)

"""Sizes as Docker and as Kubernetes write them."""

import re

_OPTION = re.compile(r"(?:^|,)size=(\d{1,15})([kmg]?)", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3}


def quantity(size: int) -> str:
    """Bytes as Kubernetes writes them, rounded up to a KiB."""
    for unit, power in (("Gi", 3), ("Mi", 2)):
        if size >= 1024**power and size % 1024**power == 0:
            return f"{size // 1024**power}{unit}"
    return f"{max(-(-size // 1024), 1)}Ki"


def size_option(options: str) -> int:
    """Bytes of `mode=755,size=64m`; 0 where no size is said."""
    found = _OPTION.search(options)
    return int(found[1]) * 1024 ** _POWERS[found[2].lower()] if found else 0

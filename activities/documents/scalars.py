"""What a plain scalar of YAML means: the core schema of YAML 1.2.2 (section 10.3.2), with three exceptions.

YAML 1.1, which PyYAML follows, turns `no`, `on` and `off` into booleans, `1:30` into 90 and `2026-01-02` into a date.
Here they are the texts that they look like. The exceptions, where the core schema itself would lose what was written:

* `0123` stays text: it is 123 in YAML 1.2 and 83 in YAML 1.1, and authors mean a zip code, a hash or a file mode.
* `.nan` and `.inf` stay texts: JSON has no such numbers.
* Numbers of more than 40 characters stay texts: they are hashes and keys, and no number of ours has that many.
"""

import math
import re

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_MAX_DIGITS = 40


def resolve(text: str) -> str | int | float | bool | None:
    """The value of an unquoted scalar."""
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    return text if len(text) > _MAX_DIGITS else _number(text)


def _number(text: str) -> str | int | float:
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text

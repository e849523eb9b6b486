"""What is filled in later than compose files are read: values of secrets, and what Catalyst knows of an environment.

A secret's value is never known here. Where a file asks for it, a mark is put; in an environment variable or a command it
becomes `$(NAME)`, which Kubernetes fills in, and anywhere else it is refused.
"""

import re
from collections.abc import Iterable

from workflows.values import escaped

_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
"""Two of the code points that are no characters in any text (Unicode, section 23.7)."""
_MARK = re.compile(f"{_OPEN}([sp]):([A-Za-z0-9_]+){_CLOSE}")
_REFERENCE = re.compile(r"\$(?=[$(])")
KNOWN = {
    "CATALYST_URL": "url",
    "CATALYST_INNER_URL": "inner_url",
    "CATALYST_HOST": "host",
    "CATALYST_COMMIT": "commit",
    "CATALYST_BRANCH": "branch",
    "CATALYST_ENVIRONMENT": "environment",
    "CATALYST_PROJECT": "project",
}
"""Variables that files may use, and the placeholder in values that each is filled in by."""


def of_secret(name: str) -> str:
    return f"{_OPEN}s:{name}{_CLOSE}"


def of_placeholder(name: str) -> str:
    return f"{_OPEN}p:{name}{_CLOSE}"


def secrets_in(text: str) -> tuple[str, ...]:
    """Names of the secrets that a text asks for."""
    return tuple(dict.fromkeys(name for kind, name in _MARK.findall(text) if kind == "s"))


def is_secret_alone(text: str) -> bool:
    found = _MARK.fullmatch(text)
    return found is not None and found[1] == "s"


def literal(text: str, *, is_expanded: bool = False) -> str:
    """The text as a value of the chart that comes out as it was written. `is_expanded`: Kubernetes fills in `$(NAME)`
    there, as in variables, commands and arguments."""
    done: list[str] = []
    position = 0
    for found in _MARK.finditer(text):
        done.append(_plain(text[position : found.start()], is_expanded))
        done.append(f"$({found[2]})" if found[1] == "s" else f"{{{found[2]}}}")
        position = found.end()
    done.append(_plain(text[position:], is_expanded))
    return "".join(done)


def literals(texts: Iterable[str], *, is_expanded: bool = False) -> list[str]:
    return [literal(each, is_expanded=is_expanded) for each in texts]


def readable(text: str) -> str:
    """For people: with `$NAME` for what is filled in later."""
    return _MARK.sub(lambda found: f"${found[2]}", text)


def _plain(text: str, is_expanded: bool) -> str:
    text = text.replace(_OPEN, "").replace(_CLOSE, "")
    if is_expanded:
        text = _REFERENCE.sub("$$", text)
    return escaped(text)

"""The kinds of values a config has: what is allowed, in a pattern for editors and in words for people."""

import posixpath
import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from workflows.repo_config.globs import glob_problem
from workflows.repo_config.quantities import quantity

MAX_TEXT = 32 * 1024
"""Characters of a variable: all of an environment's must fit into one Secret of 1 MiB."""
MAX_PATH = 512

_LABEL = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"
_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
_URL_PATH = r"^/[^\s?#]*$"
_CPU = r"^[0-9]+(\.[0-9]{1,3}|m)?$"
_BYTES = r"^[0-9]+(\.[0-9]{1,3})?(Ki|Mi|Gi|Ti|k|M|G|T)$"
_DURATION = r"^([0-9]{1,6}d)?([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$"
_VERSION = r"^[A-Za-z0-9_][A-Za-z0-9._+-]*$"
_DIRECTORY = r"^(/[A-Za-z0-9][A-Za-z0-9._-]*)+$"
_REPOSITORY = r"^(https?|oci)://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~%/-]*)?$"
_HOST = r"^(\{release\})?([a-z0-9]([a-z0-9-]*[a-z0-9])?|-[a-z0-9-]*[a-z0-9])?$"
_IMAGE = r"^[a-z0-9][a-z0-9._:/-]*(:[A-Za-z0-9_][A-Za-z0-9._-]*)?(@sha256:[0-9a-f]{64})?$"

WORDS = {
    _LABEL: "lower-case letters, digits and `-`, with a letter or digit at both ends",
    _VARIABLE: "letters, digits and `_`, not beginning with a digit",
    _URL_PATH: "a path that begins with `/`, without spaces, `?` and `#`",
    _CPU: "a number of cores such as `2`, `0.5` or `500m`",
    _BYTES: "a number with its unit such as `512Mi` or `4Gi`",
    _VERSION: "the tag of an image such as `16` or `7.4-alpine`, or the version of a chart such as `2.1.0`",
    _DIRECTORY: "a directory such as `/var/lib/data`",
    _REPOSITORY: "a URL such as `https://charts.example.com` or `oci://registry.example.com/charts`",
    _HOST: "the name of a Service such as `{release}-master`, where `{release}` stands for the chart's release",
    _IMAGE: "an image such as `postgres:16` or `ghcr.io/owner/name:tag`",
}
"""What each pattern asks for, as the end of "must be …"."""


def refusal(message: str) -> ValueError:
    """A problem in our words: the end of a sentence that begins with the key."""
    return ValueError(message)


_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


def _duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not value or not re.fullmatch(_DURATION, value, re.ASCII):
        raise refusal("must be a duration with units such as `3d`, `12h` or `1h30m`")
    parts = re.findall(r"([0-9]+)([dhms])", value)
    return timedelta(seconds=sum(int(number) * _UNITS[unit] for number, unit in parts))


def duration_text(value: timedelta) -> str:
    """`1h30m`; the shortest text that reads the same."""
    rest = int(value.total_seconds())
    text = ""
    for unit, seconds in _UNITS.items():
        number, rest = divmod(rest, seconds)
        text += f"{number}{unit}" if number else ""
    return text or "0s"


def _between(least: timedelta, most: timedelta) -> AfterValidator:
    def check(value: timedelta) -> timedelta:
        if not least <= value <= most:
            limits = f"at least `{duration_text(least)}` and at most `{duration_text(most)}`"
            raise refusal(f"must be {limits}")
        return value

    return AfterValidator(check)


Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(duration_text),
    WithJsonSchema({"type": "string", "pattern": _DURATION, "minLength": 2}),
]
Lifetime = Annotated[Duration, _between(timedelta(minutes=15), timedelta(days=365))]
Patience = Annotated[Duration, _between(timedelta(seconds=5), timedelta(minutes=30))]
JobTime = Annotated[Duration, _between(timedelta(seconds=5), timedelta(hours=1))]


def _inside(path: str) -> str:
    """The path in its shortest form. Links are followed, and refused, where there are files."""
    parts = path.split("/")
    if not path or path.startswith("/"):
        raise refusal("must be a path relative to the repository's root")
    if ".." in parts:
        raise refusal("must stay inside the repository: `..` is not allowed")
    if "\\" in path or not path.isprintable():
        raise refusal("must be a path with `/` between its parts, without control characters")
    if ".git" in parts:
        raise refusal("must not lead into `.git`")
    return posixpath.normpath(path)


def _is_command(text: str) -> str:
    if not text.strip():
        raise refusal("must be a command, not empty text")
    if any(not character.isprintable() and character not in "\n\t" for character in text):
        raise refusal("must not hold control characters")
    return text


def _is_text(text: str) -> str:
    if "\0" in text:
        raise refusal("must not hold the character NUL")
    return text


def _more_than_zero(text: str) -> str:
    if quantity(text) <= 0:
        raise refusal("must be more than zero")
    return text


def _not_ours(name: str) -> str:
    if name.upper().startswith("CATALYST_"):
        raise refusal("is reserved: Catalyst itself sets what begins with `CATALYST_`")
    return name


def _is_glob(pattern: str) -> str:
    if problem := glob_problem(pattern):
        raise refusal(problem)
    return pattern


_ANY_SCALAR = WithJsonSchema({"type": ["string", "number", "boolean"]})
"""Numbers and booleans are taken as they were written: `PYTHON: 3.10` stays 3.10."""

Name = Annotated[str, StringConstraints(pattern=_LABEL, max_length=40)]
"""Of a component, service or job: with its environment's it must fit into the 63 characters of a label."""
VariableName = Annotated[
    str, StringConstraints(pattern=_VARIABLE, max_length=128), AfterValidator(_not_ours)
]
Text = Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(_is_text), _ANY_SCALAR]
ShortText = Annotated[
    str, Field(min_length=1, max_length=64), AfterValidator(_is_text), _ANY_SCALAR
]
Command = Annotated[str, Field(max_length=4096), AfterValidator(_is_command)]
RelativePath = Annotated[str, Field(max_length=MAX_PATH), AfterValidator(_inside)]
UrlPath = Annotated[str, StringConstraints(pattern=_URL_PATH, max_length=256)]
Port = Annotated[int, Field(ge=1, le=65535)]
Cpu = Annotated[
    str,
    StringConstraints(pattern=_CPU, max_length=16),
    AfterValidator(_more_than_zero),
    WithJsonSchema({"type": ["string", "number"], "pattern": _CPU}),
]
Bytes = Annotated[
    str, StringConstraints(pattern=_BYTES, max_length=16), AfterValidator(_more_than_zero)
]
Image = Annotated[str, StringConstraints(pattern=_IMAGE, max_length=256)]
ChartRepository = Annotated[str, StringConstraints(pattern=_REPOSITORY, max_length=256)]
ServiceHost = Annotated[str, StringConstraints(pattern=_HOST, min_length=1, max_length=80)]
Version = Annotated[str, StringConstraints(pattern=_VERSION, max_length=64), _ANY_SCALAR]
Directory = Annotated[str, StringConstraints(pattern=_DIRECTORY, max_length=256)]
"""An absolute one in a container."""
Glob = Annotated[str, Field(max_length=256), AfterValidator(_is_glob)]

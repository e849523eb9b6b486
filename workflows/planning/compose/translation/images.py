"""What images that are built here do by themselves, as their Dockerfiles say: start something, and check it."""

import json
import re

from pydantic import ValidationError

from workflows.planning.compose.specification.model import Health
from workflows.planning.detection.dockerfile import last_said

_OPTION = re.compile(r"--([a-z-]+)=(\S+)\s*")
_OPTIONS = ("interval", "timeout", "start-period", "start-interval", "retries")


def starts(dockerfile: str, instruction: str, target: str = "") -> list[str]:
    """Words of `ENTRYPOINT` or `CMD`; empty where the Dockerfile has none."""
    said = last_said(dockerfile, instruction, target)
    listed = _list(said)
    return listed or (["/bin/sh", "-c", said] if said and listed is None else [])


def check_of(dockerfile: str, target: str = "") -> Health | None:
    """`HEALTHCHECK`; None where there is none, and where it takes a check back.

    https://docs.docker.com/reference/dockerfile/#healthcheck
    """
    said = last_said(dockerfile, "HEALTHCHECK", target)
    options: dict[str, str] = {}
    while found := _OPTION.match(said):
        options[found[1]] = found[2]
        said = said[found.end() :]
    kind, _, command = said.partition(" ")
    if kind.upper() != "CMD" or not command.strip():
        return None
    listed = _list(command.strip())
    test = ["CMD-SHELL", command.strip()] if listed is None else ["CMD", *listed]
    known = {key.replace("-", "_"): options[key] for key in _OPTIONS if key in options}
    try:
        return Health.model_validate({**known, "test": test})
    except ValidationError:
        return None  # the build says what is wrong with it


def merged(said: Health | None, own: Health | None) -> Health | None:
    """The image's own check with the timings that the compose file gives, unless it has a check or wants none."""
    if said is None or own is None:
        return said or own
    if said.test or said.disable:
        return said
    given = {key: getattr(said, key) for key in said.model_fields_set}
    return own.model_copy(update=given)


def _list(text: str) -> list[str] | None:
    """Of the form `["a", "b"]`; None where the text is another one, which a shell runs."""
    if not text.startswith("["):
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    is_list = isinstance(found, list) and all(isinstance(each, str) for each in found)
    return found if is_list else None

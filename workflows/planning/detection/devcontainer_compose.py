"""Compose files that a devcontainer.json stands on (ENV-024): the service that is the container, and those beside it."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import JsonValue

from workflows.models import Devcontainer
from workflows.planning.detection.files import (
    Files,
    folder_of,
    mapping,
    resolve,
    shorten,
    string,
    strings,
)

_DEFAULT = re.compile(r"\$\{\w+:?-([^${}]*)\}")
_MAX_ITEMS = 50


def with_service(files: Files, found: Devcontainer) -> tuple[Devcontainer, list[str]]:
    """The container with image or build and variables of its service, unless it has them itself; what is wrong with it."""
    services, paths = _services(files, found.compose), [*filter(files.has, found.compose)]
    if not services:
        return found, []
    service = services.get(found.service)
    if service is None:
        named = shorten(found.service, 60) or "no service"
        listed = ", ".join(f"`{shorten(each, 60)}`" for each in list(services)[:8])
        return found, [
            f"`service` of `{found.path}` names `{named}`; its compose files have: {listed}."
        ]
    own = {} if found.image or found.dockerfile else _image(folder_of(paths[0]), service)
    env = {**_variables(service.get("environment")), **found.remote_env}
    return found.model_copy(update={**own, "remote_env": env}), []


def services_beside(files: Files, found: Devcontainer) -> tuple[str, ...]:
    """Services with images of others, those of `runServices` alone where that says some."""
    wanted = strings(files.mapping(found.path).get("runServices"))
    return tuple(
        name
        for name, service in _services(files, found.compose).items()
        if name != found.service
        and (not wanted or name in wanted)
        and service.get("image")
        and not service.get("build")
    )


def _services(files: Files, paths: Sequence[str]) -> dict[str, dict[str, JsonValue]]:
    """Of all files, key by key: enough to know what they are; the translation itself merges them as Compose does."""
    found: dict[str, dict[str, JsonValue]] = {}
    for path in paths:
        for name, service in mapping(files.mapping(path).get("services")).items():
            found[name] = {**found.get(name, {}), **mapping(service)}
    return found


def _image(folder: str, service: dict[str, JsonValue]) -> dict[str, Any]:
    """Fields of the container; empty where its build leads out of the repository."""
    build = service.get("build")
    if not build:
        return {"image": _text(service.get("image"))}
    options = mapping(build)
    context = resolve(
        folder, _text(build) if isinstance(build, str) else _text(options.get("context")) or "."
    )
    name = _text(options.get("dockerfile")) or "Dockerfile"
    dockerfile = resolve(context, name) if context else ""
    if not dockerfile:
        return {}
    return {
        "dockerfile": dockerfile,
        "context": context,
        "target": _text(options.get("target")),
        "args": _variables(options.get("args")),
    }


def _variables(value: JsonValue) -> dict[str, str]:
    """A mapping, or a list of `NAME=value`; without those that come from a machine."""
    if isinstance(value, list):
        pairs = (each.partition("=") for each in strings(value)[:_MAX_ITEMS])
        said: dict[str, JsonValue] = {name: text for name, equals, text in pairs if equals}
    else:
        said = dict(list(mapping(value).items())[:_MAX_ITEMS])
    plain = {name: _filled(string(each)) for name, each in said.items() if each is not None}
    return {name: each for name, each in plain.items() if "$" not in each}


def _text(value: JsonValue) -> str:
    """Empty where a variable stands for it that has no default."""
    text = _filled(string(value))
    return "" if "$" in text else text


def _filled(text: str) -> str:
    return _DEFAULT.sub(r"\1", text)

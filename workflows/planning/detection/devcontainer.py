"""devcontainer.json: the container people already work in (ENV-024)."""

import shlex

from pydantic import JsonValue

from workflows.models import Devcontainer
from workflows.planning.detection.devcontainer_compose import with_service
from workflows.planning.detection.files import (
    Files,
    folder_of,
    mapping,
    resolve,
    shorten,
    string,
    strings,
)
from workflows.planning.detection.ports import as_port

_MAX_ITEMS = 50


def find_devcontainer(files: Files) -> tuple[Devcontainer | None, list[str], list[str]]:
    """What the first one asks for, with reasons and warnings."""
    paths = _paths(files)
    if not paths:
        return None, [], []
    path = paths[0]
    warnings = [f"`{each}` is left aside: `{path}` comes first." for each in paths[1:5]]
    if problem := files.problem(path):
        return None, [], [*warnings, f"`{path}` cannot be used: {problem}."]
    value = files.mapping(path)
    found = _read(path, value)
    warnings += _missing(files, found, value)
    found, told = with_service(files, found)
    warnings += told
    if not (found.image or found.dockerfile or found.compose):
        warnings.append(f"`{path}` names neither an image nor a build nor a compose file.")
    what = found.image or found.dockerfile or ", ".join(found.compose) or "nothing to start"
    return found, [f"`{path}` describes a development container ({shorten(what)})."], warnings


def _paths(files: Files) -> list[str]:
    """In the order of the specification: its own directory, the root, one directory further down."""
    places = [".devcontainer/devcontainer.json", ".devcontainer.json"]
    places += [f".devcontainer/{each}/devcontainer.json" for each in files.folders(".devcontainer")]
    return [each for each in places if files.has(each)]


def _read(path: str, value: dict[str, JsonValue]) -> Devcontainer:
    folder = folder_of(path)
    build = mapping(value.get("build"))
    dockerfile = string(build.get("dockerfile")) or string(value.get("dockerFile"))
    context = string(build.get("context")) or string(value.get("context")) or "."
    compose = value.get("dockerComposeFile")
    composes = strings(compose) or ([compose] if isinstance(compose, str) else [])
    resolved = [resolve(folder, each) for each in composes]
    return Devcontainer(
        path=path,
        image=string(value.get("image")),
        dockerfile=resolve(folder, dockerfile) if dockerfile else "",
        context=(resolve(folder, context) or ".") if dockerfile else "",
        target=string(build.get("target")),
        args=_texts(build.get("args")),
        compose=tuple(each for each in resolved if each),
        service=string(value.get("service")),
        post_create=_commands(value.get("postCreateCommand")),
        forward_ports=_ports(value.get("forwardPorts")),
        remote_env=_texts(value.get("remoteEnv")),
    )


def _missing(files: Files, found: Devcontainer, value: dict[str, JsonValue]) -> list[str]:
    build = mapping(value.get("build"))
    warnings = [
        f"`{found.path}` names `{shorten(each)}`, which is not in the repository."
        for each in (found.dockerfile, *found.compose)
        if each and not files.has(each)
    ]
    if (build.get("dockerfile") or value.get("dockerFile")) and not found.dockerfile:
        warnings.append(f"`{found.path}` names a Dockerfile outside of the repository.")
    if features := mapping(value.get("features")):
        names = ", ".join(f"`{shorten(each, 60)}`" for each in list(features)[:5])
        warnings.append(f"Features in `{found.path}` are not installed: {names}.")
    return warnings


def _commands(value: JsonValue) -> tuple[str, ...]:
    """A text is for a shell, a list is one call, and a mapping names several of either."""
    if isinstance(value, str):
        return (value,) if value.strip() else ()
    if isinstance(value, list):
        call = " ".join(shlex.quote(each) for each in strings(value))
        return (call,) if call else ()
    nested = list(mapping(value).values())[:_MAX_ITEMS]
    return tuple(
        command for each in nested if not isinstance(each, dict) for command in _commands(each)
    )


def _ports(value: JsonValue) -> tuple[int, ...]:
    """Numbers of this container; `db:5432` is another one's."""
    items = value[:_MAX_ITEMS] if isinstance(value, list) else []
    texts = (string(each).removeprefix("localhost:") for each in items)
    return tuple(port for port in map(as_port, texts) if port)


def _texts(value: JsonValue) -> dict[str, str]:
    items = list(mapping(value).items())[:_MAX_ITEMS]
    return {name: string(each) for name, each in items if isinstance(each, str | int | float)}

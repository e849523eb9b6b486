"""A loaded compose file -> what is understood of it, or everything that stands against it, with file and line."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_args

from pydantic import ValidationError

from workflows.planning.compose.reading.parts import Part, Path, Place
from workflows.planning.compose.specification import keys
from workflows.planning.compose.specification.idle import Idle
from workflows.planning.compose.specification.model import Content, Section, Service, Volume
from workflows.planning.detection.files import shorten
from workflows.repo_config.messages import reason
from workflows.repo_config.nearest import nearest

_SAID_FOR_COMPOSE = ("name", "version")
_TOP = ("name", "version", "services", "networks", "volumes", "configs", "secrets", "include")
_MAX_SERVICES = 200
S = TypeVar("S", bound=Section)


@dataclass
class Checked:
    """What is understood. Whatever is not a service that runs has no part in it."""

    services: dict[str, Service] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    """Of each service, for places."""
    invalid: set[str] = field(default_factory=set)
    """Services that are there and could not be understood."""
    inactive: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Services that do not run, with the profiles that would start them."""
    volumes: dict[str, Volume] = field(default_factory=dict)
    external: dict[str, Place] = field(default_factory=dict)
    """Of the volumes those that are somebody else's, each with the place that says so."""
    configs: dict[str, Content] = field(default_factory=dict)
    secrets: dict[str, Content] = field(default_factory=dict)
    networks: list[str] = field(default_factory=list)
    """Names of all that are described."""
    problems: list[str] = field(default_factory=list)
    idle: Idle = field(init=False)
    """Keys without effect."""

    def __post_init__(self) -> None:
        self.idle = Idle(self.problems)

    def place(self, service: str, *path: str | int) -> str:
        return str(self.parts[service].at(path))


def check(project: Part, profiles: Collection[str], only: Collection[str] = ()) -> Checked:
    """All of the project that runs. `only`: of the services just these, whatever their profiles."""
    checked = Checked()
    for key, part in project.entries.items():
        if key not in _TOP and not key.startswith("x-"):
            why = " is not supported: previews run no models" if key == "models" else ""
            _unknown(checked, part, key, "", _TOP, why)
        if key in _SAID_FOR_COMPOSE:
            checked.idle.quiet.setdefault(key, []).append(str(part.place))
    services = _mapping(checked, project, "services")
    if not services:
        checked.problems.append(f"{project.place.path}: there are no `services`.")
    if len(services) > _MAX_SERVICES:
        checked.problems.append(
            f"{project.place.path}: there are more than {_MAX_SERVICES} services."
        )
        return checked
    for name, part in services.items():
        _service(checked, name, part, profiles, only)
    _networks(checked, project)
    _volumes(checked, project)
    checked.configs = _contents(checked, project, "configs")
    checked.secrets = _contents(checked, project, "secrets")
    return checked


def _service(
    checked: Checked, name: str, part: Part, profiles: Collection[str], only: Collection[str]
) -> None:
    if not isinstance(part.value, dict):
        checked.invalid.add(name)
        checked.problems.append(
            f"{part.place}: the service `{shorten(name)}` must hold keys and values."
        )
        return
    said = part.get("profiles")
    wanted = tuple(each.text for each in said.items) if said else ()
    is_active = not wanted or "*" in profiles or not set(wanted).isdisjoint(profiles)
    if (only and name not in only) or (not only and not is_active):
        checked.inactive[name] = wanted
        return
    kept = _without_idle(checked, name, part)
    service = _validated(checked, Service, kept, f"services.{name}")
    if service is None:
        checked.invalid.add(name)
    else:
        checked.services[name] = service
        checked.parts[name] = part
        if service.deploy.mode == "global":
            place = checked.place(name, "deploy", "mode")
            checked.idle.ignored.setdefault("deploy.mode: global", []).append(place)


def _without_idle(checked: Checked, name: str, service: Part) -> Part:
    kept = checked.idle.service(name, service)
    if extension := service.get("x-catalyst"):
        kept = kept.with_entries({**kept.entries, "catalyst": extension})
    return kept


def _networks(checked: Checked, project: Part) -> None:
    """All of them are one, so nothing of them is kept."""
    for name, part in _mapping(checked, project, "networks").items():
        checked.networks.append(name)
        kept = checked.idle.without(part, {(): keys.NETWORK}, shorten(name), shown="networks.")
        _unknown_of(checked, kept, name, keys.SAID_OF_NETWORKS)
        for key in keys.SAID_OF_NETWORKS:
            if (each := kept.get(key)) and each.value not in (None, False, "false"):
                checked.idle.ignored.setdefault(f"networks.{key}", []).append(str(each.place))


def _volumes(checked: Checked, project: Part) -> None:
    for name, part in _mapping(checked, project, "volumes").items():
        options = part.get("driver_opts")
        if options and any(key in options.entries for key in ("device", "o")):
            checked.problems.append(
                f"{options.place}: the volume `{shorten(name)}` mounts a path of a machine or a share, which is refused: "
                "a preview's volumes are its own; leave `driver_opts` out."
            )
        kept = checked.idle.without(part, {(): keys.VOLUME}, shorten(name), shown="volumes.")
        _unknown_of(checked, kept, name, keys.SAID_OF_VOLUMES)
        _note_foreign(checked, kept)
        entries = {"external": kept.entries["external"]} if "external" in kept.entries else {}
        if extension := part.get("x-catalyst"):
            entries["catalyst"] = extension
        volume = _validated(checked, Volume, Part(entries, part.place), f"volumes.{name}")
        checked.volumes[name] = volume or Volume()
        if volume and volume.external:
            checked.external[name] = kept.entries["external"].place


def _note_foreign(checked: Checked, volume: Part) -> None:
    """What keeps a volume elsewhere: in a preview it is a new one of the cluster."""
    for key in ("driver", "driver_opts"):
        said = volume.get(key)
        if said is not None and said.value not in (None, "", "local", {}):
            checked.idle.ignored.setdefault(f"volumes.{key}", []).append(str(said.place))


def _contents(checked: Checked, project: Part, section: str) -> dict[str, Content]:
    found = {}
    known = tuple(Content.model_fields)
    for name, part in _mapping(checked, project, section).items():
        left = checked.idle.without(part, {(): keys.CONTENT}, shorten(name), shown=f"{section}.")
        kept = {key: each for key, each in left.entries.items() if key in known}
        _unknown_of(checked, left, name, known)
        content = _validated(checked, Content, Part(kept, part.place), f"{section}.{name}")
        if content is not None:
            found[name] = content
    return found


def _mapping(checked: Checked, project: Part, section: str) -> dict[str, Part]:
    part = project.get(section)
    if part is None or part.value is None:
        return {}
    if not isinstance(part.value, dict):
        checked.problems.append(f"{part.place}: `{section}` must hold names with their settings.")
    return part.entries


def _unknown_of(checked: Checked, part: Part, name: str, known: Collection[str]) -> None:
    for key, each in part.entries.items():
        if key not in known and not key.startswith("x-"):
            _unknown(checked, each, key, f" in `{shorten(name)}`", known)


def _unknown(
    checked: Checked, part: Part, key: str, where: str, known: Collection[str], why: str = ""
) -> None:
    meant = "" if why else nearest(key, known)
    suggestion = f"; did you mean `{meant}`?" if meant else "."
    checked.problems.append(
        f"{part.place}: unknown key `{shorten(key, 60)}`{where}{suggestion}"
        if not why
        else f"{part.place}: `{key}`{why}."
    )


def _validated(checked: Checked, model: type[S], part: Part, where: str) -> S | None:
    """The section, or None with all its problems noted."""
    try:
        return model.model_validate(part.plain())
    except ValidationError as error:
        for details in error.errors(include_url=False):
            checked.problems.append(_problem(details, model, part, where))
        return None


def _problem(details: Mapping[str, Any], model: type[Section], part: Part, where: str) -> str:
    path: Path = tuple(each for each in details["loc"] if not _is_tag(each))
    written = tuple("x-catalyst" if each == "catalyst" else each for each in path)
    subject = _shown((*where.split("."), *written))
    if details["type"] == "extra_forbidden":
        meant = nearest(str(path[-1]), known_keys(model, path[:-1]))
        suggestion = f"; did you mean `{meant}`?" if meant else "."
        return f"{part.at(path)}: unknown key `{shorten(subject)}`{suggestion}"
    if details["type"] == "missing":
        return f"{part.at(path)}: `{shorten(subject)}` is missing."
    return f"{part.at(path)}: `{shorten(subject)}` {_words(details)}."


def _words(details: Mapping[str, Any]) -> str:
    if details["type"] == "literal_error":
        return f"is `{shorten(str(details['input']), 40)}`; it must be {details['ctx']['expected']}".replace(
            "'", "`"
        )
    if details["type"] in ("int_parsing", "int_from_float", "float_parsing", "float_type"):
        return "must be a number"
    if details["type"] in ("bool_parsing", "bool_type"):
        return "must be true or false"
    if details["type"] == "string_pattern_mismatch":
        return "must begin with `/` and hold no spaces"
    return reason(details)


def _is_tag(step: str | int) -> bool:
    """Steps that pydantic adds for its validators, such as `function-before[words(), …]`."""
    return isinstance(step, str) and "(" in step


def _shown(path: Path) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def known_keys(model: type[Section], path: Path) -> tuple[str, ...]:
    """Keys that may stand at a path; of a service also those that are ignored."""
    annotation: Any = model
    for step in path:
        fields = getattr(annotation, "model_fields", None)
        if fields is not None:
            annotation = _section(fields[str(step)].annotation) if str(step) in fields else None
    found = tuple(getattr(annotation, "model_fields", ()))
    known = tuple("x-catalyst" if each == "catalyst" else each for each in found)
    return (*known, *sorted(keys.QUIET | keys.IGNORED)) if annotation is Service else known


def _section(annotation: Any) -> Any:
    """The model in `Model | None`, `dict[str, Model]` and `tuple[Model, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    return next(filter(None, map(_section, get_args(annotation))), None)

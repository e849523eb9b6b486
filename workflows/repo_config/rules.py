"""What no single field can tell: values that are missing, come twice or contradict each other.

Read from the value as it stands, not from the model, so that these problems show together with all others.
"""

from collections.abc import Iterator

from pydantic import JsonValue

from workflows.repo_config.problems import Finding, Path, key_of


def broken_rules(value: dict[str, JsonValue]) -> list[Finding]:
    """Every broken rule; parts of a wrong type are passed over, for the model refuses them."""
    return [
        *_version(value),
        *_without_value(value, ()),
        *_repeated(value, "secrets"),
        *_repeated(value, "egress"),
        *_variable_and_secret(value),
        *_routes_to_one_path(value),
        *_services(value),
    ]


def _version(value: dict[str, JsonValue]) -> Iterator[Finding]:
    """Pydantic counts 1.0 and true as 1 where it asks for one of a list of numbers."""
    if isinstance(value.get("version"), bool | float | str):
        yield Finding(("version",), "`version` must be a whole number: write `version: 1`")


def _without_value(value: JsonValue, path: Path) -> Iterator[Finding]:
    """`key:` alone is more often an accident than a wish for the default."""
    if value is None:
        words = f"`{key_of(path)}` has no value; write one, or leave the key out"
        yield Finding(path, words)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _without_value(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _without_value(part, (*path, index))


def _repeated(value: dict[str, JsonValue], key: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, item in _texts(value.get(key)):
        if item in seen:
            yield Finding((key, index), f"`{key}` names `{item}` a second time")
        seen.add(item)


def _variable_and_secret(value: dict[str, JsonValue]) -> Iterator[Finding]:
    variables = _mapping(value.get("variables"))
    for index, name in _texts(value.get("secrets")):
        if name in variables:
            yield Finding(("secrets", index), f"`{name}` is both a variable and a secret")


def _routes_to_one_path(value: dict[str, JsonValue]) -> Iterator[Finding]:
    seen: set[JsonValue] = set()
    routes = value.get("routes")
    for index, route in enumerate(routes if isinstance(routes, list) else ()):
        path = route.get("path", "/") if isinstance(route, dict) else None
        if not isinstance(path, str):
            continue
        if path in seen:
            yield Finding(("routes", index), f"`routes` leads the path `{path}` to two places")
        seen.add(path)


def _services(value: dict[str, JsonValue]) -> Iterator[Finding]:
    for name, service in _mapping(value.get("services")).items():
        if isinstance(service, dict):
            yield from broken_service(service, ("services", name))


def broken_service(service: dict[str, JsonValue], path: Path) -> Iterator[Finding]:
    """Whether it is of a type or an image, with the keys that go with that."""
    name = key_of(path)
    if "backups" in service and service.get("type") != "postgres":
        words = f"`{name}.backups` goes with `type: postgres`; nothing else can be backed up"
        yield Finding((*path, "backups"), words)
    if "type" in service and "image" in service:
        yield Finding(path, f"`{name}` has both `type` and `image`; keep one of them")
    elif "type" not in service and "image" not in service:
        yield Finding(path, f"`{name}` needs either `type` or `image`")
    elif "type" in service:
        for key in ("port", "volume"):
            if key in service:
                words = f"`{name}.{key}` goes with `image`; a service of a `type` knows its own"
                yield Finding((*path, key), words)
    else:
        if "version" in service:
            words = f"`{name}.version` goes with `type`; write the tag of `image` behind its name"
            yield Finding((*path, "version"), words)
        if "size" in service and "volume" not in service:
            words = f"`{name}.size` needs `volume`, the directory of the image that is kept"
            yield Finding((*path, "size"), words)


def _mapping(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _texts(value: JsonValue) -> list[tuple[int, str]]:
    items = value if isinstance(value, list) else []
    return [(index, item) for index, item in enumerate(items) if isinstance(item, str)]

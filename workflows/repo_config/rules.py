"""What no single field can tell: values that are missing, come twice or contradict each other.

Read from the value as it stands, not from the model, so that these problems show together with all others.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from pydantic import JsonValue

from workflows.repo_config.problems import Finding, Path, key_of

MAX_VALUES = 256 * 1024
"""Bytes of one chart's values, as JSON: they travel in the plan (2 MiB) and in Helm's release (1 MiB, packed)."""
MAX_ALL_VALUES = 2 * MAX_VALUES
"""Of all charts that are services, which travel in one plan."""


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
    """`key:` alone is more often an accident than a wish for the default; in a chart's values it takes a default away."""
    if path[:1] == ("services",) and path[2:3] == ("values",):
        return
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
    services = {
        name: service
        for name, service in _mapping(value.get("services")).items()
        if isinstance(service, dict)
    }
    for name, service in services.items():
        yield from broken_service(service, ("services", name))
    if are_too_large(_mapping(service.get("values")) for service in services.values()):
        yield Finding(("services",), f"`services` {TOO_LARGE}")


def are_too_large(values: Iterable[Mapping[str, JsonValue]]) -> bool:
    """Whether values of charts are too much together."""
    return sum(map(_size, values)) > MAX_ALL_VALUES


TOO_LARGE = f"have `values` of more than {MAX_ALL_VALUES // 1024} KiB together; leave out what the charts say themselves"
"""The end of a sentence that begins with the services."""


def broken_service(service: dict[str, JsonValue], path: Path) -> Iterator[Finding]:
    """Whether it is of a type, an image or a chart, with the keys that go with that."""
    name = key_of(path)
    if "backups" in service and service.get("type") != "postgres":
        words = f"`{name}.backups` goes with `type: postgres`; nothing else can be backed up"
        yield Finding((*path, "backups"), words)
    kinds = [kind for kind in _ALONE if kind in service]
    if len(kinds) != 1:
        listed = " and ".join(f"`{kind}`" for kind in kinds)
        words = f"has {listed}; keep one of them" if kinds else "needs `type`, `image` or `chart`"
        yield Finding(path, f"`{name}` {words}")
        return
    for key, why in _ALONE[kinds[0]].items():
        if key in service:
            yield Finding((*path, key), f"`{name}.{key}` goes with {why}")
    for key, needed in _TOGETHER[kinds[0]].items():
        if key in service and needed[0] not in service:
            yield Finding((*path, key), f"`{name}.{key}` needs {needed[1]}")
    if kinds[0] == "type" and "+" in str(service.get("version")):
        words = "must be the tag of an image such as `16` or `7.4-alpine`"
        yield Finding((*path, "version"), f"`{name}.version` {words}")
    if _size(_mapping(service.get("values"))) > MAX_VALUES:
        words = f"has more than {MAX_VALUES // 1024} KiB; leave out what the chart says itself"
        yield Finding((*path, "values"), f"`{name}.values` {words}")
    if kinds[0] == "chart" and "repository" in service:
        yield from _of_repository(service, path)


def _of_repository(service: dict[str, JsonValue], path: Path) -> Iterator[Finding]:
    """Of a chart from there: what Helm would understand otherwise than it looks, and only once it is asked."""
    name, chart, version = key_of(path), service["chart"], service.get("version")
    if isinstance(chart, str) and "/" in chart:
        words = f"must be the chart's name; what is before the last `/` belongs into `{name}.repository`"
        yield Finding((*path, "chart"), f"`{name}.chart` {words}")
    if version is not None and not (isinstance(version, str) and _EXACT.fullmatch(version)):
        words = (
            "must be one whole version such as `2.1.0` or `2.1.0-rc.1`: Helm takes less for a range, and one commit would "
            "not always mean one release"
        )
        yield Finding((*path, "version"), f"`{name}.version` {words}")


_NUMBER, _WORD = r"(0|[1-9][0-9]*)", r"[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*"
_EXACT = re.compile(rf"v?{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-{_WORD})?(\+{_WORD})?")
"""A version as https://semver.org has it; some charts write a `v` before theirs."""
_OF_CHART = "`chart`"
_IN_VALUES = "`type` or `image`; a chart is told by its `values`"
_ALONE = {
    "type": {
        **dict.fromkeys(("port", "volume"), "`image`; a service of a `type` knows its own"),
        **dict.fromkeys(("repository", "values", "host"), _OF_CHART),
    },
    "image": {
        "version": "`type`; write the tag of `image` behind its name",
        **dict.fromkeys(("repository", "values", "host"), _OF_CHART),
    },
    "chart": dict.fromkeys(("variables", "size", "volume"), _IN_VALUES),
}
"""What a service can be -> keys that say nothing of that, and what they go with."""
_VERSION = "`version`, so that one commit always means one release"
_TOGETHER = {
    "type": {},
    "image": {"size": ("volume", "`volume`, the directory of the image that is kept")},
    "chart": {
        "repository": ("version", _VERSION),
        "version": ("repository", "`repository`; the chart of a directory has its own version"),
        "host": ("port", "`port`, where that Service listens"),
    },
}
"""What a service can be -> key -> another key that goes with it, and how that is said."""


def _size(values: Mapping[str, JsonValue]) -> int:
    return len(json.dumps(values, ensure_ascii=False).encode(errors="surrogatepass"))


def _mapping(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _texts(value: JsonValue) -> list[tuple[int, str]]:
    items = value if isinstance(value, list) else []
    return [(index, item) for index, item in enumerate(items) if isinstance(item, str)]

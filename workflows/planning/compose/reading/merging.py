"""One compose file over another, and a service over the one it extends.

https://github.com/compose-spec/compose-spec/blob/main/13-merge.md
"""

from collections.abc import Callable

from workflows.planning.compose.reading.parts import Part

_REPLACED = ("command", "entrypoint", "test")
"""Lists that are exchanged as a whole."""
_AS_MAPPINGS = ("environment", "args", "labels", "annotations", "sysctls", "extra_hosts")
"""Written as a mapping or as a list of `name=value`."""
_BY_NAME = ("depends_on", "networks")
"""Written as a mapping or as a list of names."""


def merge(under: Part, over: Part, name: str = "") -> Part:
    """`over` on top of `under`, which stands under the key `name`."""
    if over.value is None:
        return under
    if name in _REPLACED:
        return over
    under, over = alike(name, under), alike(name, over)
    if isinstance(under.value, dict) and isinstance(over.value, dict):
        entries = dict(under.value)
        for key, part in over.value.items():
            below = entries.get(key)
            entries[key] = part if below is None else merge(below, part, key)
        return Part(entries, over.place)
    if isinstance(under.value, tuple) and isinstance(over.value, tuple):
        return Part(_joined(name, (*under.value, *over.value)), over.place)
    return over


def alike(name: str, part: Part) -> Part:
    """The value of a key, in the one of its forms that can be merged."""
    if name == "build" and isinstance(part.value, str):
        return Part({"context": part}, part.place)
    if isinstance(part.value, tuple):
        if name in _AS_MAPPINGS:
            return Part(dict(map(_assigned, part.value)), part.place)
        if name in _BY_NAME:
            return Part({each.text: Part(None, each.place) for each in part.value}, part.place)
    if name in ("env_file", "dns", "tmpfs") and isinstance(part.value, str):
        return Part((part,), part.place)
    return part


def _assigned(part: Part) -> tuple[str, Part]:
    name, separator, value = part.text.partition("=")
    return name, Part(value if separator else None, part.place)


def _joined(name: str, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Of what is said twice of the same thing, the later one."""
    identity = _IDENTITIES.get(name)
    if identity is None:
        return parts
    found: dict[str, Part] = {}
    for part in parts:
        key = identity(part)
        found.pop(key, None)
        found[key] = part
    return tuple(found.values())


def _target(part: Part) -> str:
    """Where a volume is mounted."""
    if target := part.get("target"):
        return target.text.rstrip("/")
    source, _, rest = part.text.partition(":")
    return (rest.partition(":")[0] or source).rstrip("/")


def _granted(part: Part) -> str:
    """Where a config or secret is found."""
    named = part.get("target") or part.get("source")
    return named.text if named else part.text


def _port(part: Part) -> str:
    if not part.entries:
        return part.text
    keys = ("host_ip", "published", "target", "protocol")
    return ":".join(found.text if (found := part.get(key)) else "" for key in keys)


_IDENTITIES: dict[str, Callable[[Part], str]] = {
    "volumes": _target,
    "configs": _granted,
    "secrets": _granted,
    "ports": _port,
    "expose": lambda part: part.text,
    "cap_add": lambda part: part.text,
    "profiles": lambda part: part.text,
}

"""Names of compose services in Kubernetes: of components, and those under which they are reached."""

import re
from collections.abc import Mapping

from workflows.planning.compose.specification.checking import Checked
from workflows.planning.detection.files import shorten

MAX_COMPONENT = 40
_ALIAS = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
"""What a pod may call itself (RFC 1123, a label)."""
_HOST_VARIABLE = re.compile(r"(^|_)(HOST|HOSTNAME|SERVER|ADDR|ADDRESS|ENDPOINT|HOSTS)$")


def component_name(service: str) -> str:
    """At most 40 lower-case letters, digits and single hyphens, a letter first: as the chart takes it."""
    stem = re.sub(r"[^a-z0-9]+", "-", service.lower()).strip("-")[:MAX_COMPONENT].strip("-")
    if not stem[:1].isalpha():
        stem = f"x-{stem}"[:MAX_COMPONENT].strip("-") if stem else "x"
    return stem


def component_names(checked: Checked) -> dict[str, str]:
    """Service to component; two that would be called alike are noted."""
    found: dict[str, str] = {}
    owners: dict[str, str] = {}
    for service in checked.services:
        name = component_name(service)
        if name in owners:
            checked.problems.append(
                f"{checked.place(service)}: the services `{shorten(owners[name], 60)}` and `{shorten(service, 60)}` would "
                f"both be called `{name}`; rename one."
            )
        owners.setdefault(name, service)
        found[service] = name
    return found


def alias_of(name: str) -> str:
    """A name under which something is reached, as Kubernetes takes it."""
    if _ALIAS.fullmatch(name):
        return name
    plain = re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-")[:63].strip("-")
    return plain if _ALIAS.fullmatch(plain) else component_name(name)


def aliases(checked: Checked) -> tuple[dict[str, list[str]], list[str]]:
    """Service to the names that it is reached under, each name once; and what to tell of names that had to change.

    A service's own name comes before what others call themselves.
    """
    owners: dict[str, str] = {}
    found: dict[str, list[str]] = {name: [] for name in checked.services}
    told: list[str] = []
    for service in checked.services:
        _add(found, owners, told, service, service)
    for service, model in checked.services.items():
        for alias in _further(model):
            _add(found, owners, told, service, alias)
    for model in checked.services.values():
        for link in model.links:
            target, _, alias = link.partition(":")
            if alias and target in found:
                _add(found, owners, told, target, alias)
    return found, told


def _further(model: object) -> list[str]:
    """Other names that a service has for itself."""
    networks = getattr(model, "networks", {})
    names = [getattr(model, "container_name", ""), getattr(model, "hostname", "")]
    return [*filter(None, names), *(each for one in networks.values() for each in one.aliases)]


def _add(
    found: dict[str, list[str]], owners: dict[str, str], told: list[str], service: str, name: str
) -> None:
    alias = alias_of(name)
    owner = owners.setdefault(alias, service)
    if owner != service:
        told.append(
            f"`{shorten(name, 60)}` would lead to `{shorten(service, 60)}` and `{shorten(owner, 60)}`; it leads to the latter."
        )
    elif alias not in found[service]:
        found[service].append(alias)
        if alias != name:
            told.append(
                f"`{shorten(name, 60)}` cannot be a name in Kubernetes: the service is reached as `{alias}`."
            )


def renamed(value: str, variable: str, changed: Mapping[str, str]) -> str:
    """A variable's value with host names exchanged that had to change, where it is plain that they are host names."""
    for name, alias in changed.items():
        if value == name and _HOST_VARIABLE.search(variable.upper()):
            return alias
        if name in value:
            pattern = rf"(?<=//){re.escape(name)}(?![\w.-])|(?<=@){re.escape(name)}(?![\w.-])|(?<![\w./@-]){re.escape(name)}(?=:\d)"
            value = re.sub(pattern, alias, value)
    return value

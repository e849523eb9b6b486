"""Values of a release of Catalyst's own chart whose components come up one stage after the other; pure.

What a stage does not name has to stay exactly as it serves: any change of what it renders to would restart it, or, for
a job, be refused. So it goes on with the values of its component and with all top-level values it was deployed with.
"""

from collections.abc import Mapping
from copy import deepcopy

from pydantic import JsonValue

from workflows.values import Values

Runs = frozenset[tuple[str, str]]
"""Component and revision of each job that has succeeded."""
_SERVED = "served"
_OF_ALL = (
    "image",
    "imagePullSecrets",
    "secrets",
    "security",
    "storageClass",
    "serviceAccount",
    "commonAnnotations",
    "nameOverride",
    "fullnameOverride",
    "global",
)
"""Top-level values that speak for every component."""


def has_once(values: Mapping[str, JsonValue]) -> bool:
    """Whether there is a job that must not run again once it has succeeded."""
    return any(_is_once(each) for each in _components(values).values())


def staged_values(
    new: Mapping[str, JsonValue],
    old: Mapping[str, JsonValue],
    names: frozenset[str],
    succeeded: Runs,
) -> Values:
    """What the release is upgraded to: `names` as in `new`, the others as in `old`, without those in neither.

    No names: all of `new`, the last stage. `old` is everything the deployed version was installed with, the chart's
    defaults included; empty where there is none. A job of `old` stays only where it has succeeded, since what is left
    in a release runs; one that is to run `once` then stays for good.
    """
    wanted = _components(new)
    kept = {
        name: component
        for name, component in _components(old).items()
        if not _is_job(component) or _run(name, component, old) in succeeded
    }
    brought = {
        name: component
        for name, component in wanted.items()
        if (not names or name in names) and not _has_run(component, kept.get(name))
    }
    staying = [
        name
        for name in kept
        if name not in brought and (names or _has_run(wanted.get(name, {}), kept[name]))
    ]
    taken = frozenset(alias for component in brought.values() for alias in _aliases(component))
    components: dict[str, JsonValue] = {
        **deepcopy(brought),
        **{name: _as_served(name, kept[name], old, taken) for name in staying},
    }
    return {**deepcopy(dict(new)), "components": dict(sorted(components.items()))}


def _has_run(component: Values, served: Values | None) -> bool:
    """Whether the job is to run once, and the one that serves, which has succeeded, was that run."""
    return _is_once(component) and served is not None and _is_job(served)


def _as_served(
    name: str, component: Values, old: Mapping[str, JsonValue], taken: frozenset[str]
) -> Values:
    """The component with what it was deployed with; the names under which others are now reached are theirs."""
    kept: Values = deepcopy(component)
    if _SERVED not in kept:
        kept[_SERVED] = _of_all(name, component, old)
    service = kept.get("service")
    if isinstance(service, dict) and taken.intersection(_aliases(component)):
        service["aliases"] = [alias for alias in _aliases(component) if alias not in taken]
    return kept


def _of_all(name: str, component: Values, old: Mapping[str, JsonValue]) -> Values:
    values: Values = {key: deepcopy(old[key]) for key in _OF_ALL if key in old}
    catalyst = _catalyst(old)
    images = catalyst.get("images")
    if isinstance(images, dict):
        # Of fifty builds, each component would carry the images of all.
        used = (name, component.get("imageFrom"))
        catalyst["images"] = {build: images[build] for build in used if build in images}
    values["global"] = {"catalyst": catalyst}
    return values


def _run(name: str, component: Values, old: Mapping[str, JsonValue]) -> tuple[str, str]:
    served = component.get(_SERVED)
    catalyst = _catalyst(served if isinstance(served, Mapping) else old)
    return name, str(catalyst.get("revision", ""))


def _catalyst(values: Mapping[str, JsonValue]) -> Values:
    shared = values.get("global")
    found = shared.get("catalyst") if isinstance(shared, dict) else None
    return dict(found) if isinstance(found, dict) else {}


def _components(values: Mapping[str, JsonValue]) -> dict[str, Values]:
    found = values.get("components")
    if not isinstance(found, dict):
        return {}
    return {name: each for name, each in found.items() if isinstance(each, dict)}


def _is_job(component: Values) -> bool:
    return component.get("kind") == "job"


def _is_once(component: Values) -> bool:
    return _is_job(component) and component.get("once") is True


def _aliases(component: Values) -> list[str]:
    service = component.get("service")
    found = service.get("aliases") if isinstance(service, dict) else None
    return [str(alias) for alias in found] if isinstance(found, list) else []

"""Components of one plan under other names, wherever the plan speaks of them."""

import re
from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydantic import JsonValue

from workflows import naming
from workflows.models import (
    BackupPlan,
    BuildPlan,
    CredentialPlan,
    DevelopmentPlan,
    PathRoute,
    PrebuiltImage,
    RevisionPlan,
    RouteSettings,
    Stage,
)
from workflows.planning.plans.values import (
    MAX_COMPONENT,
    is_component_name,
    service_name,
    volume_name,
)

_Owned = TypeVar("_Owned", BuildPlan, PrebuiltImage)
_Route = TypeVar("_Route", RouteSettings, PathRoute)
_MARK = 8
"""Hexadecimal digits that tell a name from others that were cut alike."""


def prefixed(source: str, component: str) -> str:
    """`{source}-{component}`, or something like it that the chart takes; the same for the same two."""
    plain = f"{source}-{component}"
    return plain if is_component_name(plain) else marked(source, component)


def marked(source: str, component: str) -> str:
    """The same with a hash of the two: no other two have it."""
    plain = f"{source}-{component}"
    mark = naming.short_hash(source, component)[:_MARK]
    stem = re.sub(r"[^a-z0-9]+", "-", plain.lower())[: MAX_COMPONENT - _MARK - 3].strip("-")
    return f"x-{stem}-{mark}"


def components_of(plan: RevisionPlan) -> dict[str, dict[str, JsonValue]]:
    """By name, in the values of Catalyst's own chart."""
    found = plan.release.values.get("components")
    return {
        name: dict(each)
        for name, each in (found.items() if isinstance(found, dict) else ())
        if isinstance(each, dict)
    }


def renamed(plan: RevisionPlan, names: Mapping[str, str]) -> RevisionPlan:
    """The plan with these components called otherwise, and with their Services, volumes and Secrets named after that."""
    if not names:
        return plan
    words = _Words(dict(_words(plan, names)))
    values = {key: words.into(each) for key, each in plan.release.values.items()}
    values["components"] = {
        names.get(name, name): _component(words.into(each), names)
        for name, each in components_of(plan).items()
    }
    return plan.model_copy(
        update={
            "builds": tuple(_owned(each, names) for each in plan.builds),
            "images": tuple(_owned(each, names) for each in plan.images),
            "release": plan.release.model_copy(update={"values": values}),
            "route": _route(plan.route, words),
            "more_routes": tuple(_route(each, words) for each in plan.more_routes),
            "stages": tuple(_stage(each, names) for each in plan.stages),
            "stages_after_health": tuple(_stage(each, names) for each in plan.stages_after_health),
            "services": tuple(names.get(each, each) for each in plan.services),
            "backups": tuple(_backup(each, names) for each in plan.backups),
            "credentials": tuple(_credentials(each, words) for each in plan.credentials),
            "development": plan.development and _development(plan.development, names),
        }
    )


class _Words:
    """Exchanges whole words, names in the cluster, in texts."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self._words = words
        longest_first = sorted(words, key=lambda each: (-len(each), each))
        listed = "|".join(map(re.escape, longest_first))
        self._pattern = re.compile(rf"(?<![a-z0-9-])(?:{listed})(?![a-z0-9-])")

    def text(self, text: str) -> str:
        return self._pattern.sub(lambda found: self._words[found[0]], text)

    def into(self, value: JsonValue) -> JsonValue:
        """The value with all its texts, keys too."""
        match value:
            case str():
                return self.text(value)
            case list():
                return [self.into(each) for each in value]
            case dict():
                return {self.text(key): self.into(each) for key, each in value.items()}
            case _:
                return value


def _words(plan: RevisionPlan, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    release, made = plan.release.name, {each.secret for each in plan.credentials}
    known = components_of(plan)
    for old, new in names.items():
        yield service_name(release, old), service_name(release, new)
        if (secret := naming.service_secret(old)) in made:
            yield secret, naming.service_secret(new)
        volumes = known.get(old, {}).get("volumes")
        for volume in volumes if isinstance(volumes, dict) else ():
            yield volume_name(release, old, volume), volume_name(release, new, volume)


def _component(values: JsonValue, names: Mapping[str, str]) -> JsonValue:
    if not isinstance(values, dict) or "imageFrom" not in values:
        return values
    wanted = str(values["imageFrom"])
    return {**values, "imageFrom": names.get(wanted, wanted)}


def _owned(item: _Owned, names: Mapping[str, str]) -> _Owned:
    """A build or an image, for the component that it is for."""
    return item.model_copy(update={"component": names.get(item.component, item.component)})


def _route(route: _Route, words: _Words) -> _Route:
    return route.model_copy(update={"service": words.text(route.service)})


def _stage(stage: Stage, names: Mapping[str, str]) -> Stage:
    components = tuple(names.get(each, each) for each in stage.components)
    return stage.model_copy(update={"components": components})


def _backup(backup: BackupPlan, names: Mapping[str, str]) -> BackupPlan:
    service, component = backup.service, backup.component
    return BackupPlan(
        service=names.get(service, service), component=names.get(component, component)
    )


def _development(plan: DevelopmentPlan, names: Mapping[str, str]) -> DevelopmentPlan:
    """The pod that holds the code goes by the component's name."""
    return plan.model_copy(update={"component": names.get(plan.component, plan.component)})


def _credentials(made: CredentialPlan, words: _Words) -> CredentialPlan:
    return made.model_copy(
        update={
            "secret": words.text(made.secret),
            "texts": {key: words.text(text) for key, text in made.texts.items()},
        }
    )

"""Names that several sources have taken: components are told apart, what one name cannot lead to twice is refused."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence

from pydantic import JsonValue

from workflows import naming
from workflows.planning.detection.story import Story
from workflows.planning.plans.several.parts import Part, mapping
from workflows.planning.plans.several.renaming import marked, prefixed, renamed


def told_apart(parts: Sequence[Part], story: Story) -> list[Part]:
    """Every component has a name of its own: one that several sources have begins with the source's name in each."""
    charts = [each.name for part in parts for each in part.plan.service_charts]
    names = new_names({part.name: names_of(part) for part in parts}, charts)
    for old in dict.fromkeys(old for _, old in names):
        called = ", ".join(f"`{new}`" for (_, each), new in names.items() if each == old)
        story.because(f"What is called `{old}` would not be the only one; here it is {called}.")
    return [
        _renamed(part, {old: new for (source, old), new in names.items() if source == part.name})
        for part in parts
    ]


def new_names(
    known: Mapping[str, Iterable[str]], kept: Iterable[str] = ()
) -> dict[tuple[str, str], str]:
    """Source and name -> the name instead, for those that several sources have, and for one that would be taken so.

    `kept` are names of what is no component, which nothing else gets.
    """
    all_names = [(source, name) for source, names in known.items() for name in names]
    counts = Counter(name for _, name in all_names)
    shared = {name for name, times in counts.items() if times > 1}
    while True:
        found = {each: prefixed(*each) for each in all_names if each[1] in shared}
        taken = set(found.values()) & (counts.keys() - shared)
        if not taken:
            break
        shared |= taken
    twice = Counter((*found.values(), *kept))
    return {each: new if twice[new] == 1 else marked(*each) for each, new in found.items()}


def without_shared_aliases(parts: Sequence[Part], story: Story, problems: list[str]) -> list[Part]:
    """A name that leads to several things leads to none of them: their own variables tell where services are.

    Where that is not enough, because a compose file or an image knows nothing of such variables, it is a problem.
    """
    owners: dict[str, list[tuple[Part, str]]] = {}
    for part in parts:
        for name, each in part.components.items():
            for alias in _aliases(each):
                owners.setdefault(alias, []).append((part, name))
    shared = {
        alias: who for alias, who in owners.items() if len({part.name for part, _ in who}) > 1
    }
    for alias, who in shared.items():
        sources = " and ".join(f"`{part.name}`" for part, _ in who)
        if all(_is_made(part, name) for part, name in who):
            story.warn(
                f"`{alias}` is the name of a service in {sources}, so nothing is reached under it alone; the variables "
                "lead to each source's own."
            )
        else:
            problems.append(
                f"{sources} both have something that is reached as `{alias}`, which can lead to one of them only; "
                "give it another name in one of the repositories."
            )
    return [
        part.with_components(
            {name: _without(each, shared) for name, each in part.components.items()}
        )
        for part in parts
    ]


def names_of(part: Part) -> list[str]:
    """Of components and images, each once, in an order of its own."""
    plan = part.plan
    built = (each.component for each in plan.builds)
    others = (each.component for each in plan.images)
    return list(dict.fromkeys((*part.components, *built, *others)))


def _renamed(part: Part, names: dict[str, str]) -> Part:
    plan = renamed(part.plan, names)
    return Part(part.name, part.path, plan)


def _aliases(component: dict[str, JsonValue]) -> list[str]:
    found = mapping(component.get("service")).get("aliases")
    return [str(each) for each in found] if isinstance(found, list) else []


def _is_made(part: Part, component: str) -> bool:
    """A service whose password and address Catalyst itself makes known."""
    return naming.service_secret(component) in {each.secret for each in part.plan.credentials}


def _without(component: dict[str, JsonValue], shared: Container[str]) -> JsonValue:
    left = [each for each in _aliases(component) if each not in shared]
    if len(left) == len(_aliases(component)):
        return component
    service = mapping(component.get("service")) | {"aliases": list[JsonValue](left)}
    if not left:
        del service["aliases"]
    rest: dict[str, JsonValue] = {key: each for key, each in component.items() if key != "service"}
    return {**rest, "service": service} if service else rest

"""Where each source is reached: below which path of the public URL, and under which variable inside."""

import posixpath
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from workflows.models import PathRoute, RouteSettings
from workflows.planning.detection.story import Story
from workflows.planning.plans.several.parts import Part, mapping

ROOT = "/"


def variable_of(source: str) -> str:
    """`BACKEND_URL` for the source `backend`: where the others reach it inside of the cluster."""
    name = f"{source.upper().replace('-', '_')}_URL"
    return f"_{name}" if name[0].isdigit() else name


def told_of_each_other(parts: Sequence[Part], story: Story) -> list[Part]:
    """Each source's components have the others' addresses as variables, unless people have set such a one themselves."""
    known = {
        part.name: (variable_of(part.name), f"http://{front.service}:{front.port}")
        for part in parts
        if (front := part.front)
    }
    if known:
        listed = ", ".join(f"`{name}` for `{source}`" for source, (name, _) in known.items())
        story.because(f"The sources reach each other inside the cluster by variables: {listed}.")
    return [
        _told(part, dict(each for source, each in known.items() if source != part.name))
        for part in parts
    ]


def root_of(parts: Sequence[Part]) -> Part | None:
    """The source at `/`: the one that the template puts there, else the pull request's own, the first, if it is reached
    at all, else the first that is. None where none is.
    """
    said = [part for part in parts if part.path == ROOT]
    return next((part for part in (*said, *parts) if part.front), None)


def routes_of(
    parts: Sequence[Part], story: Story, problems: list[str]
) -> tuple[RouteSettings, tuple[PathRoute, ...]]:
    """Of the root, and of all paths below: of the sources, and those that a source's own file leads elsewhere."""
    root = root_of(parts)
    taken: dict[str, PathRoute] = {}
    for part in parts:
        _note_twice(parts, part, problems)
        if part.path and not part.front:
            problems.append(
                f"The template leads `{part.path}` to `{part.name}`, and nothing of that source is reached by a port."
            )
        elif part.front and part.path not in ("", ROOT):
            taken[part.path] = PathRoute(path=part.path, **part.front.model_dump())
    for part in parts:
        for route in part.plan.more_routes:
            if not _is_below(route.path, part, is_root=part is root) or route.path in taken:
                story.warn(
                    f"{part.name}: its route `{route.path}` is left out, because it does not lie below "
                    f"`{part.path or 'any path of its own'}`, or is another one's."
                )
            else:
                # One that names no Service leads to its own source's, which is no longer the only one.
                service = route.service or (part.front.service if part.front else "")
                taken[route.path] = route.model_copy(update={"service": service})
    _tell(parts, root, story)
    front = root.front if root else None
    return front or RouteSettings(), tuple(taken.values())


def _tell(parts: Sequence[Part], root: Part | None, story: Story) -> None:
    places = [f"`{ROOT}` to `{root.name}`"] if root else []
    places += [f"`{each.path}` to `{each.name}`" for each in parts if each.path not in ("", ROOT)]
    if places:
        story.because(f"The public URL leads {', '.join(places)}.")


def _note_twice(parts: Sequence[Part], part: Part, problems: list[str]) -> None:
    """Each two once."""
    others = [
        each.name
        for each in parts
        if part.path and each.path == part.path and each.name < part.name
    ]
    problems.extend(
        f"The template leads `{part.path}` to both `{other}` and `{part.name}`; give one another `path`."
        for other in others
    )


def _is_below(path: str, part: Part, *, is_root: bool) -> bool:
    if is_root:
        return True
    return bool(part.path) and posixpath.commonpath([path, part.path]) == part.path


def _told(part: Part, variables: Mapping[str, str]) -> Part:
    new = {name: each for name, each in variables.items() if name not in part.plan.secrets}
    return part.with_components({name: _with(each, new) for name, each in part.components.items()})


def _with(component: Mapping[str, JsonValue], variables: Mapping[str, str]) -> JsonValue:
    """Images of others, such as databases, have no use for it, and would start anew."""
    if component.get("catalystEnv") is False or not variables:
        return dict(component)
    env = {**variables, **mapping(component.get("env"))}
    return {**component, "env": dict(sorted(env.items()))}

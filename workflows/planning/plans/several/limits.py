"""What several sources ask for together, held against what the one environment may have."""

from collections.abc import Iterable, Sequence

from workflows.planning.compose import Piece
from workflows.planning.detection.story import Story
from workflows.planning.plans.several.parts import Part, mapping
from workflows.planning.plans.ways.room import fitted, unchanged
from workflows.repo_config.quantities import quantity


def storage_problems(parts: Sequence[Part]) -> Iterable[str]:
    """Each source fits by itself, or it would not have been planned; the first one's quota is the environment's."""
    granted = parts[0].plan.quota.storage
    sizes = {part.name: sum(map(quantity, _sizes(part))) for part in parts}
    if sum(sizes.values()) > quantity(granted):
        listed = ", ".join(f"`{name}`" for name, size in sizes.items() if size)
        yield (
            f"The volumes of {listed} together ask for more than the {granted} of storage that the environment may have; "
            "make them smaller, or raise the template's `quota.storage`."
        )


def sharing_room(parts: Sequence[Part], story: Story, problems: list[str]) -> list[Part]:
    """The parts with limits that fit together, where any of them comes from a compose file; a problem where nothing helps."""
    if all(part.plan.room is None for part in parts):
        return list(parts)
    known = [(part, *each) for part in map(_undivided, parts) for each in part.components.items()]
    pieces = [Piece(name, f"{part.name}/{name}", values) for part, name, values in known]
    found = fitted("All sources together", pieces, parts[0].plan.quota)
    story.because(*found.reasons)
    problems.extend(found.problems)
    divided = [(part.name, piece) for (part, *_), piece in zip(known, found.pieces, strict=True)]
    return [
        part.with_components(
            {piece.name: piece.values for name, piece in divided if name == part.name}
        )
        for part in map(_undivided, parts)
    ]


def _undivided(part: Part) -> Part:
    """As it would be if it had the environment to itself and nothing had to be divided."""
    room = part.plan.room
    if room is None:
        return part
    components = {name: unchanged(values, name, room) for name, values in part.components.items()}
    reasons = tuple(each for each in part.plan.reasons if each not in room.reasons)
    return part.with_components(components).with_plan(reasons=reasons, room=None)


def _sizes(part: Part) -> Iterable[str]:
    for component in part.components.values():
        for volume in map(mapping, mapping(component.get("volumes")).values()):
            if volume.get("type") == "persistent" and "existingClaim" not in volume:
                yield str(volume.get("size") or "0Mi")

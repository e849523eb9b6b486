"""What several sources ask for together, held against what the one environment may have."""

from collections.abc import Iterable, Sequence

from workflows.planning.plans.several.parts import Part, mapping
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


def _sizes(part: Part) -> Iterable[str]:
    for component in part.components.values():
        for volume in map(mapping, mapping(component.get("volumes")).values()):
            if volume.get("type") == "persistent" and "existingClaim" not in volume:
                yield str(volume.get("size") or "0Mi")

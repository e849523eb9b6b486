"""A place for a stack's processes that nobody else has."""

from pathlib import Path

from deploy.local.instance import Instance, settle
from deploy.local.preflight import is_place_free

ROOT = Path(__file__).parents[3]


def free_instance(directory: Path, name: str) -> Instance:
    """A stack of this checkout whose files are in the directory and whose ports are free."""
    instance = Instance(
        name=f"catalyst-{name}-{directory.name}",
        checkout=ROOT,
        state_home=directory / "state",
        cache_home=directory / "cache",
    )
    return settle(instance, is_place_free)

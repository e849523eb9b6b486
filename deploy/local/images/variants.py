"""Stand-ins of one language or server each: made on their own, beside each other, on the common base."""

import json
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.cache import ensure_artifact, version_key
from deploy.local.images import standins
from deploy.local.images.oci import Layer, Settings, blob, write_image
from deploy.local.images.registry import push_image
from deploy.local.steps import Outcome, StepContext


@dataclass(frozen=True)
class Variant:
    """One image under all its names."""

    names: tuple[str, ...]
    """`REPOSITORY:TAG`."""
    layers: tuple[Layer, ...]
    settings: Settings


@dataclass(frozen=True)
class Making:
    """What the maker of a stand-in is given."""

    target: Path
    """Blob directory; trees that it makes there on the way are its to remove."""
    cache: Path
    base: Layer
    """The common Debian, which is in `target` already."""
    context: StepContext

    @property
    def base_tree(self) -> Path:
        """The same Debian, unpacked."""
        return standins.base_tree(self.cache)


@dataclass(frozen=True)
class StandIn:
    """Images that are made together, because they share what is expensive."""

    name: str
    make: Callable[[Making], Awaitable[Sequence[Variant]]]
    parts: tuple[str, ...]
    """What the content depends on besides the base; raise a number there when the way of making it changes."""

    @property
    def step(self) -> str:
        """The name of the step that makes them."""
        return f"standin-{self.name}"

    def artifact(self, cache: Path) -> Path:
        """Return the blob directory of the images."""
        key = version_key(standins.key(), *self.parts)
        return cache / "images" / f"standin-{self.name}-{key}"

    async def ensure(self, cache: Path, context: StepContext) -> Outcome:
        """Make the images in the cache unless they are there."""

        async def build(target: Path) -> None:
            base = standins.read_images(cache).base
            os.link(blob(standins.artifact(cache), base.digest), blob(target, base.digest))
            made = await self.make(Making(target, cache, base, context))
            names = {
                name: write_image(target, variant.layers, variant.settings)
                for variant in made
                for name in variant.names
            }
            (target / "images.json").write_text(json.dumps(names))

        return await ensure_artifact(self.artifact(cache), build, note=context.note)

    def images(self, cache: Path) -> dict[str, str]:
        """Return the digest of each name, once they are made."""
        names: dict[str, str] = json.loads((self.artifact(cache) / "images.json").read_text())
        return names

    async def push(self, cache: Path, registry: str) -> Outcome:
        """Push every image under its names."""
        outcomes = set()
        for name, digest in self.images(cache).items():
            repository, tag = name.split(":")
            pushed = await push_image(self.artifact(cache), digest, registry, repository, tag)
            outcomes.add(pushed)
        return Outcome.CACHED if outcomes == {Outcome.CACHED} else Outcome.DONE


def names_of(repository: str, *tags: str) -> tuple[str, ...]:
    """Return the names under which a well-known image is asked for."""
    return tuple(f"library/{repository}:{tag}" for tag in tags)

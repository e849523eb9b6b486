"""The image of every pod's first container, and of those whose program is mounted from the node."""

import shutil
from pathlib import Path

from deploy.local import smalltools, versions
from deploy.local.cache import ensure_artifact
from deploy.local.images.oci import Settings, write_image, write_layer
from deploy.local.images.registry import push_image
from deploy.local.steps import Outcome, StepContext

REPOSITORY = "catalyst/pause"


def artifact(cache: Path) -> Path:
    """Return the blob directory of the image."""
    return cache / "images" / f"pause-{versions.KUBERNETES}"


async def ensure_image(cache: Path, context: StepContext) -> Outcome:
    """Make the image in the cache unless it is there."""

    async def build(target: Path) -> None:
        tree = target / "tree"
        tree.mkdir()
        shutil.copy2(smalltools.pause_artifact(cache) / "pause", tree / "pause")
        layer = await write_layer(tree, target)
        settings = Settings(entrypoint=("/pause",), user="65535:65535")
        (target / "digest").write_text(write_image(target, [layer], settings))

    return await ensure_artifact(artifact(cache), build, note=context.note)


async def push(cache: Path, registry: str) -> Outcome:
    """Push the image to the registry."""
    directory = artifact(cache)
    digest = (directory / "digest").read_text()
    return await push_image(directory, digest, registry, REPOSITORY, versions.KUBERNETES)

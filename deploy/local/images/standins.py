"""Stand-ins for well-known base images where no registry of the world can be reached.

They are made from Debian's packages and labelled as what they are. The registry serves them under
the names that Dockerfiles use, and BuildKit and containerd ask it first.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from deploy.local import debian, versions
from deploy.local.cache import ensure_artifact, version_key
from deploy.local.images import rootfs
from deploy.local.images.oci import Layer, Settings, write_image, write_layer
from deploy.local.images.registry import push_image
from deploy.local.steps import Outcome, StepContext

_PYTHON_PACKAGES = ("python3", "python3-pip", "python3-venv", "ca-certificates")
_LABEL = "dev.catalyst.stand-in"
_FORMAT = "2"
"""Raised when the way the images are made changes."""

_PYTHON_TAGS = (f"{versions.PYTHON}-slim", versions.PYTHON, "3-slim", "3")
_DEBIAN_TAGS = ("12", "12-slim", versions.DEBIAN, f"{versions.DEBIAN}-slim")


class Images(BaseModel):
    """What the cache holds: the base layer and the image of each name."""

    model_config = ConfigDict(frozen=True)

    base: Layer
    images: Mapping[str, str]
    """`REPOSITORY:TAG` to digest."""


def artifact(cache: Path) -> Path:
    """Return the blob directory of the stand-ins."""
    return cache / "images" / f"standins-{key()}"


def key() -> str:
    """Return what the content of the stand-ins depends on."""
    return version_key(_FORMAT, versions.DEBIAN, *_PYTHON_PACKAGES)


def base_tree(cache: Path) -> Path:
    """Return the unpacked base, on which other images are built."""
    return artifact(cache) / "base"


def read_images(cache: Path) -> Images:
    """Return what was made."""
    return Images.model_validate_json((artifact(cache) / "images.json").read_text())


def standin_labels(name: str) -> tuple[tuple[str, str], ...]:
    """Return labels that say what the image is instead of."""
    return (
        (_LABEL, "true"),
        ("org.opencontainers.image.title", f"stand-in for {name}"),
        (
            "org.opencontainers.image.description",
            "made from Debian packages by Catalyst's local stack",
        ),
    )


async def ensure_images(cache: Path, context: StepContext) -> Outcome:
    """Make the stand-ins in the cache unless they are there."""

    async def build(target: Path) -> None:
        base = target / "base"
        context.note("installing a minimal Debian")
        await rootfs.make_base(base, debian.node_artifact(cache), context)
        context.note("packing it")
        base_layer = await write_layer(base, target)
        python = target / "python"
        await rootfs.add_packages(base, _PYTHON_PACKAGES, python, cache, context)
        finish_python(python, versions.PYTHON)
        python_layer = await write_layer(python, target)
        shutil.rmtree(python)
        plain = write_image(
            target,
            [base_layer],
            Settings(command=("bash",), labels=standin_labels("debian")),
        )
        with_python = write_image(
            target,
            [base_layer, python_layer],
            Settings(command=("python3",), labels=standin_labels("python")),
        )
        images = {f"library/debian:{tag}": plain for tag in _DEBIAN_TAGS}
        images |= {f"library/python:{tag}": with_python for tag in _PYTHON_TAGS}
        made = Images(base=base_layer, images=images)
        (target / "images.json").write_text(json.dumps(made.model_dump(mode="json")))

    return await ensure_artifact(artifact(cache), build, note=context.note)


async def push(cache: Path, registry: str) -> Outcome:
    """Push every stand-in under its names."""
    directory = artifact(cache)
    outcomes = set()
    for name, digest in read_images(cache).images.items():
        repository, tag = name.split(":")
        outcomes.add(await push_image(directory, digest, registry, repository, tag))
    return Outcome.CACHED if outcomes == {Outcome.CACHED} else Outcome.DONE


def debian_tools(cache: Path) -> Path:
    """Return the tree with the programs that make file systems."""
    return debian.node_artifact(cache)


def finish_python(tree: Path, version: str) -> None:
    """Make it behave like the image it stands for: `python`, and pip that installs."""
    local = tree / "usr" / "local" / "bin"
    local.mkdir(parents=True, exist_ok=True)
    (local / "python").symlink_to("/usr/bin/python3")
    library = tree / "usr" / "lib" / f"python{version}"
    (library / "EXTERNALLY-MANAGED").unlink(missing_ok=True)
    shutil.rmtree(library / "test", ignore_errors=True)

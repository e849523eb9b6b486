"""The image that build Jobs run: rootless BuildKit on the stand-in Debian."""

import os
import shutil
from pathlib import Path

from deploy.local import debian, golang, versions
from deploy.local.cache import ensure_artifact, version_key
from deploy.local.images import rootfs, standins
from deploy.local.images.oci import Settings, blob, write_image, write_layer
from deploy.local.images.registry import push_image
from deploy.local.steps import Outcome, StepContext

REPOSITORY = "catalyst/buildkit"
USER = 1000
HOME = "/home/user"

_PACKAGES = (
    "ca-certificates",
    "fuse-overlayfs",
    "git",
    "isal",
    "rootlesskit",
    "runc",
    "slirp4netns",
    "uidmap",
)
"""`isal` brings `igzip`, with which layers are unpacked several times as fast as by BuildKit itself."""
_FORMAT = "2"
"""Raised when the way the image is made changes."""


def artifact(cache: Path) -> Path:
    """Return the blob directory of the image."""
    return cache / "images" / f"builder-{_key()}"


def tag() -> str:
    """Return the image's tag: another one for other content, for nodes keep what they pulled."""
    return f"{versions.BUILDKIT}-rootless-{_key()}"


def _key() -> str:
    return version_key(_FORMAT, golang.BUILDKIT.key(), standins.key(), *_PACKAGES)


async def ensure_image(cache: Path, context: StepContext) -> Outcome:
    """Make the image in the cache unless it is there."""

    async def build(target: Path) -> None:
        tree = target / "tree"
        base = standins.base_tree(cache)
        await rootfs.add_packages(base, _PACKAGES, tree, cache, context)
        await _add_buildkit(tree, cache, context)
        _add_user(tree, base)
        await _grant_mapping(tree, debian.node_artifact(cache), context)
        context.note("packing it")
        layer = await write_layer(tree, target)
        shutil.rmtree(tree)
        base_layer = standins.read_images(cache).base
        os.link(blob(standins.artifact(cache), base_layer.digest), blob(target, base_layer.digest))
        digest = write_image(target, [base_layer, layer], _settings())
        (target / "digest").write_text(digest)

    return await ensure_artifact(artifact(cache), build, note=context.note)


async def push(cache: Path, registry: str) -> Outcome:
    """Push the image to the registry."""
    directory = artifact(cache)
    digest = (directory / "digest").read_text()
    return await push_image(directory, digest, registry, REPOSITORY, tag())


async def _add_buildkit(tree: Path, cache: Path, context: StepContext) -> None:
    programs = tree / "usr" / "local" / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    for name in ("buildkitd", "buildctl"):
        shutil.copy2(golang.artifact(golang.BUILDKIT, cache) / name, programs / name)
    module = await golang.module_directory(golang.BUILDKIT, "github.com/moby/buildkit", context)
    script = programs / "buildctl-daemonless.sh"
    shutil.copyfile(module / "examples" / "buildctl-daemonless" / script.name, script)
    # A Go module keeps no run bits.
    script.chmod(0o755)


def _add_user(tree: Path, base: Path) -> None:
    """Add the user that builds, with the range of ids it may map into its containers."""
    etc = tree / "etc"
    lines = {
        "passwd": f"user:x:{USER}:{USER}::{HOME}:/bin/sh\n",
        "group": f"user:x:{USER}:\n",
        "subuid": "user:100000:65536\n",
        "subgid": "user:100000:65536\n",
    }
    for name, line in lines.items():
        file = etc / name
        if not file.exists() and (base / "etc" / name).exists():
            shutil.copy2(base / "etc" / name, file)
        with file.open("a") as output:
            output.write(line)
    for home in (
        HOME,
        f"{HOME}/.local/share/buildkit",
        f"{HOME}/.config/buildkit",
        f"/run/user/{USER}",
    ):
        directory = tree / home.lstrip("/")
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(0o700)
    for top in (tree / HOME.lstrip("/"), tree / "run" / "user" / str(USER)):
        for path in (top, *top.rglob("*")):
            os.chown(path, USER, USER)


async def _grant_mapping(tree: Path, tools: Path, context: StepContext) -> None:
    """Replace setuid by file capabilities: in a pod the setuid programs may not map ids."""
    setcap = tools / "sbin" / "setcap"
    for name, capability in (("newuidmap", "cap_setuid"), ("newgidmap", "cap_setgid")):
        program = tree / "usr" / "bin" / name
        program.chmod(0o755)
        await context.run(
            setcap,
            f"{capability}+ep",
            program,
            environment={"LD_LIBRARY_PATH": str(tools / "lib" / "x86_64-linux-gnu")},
        )


def _settings() -> Settings:
    return Settings(
        entrypoint=("rootlesskit", "buildkitd"),
        user=f"{USER}:{USER}",
        environment=(
            *Settings().environment,
            f"HOME={HOME}",
            "USER=user",
            f"XDG_RUNTIME_DIR=/run/user/{USER}",
            f"BUILDKIT_HOST=unix:///run/user/{USER}/buildkit/buildkitd.sock",
        ),
    )

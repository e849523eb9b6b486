"""Package managers as packages: what generated Dockerfiles install, each in one version, by npm and pip themselves."""

import shutil
import sys
from hashlib import sha256
from pathlib import Path
from typing import Final

from deploy.local import versions
from deploy.local.images.languages import download_node, unpack_node
from deploy.local.steps import StepContext, StepError

NPM: Final = {
    "pnpm@10.34.9": "7e8a946108e7baab119e51d27c24d6178b46545422643dbc91e34e2f1ee32e0f",
    "yarn@1.22.22": "c17d3797fb9a9115bf375e31bfd30058cac6bc9c3b8807a3d8cb2094794b51ca",
    "@yarnpkg/cli-dist@4.18.1": "f6729593ad4c17784e3d4ade53b3ed684e3dba3af5adb9bebe21bb854fe0b153",
    "bun@1.4.5": "f9dc1354971804de48fde2369ba8de8dbb98ef1dd06a08c1a7dd940c3aca3eb6",
    "@oven/bun-linux-x64@1.4.5": "0c72edca57b0cbf0a07a242daf0ea8ea96711827f042b80a1c383ce1cc51c771",
}
"""Hashes of the archives. The last one is the program that `bun` brings for this kind of machine."""
PYTHON: Final = Path(__file__).parent / "requirements.txt"
"""uv, and Poetry with all it needs and what heeds a mirror; made by downloading them for this Python."""
_PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux2014_x86_64", "any")


def parts() -> tuple[str, ...]:
    """What the content depends on."""
    return (*NPM.values(), PYTHON.read_text(), versions.NEWER_PYTHON)


async def fetch_managers(folder: Path, context: StepContext) -> None:
    """Raises CommandError when a registry does not answer, StepError when it answers something else."""
    context.note("downloading Python's")
    await context.run(
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"),
        *("--only-binary=:all:", "--python-version", versions.NEWER_PYTHON),
        *(f"--platform={each}" for each in _PLATFORMS),
        *("--requirement", PYTHON, "--dest", folder),
    )
    context.note("downloading those of Node.js")
    node = folder / "node"
    node.mkdir()
    unpack_node(await download_node(node, context), node)
    npm = (node / "bin" / "node", node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    for package, digest in NPM.items():
        told = await context.run(*npm, "pack", "--silent", package, directory=folder)
        _check(folder / told.split()[-1], digest, package)
    shutil.rmtree(node)


def _check(archive: Path, digest: str, package: str) -> None:
    if sha256(archive.read_bytes()).hexdigest() != digest:
        raise StepError(f"the registry answers another {package} than it once did")

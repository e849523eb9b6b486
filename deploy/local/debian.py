"""Debian packages: fetched with apt, unpacked into the cache, never installed.

apt gets lists of its own in the cache, so the machine's package state is not touched.
"""

# ruff: noqa: ASYNC240  (a few local files: quicker than handing them to a thread)

import asyncio
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.local import versions
from deploy.local.cache import ensure_artifact, version_key
from deploy.local.steps import CommandError, Outcome, StepContext

_PARALLEL = 4


def node_artifact(cache: Path) -> Path:
    """Return the directory where the node's packages are (or will be) unpacked."""
    return cache / "debian" / version_key(versions.DEBIAN, *versions.NODE_PACKAGES)


def apt_options(cache: Path) -> list[str]:
    """Return the options that keep apt's state in the cache."""
    lists = cache / "apt" / "lists"
    archives = cache / "apt" / "archives"
    for directory in (lists / "partial", archives / "partial"):
        directory.mkdir(parents=True, exist_ok=True)
    return [
        f"-oDir::State::Lists={lists}",
        f"-oDir::Cache::Archives={archives}",
        f"-oDir::Cache::pkgcache={cache / 'apt' / 'pkgcache.bin'}",
        f"-oDir::Cache::srcpkgcache={cache / 'apt' / 'srcpkgcache.bin'}",
        "-oAPT::Sandbox::User=root",
        "-oAcquire::Retries=3",
    ]


async def download(
    packages: Sequence[str],
    target: Path,
    cache: Path,
    context: StepContext,
    *,
    options: Sequence[str] = (),
) -> list[Path]:
    """Download the packages with what they need and this system lacks; return the files."""
    try:
        return await _download(packages, target, cache, context, options=options)
    except CommandError:
        # The lists are missing, or so old that a file they name is gone from the archive.
        context.note("updating package lists")
        await context.run("apt-get", *apt_options(cache), "update")
        return await _download(packages, target, cache, context, options=options)


async def _download(
    packages: Sequence[str],
    target: Path,
    cache: Path,
    context: StepContext,
    *,
    options: Sequence[str],
) -> list[Path]:
    apt = ["apt-get", *apt_options(cache), *options]
    plan = await context.run(
        *apt, "install", "--print-uris", "-qq", "--no-install-recommends", *packages
    )
    names = parse_uris(plan)
    context.note(f"downloading {len(names)} packages")
    await context.run(*apt, "download", *names, directory=target)
    return sorted(target.glob("*.deb"))


def parse_uris(plan: str) -> list[str]:
    """Return `NAME=VERSION` of each package in the output of `apt-get --print-uris`."""
    found = []
    for line in plan.splitlines():
        fields = shlex.split(line)
        if len(fields) >= 3 and fields[1].endswith(".deb"):
            name, version, _ = fields[1].removesuffix(".deb").split("_")
            found.append(f"{name}={version.replace('%3a', ':')}")
    return found


async def ensure_node_packages(cache: Path, context: StepContext) -> Outcome:
    """Unpack the node's packages into one tree in the cache."""
    return await ensure_tree(
        node_artifact(cache), versions.NODE_PACKAGES, cache, context, finish=_link_alternatives
    )


async def ensure_tree(
    tree: Path,
    packages: Sequence[str],
    cache: Path,
    context: StepContext,
    *,
    finish: Callable[[Path], None] = lambda _: None,
) -> Outcome:
    """Unpack packages, with what they need and this system lacks, into one tree, which `finish` may change."""

    async def build(target: Path) -> None:
        files = await download(packages, target, cache, context)
        limit = asyncio.Semaphore(_PARALLEL)

        async def unpack(file: Path) -> None:
            async with limit:
                await context.run("dpkg", "-x", file, target)
                file.unlink()

        context.note("unpacking")
        await asyncio.gather(*(unpack(file) for file in files))
        finish(target)

    return await ensure_artifact(tree, build, note=context.note)


def _link_alternatives(tree: Path) -> None:
    """Make the links that the packages' installation scripts would make."""
    sbin = tree / "usr" / "sbin"
    for family in ("iptables", "ip6tables"):
        for suffix in ("", "-save", "-restore"):
            (sbin / f"{family}{suffix}").symlink_to("xtables-nft-multi")

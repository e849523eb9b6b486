"""Root file systems from Debian packages: a base, and trees of what packages add to it."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from deploy.local import debian, versions
from deploy.local.steps import StepContext

_UNNEEDED = (
    "usr/share/doc",
    "usr/share/man",
    "usr/share/locale",
    "usr/share/info",
    "usr/share/bash-completion",
    "usr/share/lintian",
    "usr/share/zoneinfo/posix",
    "usr/share/zoneinfo/right",
    "var/cache/apt",
)
"""What nobody reads in a container, or has twice: each file of a base image costs every build that unpacks it."""
_IS_MERGED = {"bookworm": "usr-is-merged"}
"""The package that says so, where else one would come that can merge `/usr` and brings all of Perl for it."""


async def make_base(
    target: Path,
    tools: Path,
    context: StepContext,
    *,
    suite: str = versions.DEBIAN,
    packages: Sequence[str] = (),
) -> None:
    """Make a minimal Debian with apt in `target`, and some packages more."""
    programs = tools / "usr" / "bin"
    drop = [f"--dpkgopt=path-exclude=/{path}/*" for path in _UNNEEDED[:-1]]
    keep = "--dpkgopt=path-include=/usr/share/doc/*/copyright"
    options = ["--mode=root", "--variant=minbase", "--format=directory", *drop, keep]
    included = list(packages)
    if suite in _IS_MERGED:
        included.append(_IS_MERGED[suite])
        options.append(f"--hook-dir={tools}/usr/share/mmdebstrap/hooks/merged-usr")
    await context.run(
        "perl",
        programs / "mmdebstrap",
        *options,
        *([f"--include={','.join(included)}"] if included else []),
        suite,
        target,
        # It starts a helper of its own package by name.
        environment={"PATH": f"{programs}:{os.environ['PATH']}"},
    )


async def add_packages(
    base: Path, packages: Sequence[str], target: Path, cache: Path, context: StepContext
) -> None:
    """Install packages on top of a base; `target` receives only what that adds or changes.

    The caller may then change files in `target` before packing it as a layer.
    """
    work = target.with_name(target.name + ".work")
    downloads = work / "downloads"
    merged = work / "merged"
    for directory in (target, work / "overlay", downloads, merged):
        directory.mkdir(parents=True)
    status = base / "var" / "lib" / "dpkg" / "status"
    await debian.download(
        packages, downloads, cache, context, options=[f"-oDir::State::status={status}"]
    )
    context.note("installing")
    layers = f"lowerdir={base},upperdir={target},workdir={work / 'overlay'}"
    # In a mount name space of its own: nothing stays mounted, whatever happens.
    script = (
        'set -e; mount -t overlay overlay -o "$1" "$2"; mkdir -p "$2/tmp/packages"; '
        'mount --bind "$3" "$2/tmp/packages"; mount -t proc proc "$2/proc"; '
        "export DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin; "
        'chroot "$2" sh -c "apt-get install --yes --no-install-recommends /tmp/packages/*.deb"; '
        'umount "$2/proc" "$2/tmp/packages"; rmdir "$2/tmp/packages"'
    )
    shell = ["unshare", "--mount", "sh", "-c", script, "add-packages"]
    await context.run(*shell, layers, merged, downloads)
    for path in _UNNEEDED:
        shutil.rmtree(target / path, ignore_errors=True)
    shutil.rmtree(work)

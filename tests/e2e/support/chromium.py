"""Chromium: this machine's own, or Debian's package unpacked into the cache."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import debian, versions
from deploy.local.cache import version_key
from deploy.local.progress import PlainReporter
from deploy.local.steps import Outcome, Step, StepContext

_PACKAGES = ("chromium", "fonts-dejavu-core")
_PROGRAM = Path("usr/lib/chromium/chromium")
_LIBRARIES = (
    "usr/lib/x86_64-linux-gnu",
    "lib/x86_64-linux-gnu",
    "usr/lib/x86_64-linux-gnu/pulseaudio",
)
"""The last of them is named in a library itself, by a path that is right only where it is installed."""
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>{fonts}</dir><dir>/usr/share/fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
"""
"""Those of the machine too: packages that it has already are not in the tree."""


@dataclass(frozen=True)
class Chromium:
    """A browser that can be started."""

    program: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to ours."""


async def find_chromium(cache: Path, log: Path) -> Chromium:
    """Raises CommandError when there is none and the package cannot be fetched; the log says why."""
    if program := shutil.which("chromium"):
        return Chromium(Path(program))
    return await unpack_chromium(cache, log)


async def unpack_chromium(cache: Path, log: Path) -> Chromium:
    """The package, in the cache; nothing is installed."""
    tree = cache / "debian" / f"chromium-{version_key(versions.DEBIAN, *_PACKAGES, _FONTS)}"
    fonts = tree / "fonts.conf"

    async def nothing(_: StepContext) -> Outcome:
        return Outcome.DONE

    def name_fonts(target: Path) -> None:
        text = _FONTS.format(fonts=tree / "usr" / "share" / "fonts")
        (target / fonts.name).write_text(text)

    context = StepContext(Step("chromium", "Chromium", nothing), log, PlainReporter())
    await debian.ensure_tree(tree, _PACKAGES, cache, context, finish=name_fonts)
    libraries = ":".join(str(tree / each) for each in _LIBRARIES)
    return Chromium(tree / _PROGRAM, {"LD_LIBRARY_PATH": libraries, "FONTCONFIG_FILE": str(fonts)})

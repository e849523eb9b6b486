"""A page as a headless browser shows it: a picture, and what is in it."""

import asyncio
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageStat

from tests.e2e.support.chromium import Chromium

SECONDS = 60.0
_SIZE = (800, 600)
_SCHEMES = {"dark": "0", "light": "1"}
"""Numbers of Blink's `preferredColorScheme`."""


@dataclass(frozen=True)
class Picture:
    """What a picture is like, taken together."""

    brightness: float
    """0 is black, 1 is white."""
    colours: int
    """How many there are; an empty page has one."""


async def take_picture(
    chromium: Chromium, url: str, file: Path, *, scheme: str = "light"
) -> Picture:
    """Open the page, wait until it is loaded, and keep its picture in `file`. Names in `.localhost` are loopback."""
    profile = file.with_suffix(".profile")
    process = await asyncio.create_subprocess_exec(
        chromium.program,
        "--headless=new",
        # A browser looks for updates, lists and accounts by itself; it asks for nothing but the page.
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--no-proxy-server",
        f"--user-data-dir={profile}",
        f"--window-size={_SIZE[0]},{_SIZE[1]}",
        f"--blink-settings=preferredColorScheme={_SCHEMES[scheme]}",
        f"--screenshot={file}",
        url,
        env={**os.environ, **chromium.environment},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, errors = await asyncio.wait_for(process.communicate(), SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        shutil.rmtree(profile, ignore_errors=True)
    return await asyncio.to_thread(_read, file, errors.decode(errors="replace")[-2000:])


def _read(file: Path, errors: str) -> Picture:
    assert file.exists(), errors
    with Image.open(file) as image:
        grey, colours = (
            image.convert("L"),
            image.convert("RGB").getcolors(image.width * image.height),
        )
        return Picture(ImageStat.Stat(grey).mean[0] / 255, len(colours or ()))

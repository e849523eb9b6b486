"""A page as a headless browser shows it: a picture, and what is in it."""

import asyncio
import shutil
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 60.0
_SIZE = (800, 600)
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SCHEMES = {"dark": "0", "light": "1"}
"""Numbers of Blink's `preferredColorScheme`."""


def find_browser() -> str | None:
    return next((path for path in map(shutil.which, NAMES) if path), None)


@dataclass(frozen=True)
class Picture:
    """Rows of pixels, each three bytes of red, green and blue."""

    width: int
    rows: tuple[bytes, ...]

    @property
    def brightness(self) -> float:
        """0 is black, 1 is white."""
        return sum(map(sum, self.rows)) / (255 * 3 * self.width * len(self.rows))

    @property
    def colours(self) -> int:
        """How many there are; an empty page has one."""
        pixels = {row[at : at + 3] for row in self.rows for at in range(0, len(row), 3)}
        return len(pixels)


async def take_picture(url: str, file: Path, *, scheme: str = "light") -> Picture:
    """Open the page, wait until it is loaded, and keep its picture in `file`. Names in `.localhost` are loopback."""
    browser = find_browser()
    assert browser, "no browser is installed"
    profile = file.with_suffix(".profile")
    process = await asyncio.create_subprocess_exec(
        browser,
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
    return read_picture(file.read_bytes())


def read_picture(data: bytes) -> Picture:
    """A PNG of eight bits a channel, without interlacing: what the browser writes."""
    assert data.startswith(_SIGNATURE)
    packed, position, header = b"", len(_SIGNATURE), b""
    while position < len(data):
        length, kind = struct.unpack(">I4s", data[position : position + 8])
        body = data[position + 8 : position + 8 + length]
        position += length + 12
        if kind == b"IHDR":
            header = body
        elif kind == b"IDAT":
            packed += body
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", header)
    assert (depth, interlace) == (8, 0)
    channels = {2: 3, 6: 4}[colour]
    rows = _rows(zlib.decompress(packed), width * channels, height, channels)
    if channels == 4:
        rows = [bytes(b for at, b in enumerate(row) if at % 4 != 3) for row in rows]
    return Picture(width, tuple(rows))


def _rows(plain: bytes, stride: int, height: int, channels: int) -> list[bytes]:
    """Undo the filter of each row (PNG specification, section 9)."""
    rows, before = [], bytes(stride)
    for number in range(height):
        start = number * (stride + 1)
        kind, row = plain[start], bytearray(plain[start + 1 : start + 1 + stride])
        for at in range(stride):
            left = row[at - channels] if at >= channels else 0
            corner = before[at - channels] if at >= channels else 0
            row[at] = (row[at] + _predicted(kind, left, before[at], corner)) & 0xFF
        before = bytes(row)
        rows.append(before)
    return rows


def _predicted(kind: int, left: int, above: int, corner: int) -> int:
    if kind == 4:
        guess = left + above - corner
        return min((left, above, corner), key=lambda each: abs(guess - each))
    return (0, left, above, (left + above) // 2)[kind]

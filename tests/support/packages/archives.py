"""Packages of npm and of Python, byte for byte the same on every machine: lock files hold their hashes."""

import base64
import io
import json
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from hashlib import sha256

_BLOCK = 0xFFFF
"""Bytes that one stored block of a deflated stream may hold."""
_DATE = (2020, 1, 1, 0, 0, 0)


def make_tarball(
    name: str, version: str, code: str, dependencies: Mapping[str, str] | None = None
) -> bytes:
    """An npm package of one module."""
    manifest = {"name": name, "version": version, "license": "MIT", "main": "index.js"}
    told = json.dumps({**manifest, "dependencies": dict(dependencies or {})}, indent=2)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for file, text in {"package.json": told, "index.js": code}.items():
            member = tarfile.TarInfo(f"package/{file}")
            member.size, member.mode = len(text.encode()), 0o644
            archive.addfile(member, io.BytesIO(text.encode()))
    return _gzipped(packed.getvalue())


def make_wheel(name: str, version: str, code: str, requires: Sequence[str] = ()) -> bytes:
    """A Python package of one module, as a wheel."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    described = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    described += [f"Requires-Dist: {each}" for each in requires]
    files = {
        f"{module}/__init__.py": code,
        f"{info}/METADATA": "".join(f"{line}\n" for line in described),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: ours\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{file},{_recorded(text)}\n" for file, text in files.items())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for file, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(zipfile.ZipInfo(file, _DATE), text)
    return packed.getvalue()


def _recorded(text: str) -> str:
    data = text.encode()
    digest = base64.urlsafe_b64encode(sha256(data).digest()).rstrip(b"=").decode()
    return f"sha256={digest},{len(data)}"


def _gzipped(data: bytes) -> bytes:
    """Stored, not compressed: compressors differ from version to version."""
    parts = [data[at : at + _BLOCK] for at in range(0, len(data), _BLOCK)]
    blocks = (
        struct.pack("<BHH", part is parts[-1], len(part), len(part) ^ _BLOCK) + part
        for part in parts
    )
    head = b"\x1f\x8b\x08\x00" + bytes(5) + b"\xff"
    return head + b"".join(blocks) + struct.pack("<II", zlib.crc32(data), len(data))

"""What a folder of packages holds, as npm's protocol and the simple index of Python tell it."""

import base64
import html
import json
import re
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha1, sha256, sha512
from pathlib import Path
from typing import Any

Json = dict[str, Any]
_PUBLISHED = "2020-01-01T00:00:00.000Z"
"""Some package managers wait until a version is some days old."""


@dataclass(frozen=True)
class Tarball:
    """One version of an npm package."""

    path: Path
    manifest: Json

    @property
    def place(self) -> str:
        """Path below the registry; npm's own shape, for then lock files need no address."""
        name = str(self.manifest["name"])
        return f"{name}/-/{name.rpartition('/')[2]}-{self.manifest['version']}.tgz"

    @cached_property
    def hashes(self) -> Json:
        data = self.path.read_bytes()
        whole = base64.b64encode(sha512(data).digest()).decode()
        return {"integrity": f"sha512-{whole}", "shasum": sha1(data).hexdigest()}  # noqa: S324  (npm's)


@dataclass(frozen=True)
class Shelf:
    """Read once, when it is made."""

    tarballs: Sequence[Tarball] = ()
    wheels: Sequence[Path] = ()
    _digests: dict[Path, str] = field(default_factory=dict)

    @classmethod
    def read(cls, *folders: Path) -> "Shelf":
        files = [each for folder in folders for each in sorted(folder.iterdir())]
        return cls(
            [Tarball(each, _manifest(each)) for each in files if each.suffix == ".tgz"],
            [each for each in files if each.suffix == ".whl"],
        )

    def package(self, name: str, registry: str) -> Json | None:
        """All versions of an npm package; `registry` is the URL that it is asked under."""
        found = {
            each.manifest["version"]: each
            for each in self.tarballs
            if each.manifest["name"] == name
        }
        if not found:
            return None
        versions = {
            version: {
                **each.manifest,
                "dist": {"tarball": f"{registry}/{each.place}", **each.hashes},
            }
            for version, each in found.items()
        }
        tags, times = {"latest": list(found)[-1]}, dict.fromkeys(found, _PUBLISHED)
        return {"name": name, "dist-tags": tags, "versions": versions, "time": times}

    def tarball(self, place: str) -> Path | None:
        return next((each.path for each in self.tarballs if each.place == place), None)

    def project(self, name: str, files: str) -> str | None:
        """The page of a Python project; `files` is where its wheels are, as links say it."""
        found = [each for each in self.wheels if _normalized(each.name.partition("-")[0]) == name]
        links = (
            f'<a href="{files}/{html.escape(each.name)}#sha256={self._digest(each)}">{html.escape(each.name)}</a><br>'
            for each in found
        )
        return (
            f"<!DOCTYPE html>\n<title>{html.escape(name)}</title>\n" + "\n".join(links)
            if found
            else None
        )

    def wheel(self, name: str) -> Path | None:
        return next((each for each in self.wheels if each.name == name), None)

    def _digest(self, wheel: Path) -> str:
        if wheel not in self._digests:
            self._digests[wheel] = sha256(wheel.read_bytes()).hexdigest()
        return self._digests[wheel]


def _manifest(path: Path) -> Json:
    """`package.json` of the one directory that such an archive holds."""
    with tarfile.open(path) as archive:
        for member in archive:
            file = (
                archive.extractfile(member)
                if re.fullmatch(r"[^/]+/package\.json", member.name)
                else None
            )
            if file:
                found: Json = json.load(file)
                return found
    raise ValueError(f"{path} is no npm package")


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()

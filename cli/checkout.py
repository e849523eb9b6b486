"""The files of a working tree, as a commit of it would hold them. Nothing of it is executed, no link out is followed."""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from activities.documents import MAX_BYTES
from cli.listing import Listing, counted, git_listing, walk

_MAX_NAMED = 3
"""Paths named in a note; the rest is counted."""


class CheckoutError(Exception):
    """Why a path cannot be taken as a checkout, as a sentence for the person who typed it."""


@dataclass(frozen=True)
class Checkout:
    """Regular files below `root`; `notes` are sentences about what was left out."""

    root: Path
    paths: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def read(self, path: str) -> bytes:
        """The beginning of a file, one byte more than anyone reads of it. Raises OSError."""
        real = (self.root / path).resolve()
        if not _is_inside(real, self.root):
            raise PermissionError(0, "leads out of the repository", path)
        # O_NONBLOCK: a pipe that took the file's place since it was listed must not stop us.
        with os.fdopen(os.open(real, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError(0, "is not a regular file", path)
            return file.read(MAX_BYTES + 1)


def open_checkout(path: Path) -> Checkout:
    """The checkout in `path`, which is taken as the repository's root. Raises CheckoutError."""
    try:
        root = path.resolve(strict=True)
        is_directory = root.is_dir()
        if is_directory:
            next(root.iterdir(), None)
    except (OSError, RuntimeError) as error:
        words = getattr(error, "strerror", None) or "links that lead in a circle"
        raise CheckoutError(f"`{path}` cannot be read: {words}") from None
    if not is_directory:
        raise CheckoutError(f"`{path}` is not a directory")
    listing = git_listing(root) or walk(root)
    return _sorted_out(root, listing)


def _sorted_out(root: Path, listing: Listing) -> Checkout:
    """Regular files, and links that lead to one inside; all other entries become notes."""
    paths: list[str] = []
    leading_out: list[str] = []
    broken: list[str] = []
    unnamed = 0
    for path in listing.paths:
        if not _is_utf8(path):
            unnamed += 1
            continue
        kind = _kind(root, path)
        if kind == "file":
            paths.append(path)
        elif kind == "out":
            leading_out.append(path)
        elif kind == "broken":
            broken.append(path)
    notes = [
        *listing.notes,
        *_note(
            leading_out,
            "leads out of the repository and is not followed",
            "lead out of the repository and are not followed",
        ),
        *_note(broken, "is a link that leads nowhere", "are links that lead nowhere"),
        *_note(
            listing.submodules,
            "is a submodule; submodules are not fetched, so it is empty in a preview",
            "are submodules; submodules are not fetched, so they are empty in a preview",
        ),
    ]
    if unnamed:
        left_out = counted(unnamed, "file is", "files are")
        notes.append(f"{left_out} left out, for a name that is not UTF-8.")
    return Checkout(root, tuple(sorted(paths)), tuple(notes))


def _kind(root: Path, path: str) -> str:
    """`file`, `out`, `broken`, or empty for a directory, a deleted file, a pipe and the like."""
    full = root / path
    try:
        mode = full.lstat().st_mode
        if not stat.S_ISLNK(mode):
            return "file" if stat.S_ISREG(mode) else ""
        real = full.resolve(strict=True)
    except (OSError, RuntimeError):  # not there, not allowed, or links in a circle
        return "broken" if full.is_symlink() else ""
    if not _is_inside(real, root):
        return "out"
    return "file" if real.is_file() else ""


def _is_inside(real: Path, root: Path) -> bool:
    return real.is_relative_to(root) and ".git" not in real.relative_to(root).parts


def _is_utf8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _note(paths: Iterable[str], one: str, many: str) -> list[str]:
    named = sorted(paths)
    if not named:
        return []
    shown = ", ".join(f"`{path}`" for path in named[:_MAX_NAMED])
    rest = len(named) - _MAX_NAMED
    subject = f"{shown} and {rest} more" if rest > 0 else shown
    return [f"{subject} {one if len(named) == 1 else many}."]

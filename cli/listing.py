"""Which files belong to a working tree: those that Git knows, else those that are there."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

MAX_FILES = 200_000
"""Of a directory that Git does not know: more is a home directory, not a repository."""
GIT_TIMEOUT = 60.0
"""Seconds; a million files take a few."""
_SUBMODULE = "160000"
"""Git's mode of a commit of another repository."""
_OTHERS = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "venv", ".tox"})
"""Directories that no commit holds; with Git, `.gitignore` says it."""
_GIT = (
    "git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
    "-c", "core.quotePath=false", "ls-files", "-z",
)  # fmt: skip
"""A repository's own configuration can name programs to run; these two are the ones that listing files would start."""


def counted(number: int, one: str, many: str) -> str:
    """`1 file is`, `2 files are`."""
    return f"{number:,} {one if number == 1 else many}"


@dataclass(frozen=True)
class Listing:
    """Paths as they were found, links and missing files among them; names that are not UTF-8 hold surrogates."""

    paths: tuple[str, ...]
    submodules: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def git_listing(root: Path) -> Listing | None:
    """Tracked files, and untracked ones that are not ignored; None when Git does not know the directory."""
    try:
        tracked = _git(root, "--stage")
        untracked = _git(root, "--others", "--exclude-standard")
    except (OSError, subprocess.SubprocessError):
        return None
    paths: list[str] = []
    submodules: list[str] = []
    for entry in tracked:
        facts, _, path = entry.partition("\t")
        (submodules if facts.startswith(_SUBMODULE) else paths).append(path)
    if not paths and not submodules and not (root / ".git").exists():
        return None  # an ignored directory of some other repository
    new = [
        path for path in untracked if not path.endswith("/")
    ]  # a directory: a repository of its own
    return Listing(
        tuple(dict.fromkeys([*paths, *new])), tuple(submodules), tuple(_notes(root, new))
    )


def _git(root: Path, *options: str) -> list[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    done = subprocess.run(
        [*_GIT, *options],
        cwd=root,
        env={**environment, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        timeout=GIT_TIMEOUT,
    )
    return [entry for entry in os.fsdecode(done.stdout).split("\0") if entry]


def _notes(root: Path, untracked: list[str]) -> list[str]:
    notes = []
    if untracked:
        count = counted(len(untracked), "file is", "files are")
        first = f"`{untracked[0]}`" if untracked[0].isprintable() else "one"
        notes.append(f"{count} not in Git yet ({first} …): a preview sees what is committed.")
    attributes = root / ".gitattributes"
    if not attributes.is_symlink() and attributes.is_file():
        text = attributes.read_bytes()[:MAX_FILES].decode(errors="replace")
        lines = [line.split() for line in text.splitlines() if not line.startswith("#")]
        patterns = [line[0] for line in lines if "filter=lfs" in line[1:]]
        if patterns:
            shown = ", ".join(f"`{pattern}`" for pattern in patterns[:3])
            notes.append(
                f"Git LFS keeps {shown} (`.gitattributes`); its files are not fetched, so a build sees pointers."
            )
    return notes


def walk(root: Path) -> Listing:
    """Every file below `root`, without other people's code and other repositories; no link is followed."""
    paths: list[str] = []
    unreadable: list[str] = []
    repositories: list[str] = []
    notes: list[str] = []
    for folder, folders, files in os.walk(
        root, onerror=lambda e: unreadable.append(str(e.filename))
    ):
        here = Path(folder)
        if here != root and (".git" in files or ".git" in folders):
            repositories.append(here.relative_to(root).as_posix())
            folders.clear()
            continue
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = sorted(set(folders) - set(links) - _OTHERS - _environments(here, folders))
        paths += [(here / name).relative_to(root).as_posix() for name in [*files, *links]]
        if len(paths) > MAX_FILES:
            notes.append(f"Only the first {MAX_FILES:,} files were looked at.")
            break
    if unreadable:
        left_out = counted(len(unreadable), "directory is", "directories are")
        notes.append(f"{left_out} left out, for want of permission to read.")
    return Listing(tuple(paths), tuple(repositories), tuple(notes))


def _environments(here: Path, folders: list[str]) -> set[str]:
    """Virtual environments of Python, whatever they are called."""
    return {name for name in folders if (here / name / "pyvenv.cfg").exists()}

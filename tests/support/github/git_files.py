"""Reading files, folders, differences and archives out of bare repositories."""

from __future__ import annotations

from tests.support.github.git import FileChange, Git, TreeEntry

_STATUS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied"}
_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


async def changes(
    git: Git, repository: int, old: str | None, new: str, *, with_patches: bool = False
) -> list[FileChange]:
    """The files that differ between two commits (`old` None: everything is new)."""
    pair = (old or _EMPTY_TREE, new)
    listing = await git.text(repository, "diff-tree", "-r", "-M", "-z", "--raw", "--numstat", *pair)
    parts = [part.lstrip("\n") for part in listing.split("\0")]
    records, rest = _records(parts)
    counts = _counts(rest)
    patches = [""] * len(records)
    if with_patches:
        patches = _patches(await git.text(repository, "diff-tree", "-r", "-M", "-p", *pair))
    found = []
    for (status, blob, previous, path), patch in zip(records, patches, strict=True):
        additions, deletions = counts.get(path, (0, 0))
        found.append(
            FileChange(
                path=path,
                previous_path=previous,
                status=_STATUS.get(status, "changed"),
                additions=additions,
                deletions=deletions,
                blob=blob,
                patch=patch,
            )
        )
    return found


def _records(parts: list[str]) -> tuple[list[tuple[str, str, str | None, str]], list[str]]:
    """`--raw -z`: `:mode mode old new STATUS NUL path NUL [path NUL]`; and what comes after."""
    found = []
    while parts and parts[0].startswith(":"):
        _, _, old, new, status = parts.pop(0).split(" ")
        first = parts.pop(0)
        second = parts.pop(0) if status[0] in "RC" else None
        blob = old if status == "D" else new
        found.append((status[0], blob, first if second else None, second or first))
    return found, parts


def _counts(fields: list[str]) -> dict[str, tuple[int, int]]:
    """`--numstat -z`: `added TAB deleted TAB path NUL`, or an empty path and two more fields."""
    parts = iter(fields)
    found = {}
    for part in parts:
        if not part:
            continue
        added, deleted, path = part.split("\t", 2)
        if not path:
            next(parts)
            path = next(parts)
        is_binary = added == "-"
        found[path] = (0, 0) if is_binary else (int(added), int(deleted))
    return found


def _patches(text: str) -> list[str]:
    """The hunks of each file, in the order of the raw listing."""
    found = []
    for section in ("\n" + text).split("\ndiff --git ")[1:]:
        _, mark, hunks = section.partition("\n@@ ")
        found.append(f"@@ {hunks}".rstrip("\n") if mark else "")
    return found


async def entry(git: Git, repository: int, commit: str, path: str) -> TreeEntry | None:
    """The file or folder at `path` (empty: the root), or None."""
    if not path:
        tree = await git.text(repository, "rev-parse", f"{commit}^{{tree}}")
        return TreeEntry("tree", "040000", tree, 0, "")
    found = await _listing(git, repository, commit, path)
    return found[0] if found else None


async def folder(git: Git, repository: int, commit: str, path: str) -> list[TreeEntry]:
    return await _listing(git, repository, commit, f"{path}/" if path else "")


async def _listing(git: Git, repository: int, commit: str, path: str) -> list[TreeEntry]:
    target = [path] if path else []
    output = await git.text(
        repository, "--literal-pathspecs", "ls-tree", "-z", "-l", commit, "--", *target
    )
    return [_entry(line) for line in output.split("\0") if line]


def _entry(line: str) -> TreeEntry:
    head, _, path = line.partition("\t")
    mode, kind, sha, size = head.split()
    return TreeEntry(kind, mode, sha, 0 if size == "-" else int(size), path)


async def content(git: Git, repository: int, blob: str) -> bytes:
    return await git.run(repository, "cat-file", "blob", blob)


async def archive(git: Git, repository: int, commit: str, prefix: str, kind: str) -> bytes:
    """A `tar.gz` or `zip` whose single top folder is `prefix`, as GitHub packs them."""
    return await git.run(repository, "archive", f"--format={kind}", f"--prefix={prefix}/", commit)


async def put_file(git: Git, repository: int, tree: str | None, path: str, data: bytes) -> str:
    """A tree like `tree` with one file added or replaced."""
    made = await git.run(repository, "hash-object", "-w", "--stdin", data=data)
    blob = made.decode().strip()
    index = {"GIT_INDEX_FILE": str(git.path(repository) / f"index-{blob}")}
    try:
        if tree:
            await git.run(repository, "read-tree", tree, extra=index)
        info = f"100644,{blob},{path}"
        await git.run(repository, "update-index", "--add", "--cacheinfo", info, extra=index)
        return (await git.run(repository, "write-tree", extra=index)).decode().strip()
    finally:
        (git.path(repository) / f"index-{blob}").unlink(missing_ok=True)

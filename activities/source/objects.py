"""Contents of a commit's files without a checkout: fetched together, read from Git's store, limited in memory."""

from collections.abc import Iterable, Mapping, Sequence

from activities.documents import MAX_BYTES
from activities.git import Git
from activities.source.index import Index
from workflows.errors import GitHubError, PlanError

MAX_LISTING = 64 * 2**20
"""Bytes of a commit's list of paths, in memory: half a million files. A few kilobytes of trees that hold each other
several times can make it endless."""
MAX_CONTENT = MAX_BYTES + 1
"""Bytes kept of one file: one more than any reader of texts takes."""
_WORDS = 3
"""Hash, type and size, as `git cat-file --batch` begins each answer."""


class Objects:
    """A repository of which only the trees were fetched, and what is fetched of it since."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._fetched: set[str] = set()
        self._contents: dict[str, bytes] = {}

    async def index(self, commit: str) -> Index:
        """All paths of a commit that was fetched. Raises PlanError when they are too many."""
        listed = await self._git("ls-tree", "-r", "-z", "--full-tree", commit, keep=MAX_LISTING)
        if listed.is_cut:
            raise PlanError(
                f"the repository has too many files: the list of their names alone is larger than {MAX_LISTING // 2**20} MiB",
                hint="Keep generated files out of the repository, or split it.",
            )
        return Index.parse(listed.stdout)

    async def fetch(self, oids: Iterable[str]) -> None:
        """Contents by their hashes, in one round trip for all that are not here yet; as Git fetches for itself."""
        missing = sorted({oid for oid in oids if oid} - self._fetched)
        if not missing:
            return
        await self._git(
            "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head",
            "--filter=blob:none", "--stdin", "origin", stdin=_lines(missing),
        )  # fmt: skip
        self._fetched.update(missing)

    async def read(self, oids: Iterable[str], *, total: int) -> None:
        """The beginnings of these contents for `content`, until they are `total` bytes. Fetches what is missing."""
        asked = list(dict.fromkeys(oid for oid in oids if oid and oid not in self._contents))
        if not asked:
            return
        await self.fetch(asked)
        small: list[str] = []
        large: list[str] = []
        for oid, size in (await self._sizes(asked)).items():
            if total < 0:
                break
            total -= min(size, MAX_CONTENT)
            (small if size <= MAX_CONTENT else large).append(oid)
        if small:
            read = await self._git("cat-file", "--batch", stdin=_lines(small))
            self._contents.update(_parse(read.stdout))
        for oid in large:
            head = await self._git("cat-file", "blob", oid, keep=MAX_CONTENT)
            self._contents[oid] = head.stdout

    def content(self, oid: str) -> bytes:
        """What `read` has read, at most `MAX_CONTENT` bytes. Raises OSError for what it has not."""
        try:
            return self._contents[oid]
        except KeyError:
            raise OSError(0, "too much to read") from None

    async def _sizes(self, oids: Sequence[str]) -> Mapping[str, int]:
        checked = await self._git("cat-file", "--batch-check", stdin=_lines(oids))
        found = (line.split(" ") for line in checked.stdout.decode().splitlines())
        sizes = {words[0]: int(words[2]) for words in found if len(words) == _WORDS}
        if len(sizes) < len(oids):
            raise GitHubError("git did not find files that it had fetched")
        return sizes

    async def fetch_trees(self, commit: str) -> bool:
        """The names and modes of another commit; False when the server does not have it any more."""
        fetched = await self._git.attempt(
            "fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head",
            "--filter=blob:none", "origin", commit,
        )  # fmt: skip
        return fetched.code == 0

    async def changed(self, old: str, new: str) -> Sequence[str] | None:
        """Paths that differ between two commits, both names of a renamed file; None when they are too many."""
        listed = await self._git(
            "diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new, keep=MAX_LISTING
        )
        if listed.is_cut:
            return None
        return [path for path in listed.stdout.decode(errors="replace").split("\0") if path]

    async def with_filter(self, commit: str, paths: Sequence[str], name: str) -> Sequence[str]:
        """Those paths to which the commit's `.gitattributes`, which must have been fetched, give that filter."""
        await self._git("read-tree", commit)
        asked = b"".join(path.encode() + b"\0" for path in paths)
        checked = await self._git("check-attr", "--cached", "--stdin", "-z", "filter", stdin=asked)
        words = checked.stdout.decode(errors="replace").split("\0")
        answers = zip(words[::3], words[2::3], strict=False)
        return [path for path, found in answers if found == name]


def _lines(words: Iterable[str]) -> bytes:
    return "".join(f"{word}\n" for word in words).encode()


def _parse(output: bytes) -> Mapping[str, bytes]:
    """`<hash> blob <size>`, a newline, the content, a newline (git-cat-file(1))."""
    found, position = {}, 0
    while position < len(output):
        end = output.index(b"\n", position)
        words = output[position:end].decode().split(" ")
        size = int(words[_WORDS - 1])
        found[words[0]] = output[end + 1 : end + 1 + size]
        position = end + 2 + size
    return found

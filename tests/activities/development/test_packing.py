"""What a pod lacks of a commit, packed from a repository on disk that is fetched from as from a server."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from activities.development import packing
from activities.development.packing import Pack, pack_commit
from activities.origin import Origin
from tests.activities.development.container import git
from workflows.errors import CommitGoneError, PlanError

pytestmark = pytest.mark.spec("ENV-005")
LARGE = "".join(f"{number * 7919 % 104729:x}\n" for number in range(20_000))


class Source:
    """The repository; `lacking` is one that has only what it was handed."""

    def __init__(self, root: Path) -> None:
        self.path, self.pod = root / "source", root / "pod"
        for each in (self.path, self.pod):
            each.mkdir()
            git(each, "init", "--quiet")
        git(self.path, "config", "uploadpack.allowFilter", "true")
        git(self.path, "config", "uploadpack.allowAnySHA1InWant", "true")

    def commit(self, files: dict[str, str | None]) -> str:
        for name, text in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink() if text is None else path.write_text(text)
        git(self.path, "add", "--all")
        git(self.path, "commit", "--quiet", "--message", "a change")
        return git(self.path, "rev-parse", "HEAD").strip()

    async def pack(self, commit: str, held: str, directory: Path) -> Pack:
        await asyncio.to_thread(directory.mkdir)
        origin = Origin(f"file://{self.path}", "", "")
        return await pack_commit(origin, commit, held, directory, timeout=30)

    def take(self, pack: Pack, commit: str) -> dict[str, str]:
        """The files of the commit, of nothing but what was handed over."""
        with pack.path.open("rb") as file:
            subprocess.run(
                ["git", "unpack-objects", "-q"], cwd=self.pod, stdin=file, check=True, timeout=30
            )
        shallow = self.pod / ".git/shallow"
        known = shallow.read_text() if shallow.exists() else ""
        shallow.write_text(f"{known}{commit}\n")
        git(self.pod, "checkout", "--quiet", "--detach", commit)
        names = git(self.pod, "ls-files").splitlines()
        return {name: (self.pod / name).read_text() for name in names}


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path)


async def test_all_of_a_commit_is_packed_where_nothing_is_there(
    source: Source, tmp_path: Path
) -> None:
    files: dict[str, str | None] = {"web/page.js": "one\n", "large.txt": LARGE}
    commit = source.commit(files)
    pack = await source.pack(commit, "", tmp_path / "first")
    assert pack.size == pack.path.stat().st_size > 10_000
    assert source.take(pack, commit) == files


async def test_only_what_differs_is_packed_for_a_pod_that_has_the_one_before(
    source: Source, tmp_path: Path
) -> None:
    first = source.commit({"web/page.js": "one\n", "web/old.js": "old\n", "large.txt": LARGE})
    source.take(await source.pack(first, "", tmp_path / "first"), first)
    second = source.commit({"web/page.js": "two\n", "web/old.js": None, "web/new.js": "new\n"})
    pack = await source.pack(second, first, tmp_path / "second")
    assert pack.size < 2_000
    assert source.take(pack, second) == {
        "web/page.js": "two\n",
        "web/new.js": "new\n",
        "large.txt": LARGE,
    }


async def test_what_was_held_may_be_gone_from_the_server_since(
    source: Source, tmp_path: Path
) -> None:
    commit = source.commit({"page.js": "one\n"})
    pack = await source.pack(commit, "b" * 40, tmp_path / "first")
    assert source.take(pack, commit) == {"page.js": "one\n"}


async def test_the_same_commit_again_is_packed_whole(source: Source, tmp_path: Path) -> None:
    commit = source.commit({"page.js": "one\n"})
    pack = await source.pack(commit, commit, tmp_path / "first")
    assert source.take(pack, commit) == {"page.js": "one\n"}


async def test_a_commit_that_is_gone_is_said(source: Source, tmp_path: Path) -> None:
    source.commit({"page.js": "one\n"})
    with pytest.raises(CommitGoneError):
        await source.pack("c" * 40, "", tmp_path / "first")


async def test_more_than_a_volume_holds_is_refused(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "MAX_PACK", 2**20)
    blob = "".join(f"{pow(3, number, 2**521 - 1):x}\n" for number in range(20_000))
    commit = source.commit({"large.txt": blob})
    with pytest.raises(PlanError, match="larger than 1 MiB") as caught:
        await source.pack(commit, "", tmp_path / "first")
    assert "Keep large files out" in caught.value.hint

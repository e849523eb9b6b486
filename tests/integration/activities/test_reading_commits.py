"""Contents of a commit: as few round trips as possible, within limits, from servers that filter and that do not."""

import asyncio
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from activities.documents import MAX_BYTES, MAX_TOTAL, build_tree
from activities.git import fetch_trees
from activities.source import objects as module
from activities.source.commit import CommitFiles, read_commit
from activities.source.objects import Objects
from cli.checkout import open_checkout
from tests.integration.activities.conftest import Shop
from tests.integration.activities.planning import plan, replace_by
from tests.support.github.faults import Fault, FaultKind
from workflows.errors import GitHubError, PlanError
from workflows.models import Template

AUTO = Template(type="auto")
CORPUS = Path(__file__).resolve().parents[2] / "corpus"
ENVIRONMENT = {
    "PATH": os.environ.get("PATH", os.defpath),
    "GIT_CONFIG_GLOBAL": os.devnull,
    **{f"GIT_{role}_NAME": "somebody" for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_EMAIL": "somebody@example.com" for role in ("AUTHOR", "COMMITTER")},
}


Files = Mapping[str, str | bytes]


class Repository:
    """A repository on disk that is fetched from as from a server; without `filters` it sends everything."""

    def __init__(self, root: Path, *, filters: bool = True) -> None:
        self._root = root
        root.mkdir()
        self.git("init", "--quiet")
        self.git("config", "uploadpack.allowFilter", str(filters).lower())
        self.git("config", "uploadpack.allowAnySHA1InWant", "true")

    def git(self, *arguments: str, stdin: str = "") -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self._root, env=ENVIRONMENT, input=stdin.encode(), capture_output=True, check=True,
        )  # fmt: skip
        return done.stdout.decode().strip()

    def commit(self, files: Files) -> str:
        for name, content in files.items():
            path = self._root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "files")
        return self.git("rev-parse", "HEAD")

    async def read(self, commit: str, directory: Path) -> CommitFiles:
        git = await fetch_trees(f"file://{self._root}", commit, "", "", directory)
        return await read_commit(Objects(git), commit)


def size_of(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


async def test_many_files_of_interest_come_in_one_round_trip(shop: Shop, tmp_path: Path) -> None:
    files = {f"apps/app{number}/package.json": f'{{"name": "a{number}"}}' for number in range(60)}
    commit = await replace_by(shop, {**files, ".catalyst.yaml": "version: 1\nport: 80\n"})
    third = Fault(
        kind=FaultKind.ERROR_BEFORE, method="POST", path="git-upload-pack", skip=2, count=None
    )
    await shop.server.arm(third)
    found = await plan(shop, tmp_path, template=AUTO, commit=commit)
    assert found.application is not None
    await shop.server.disarm(third)
    await shop.server.arm(third.model_copy(update={"id": "second", "skip": 1}))
    with pytest.raises(GitHubError):
        await plan(shop, tmp_path, template=AUTO, commit=commit)


@pytest.mark.parametrize("filters", [True, False])
async def test_contents_are_the_same_from_a_server_that_cannot_filter(
    tmp_path: Path, filters: bool
) -> None:
    repository = Repository(tmp_path / "remote", filters=filters)
    files: Files = {
        "package.json": '{"name": "shop"}',
        "big.bin": os.urandom(2**20),
        "Procfile": "web: x",
    }
    found = await repository.read(repository.commit(files), tmp_path / "work")
    assert found.tree.paths == ("Procfile", "big.bin", "package.json")
    assert found.tree.documents == {"package.json": {"name": "shop"}}
    assert (size_of(tmp_path / "work") < 2**19) is filters, "what does not matter is not fetched"


@pytest.mark.spec("ENV-006")
async def test_a_commit_reads_like_a_checkout_of_it(tmp_path: Path) -> None:
    """All repositories of the corpus side by side, with links, bad bytes and a large file among them."""
    files: dict[str, str | bytes] = {
        f"{path.stem}/{name}": text
        for path in sorted(CORPUS.glob("*.yaml"))
        for name, text in yaml.safe_load(path.read_text())["files"].items()
    }
    repository = Repository(tmp_path / "remote")
    large: Files = {"Makefile": "#" * 1_000_000, "requirements.txt": b"caf\xe9", "two\nlines": ""}
    root = tmp_path / "remote"
    (root / "linked.py").symlink_to("real/web.py")
    (root / "broken.py").symlink_to("nowhere")
    (root / "out.py").symlink_to("/etc/passwd")
    commit = repository.commit({**files, **large, "real/web.py": "import flask\n"})
    found = await repository.read(commit, tmp_path / "work")
    checkout = open_checkout(root)
    assert found.tree == build_tree(checkout.paths, checkout.read)
    assert found.notes == checkout.notes
    assert len(found.tree.texts) > 100


async def test_of_very_much_text_only_so_much_is_read(tmp_path: Path) -> None:
    files: Files = {
        f"apps/app{number:02}/Makefile": os.urandom(2**17).hex() for number in range(50)
    }
    repository = Repository(tmp_path / "remote")
    found = await repository.read(repository.commit(files), tmp_path / "work")
    assert MAX_TOTAL <= sum(map(len, found.tree.texts.values())) <= MAX_TOTAL + MAX_BYTES
    (problem,) = found.tree.problems.values()
    assert "too much to read" in problem
    with pytest.raises(OSError, match="too much to read"):
        found.objects.content(found.index.oid("apps/app49/Makefile"))


async def test_of_a_large_file_only_the_beginning_is_read(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "remote")
    commit = repository.commit({"Makefile": "dev:\n\t./run\n" + "#" * 20_000_000})
    found = await repository.read(commit, tmp_path / "work")
    assert found.tree.texts["Makefile"].startswith("dev:\n\t./run\n#")
    assert len(found.tree.texts["Makefile"]) == 256 * 1024
    assert len(found.objects.content(found.index.oid("Makefile"))) == 256 * 1024 + 1


@pytest.mark.timeout(60)
async def test_trees_that_hold_each_other_without_end_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten trees of ten times the same tree each: a kilobyte that lists ten thousand million files."""
    monkeypatch.setattr(module, "MAX_LISTING", 2**20)
    repository = Repository(tmp_path / "remote")
    blob = repository.git("hash-object", "-w", "--stdin", stdin="x")
    below = f"100644 blob {blob}\tf{{}}\n"
    for _ in range(10):
        lines = "".join(below.format(number) for number in range(10))
        below = f"040000 tree {repository.git('mktree', stdin=lines)}\td{{}}\n"
    top = repository.git("mktree", stdin=below.format(0))
    commit = repository.git("commit-tree", top, "-m", "bomb")
    with pytest.raises(PlanError, match="too many files"):
        await repository.read(commit, tmp_path / "work")


@pytest.mark.spec("OPS-5")
async def test_nothing_of_the_repository_is_executed_or_written_out(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "remote")
    marker = tmp_path / "ran"
    commit = repository.commit(
        {
            ".gitattributes": "* filter=evil diff=evil\n*.bin filter=lfs\n",
            ".gitconfig": f'[filter "evil"]\n\tsmudge = touch {marker}\n',
            ".gitmodules": f'[submodule "x"]\n\tpath = x\n\turl = ext::touch {marker}\n',
            "package.json": "{}",
            "a.bin": "x",
        }
    )
    await repository.read(commit, tmp_path / "work")
    assert not marker.exists()
    assert os.listdir(tmp_path / "work") == [".git"]  # noqa: PTH208


@pytest.mark.timeout(120)
async def test_a_repository_of_ten_thousand_files_is_read(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "remote")
    files: dict[str, str | bytes] = {
        f"packages/p{number % 100}/src/file{number}.ts": f"export const x = {number}\n"
        for number in range(10_000)
    }
    files |= {f"packages/p{number}/package.json": '{"name": "p"}' for number in range(100)}
    commit = await asyncio.to_thread(repository.commit, files)
    found = await repository.read(commit, tmp_path / "work")
    assert len(found.tree.paths) == 10_100
    assert len(found.tree.documents) == 100
    assert found.notes == ()


async def test_a_repository_that_is_too_large_is_refused(shop: Shop, tmp_path: Path) -> None:
    commit = await replace_by(shop, {"package.json": os.urandom(2**20)})
    with pytest.raises(PlanError, match="the repository is larger than 1 MiB"):
        await plan(shop, tmp_path / "work", template=AUTO, commit=commit, max_bytes=2**20)
    assert os.listdir(tmp_path / "work") == []  # noqa: PTH208

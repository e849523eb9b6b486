"""The demonstration pushes with real git and keeps its token to itself."""

import subprocess
from pathlib import Path

import pytest

from deploy.local.demo.checkout import Checkout, GitCommandError, read_tree

TOKEN = "ghp_not_for_any_file"


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    path = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", path], check=True)
    return path


@pytest.fixture
def checkout(tmp_path: Path, remote: Path) -> Checkout:
    return Checkout(tmp_path / "work", f"file://{remote}", author="alice", token=TOKEN)


def head_of(remote: Path, branch: str) -> str:
    command = ["git", "--git-dir", str(remote), "rev-parse", branch]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def contents_below(directory: Path) -> list[bytes]:
    return [path.read_bytes() for path in directory.rglob("*") if path.is_file()]


async def test_what_is_committed_arrives_at_the_server(checkout: Checkout, remote: Path) -> None:
    commit = await checkout.create({"app.py": "print()\n", "chart/a.yaml": "a: 1\n"}, message="A")
    assert head_of(remote, "main") == commit


async def test_a_rewritten_branch_needs_force(checkout: Checkout, remote: Path) -> None:
    await checkout.create({"app.py": "print()\n"}, message="Begin")
    await checkout.switch("feature")
    await checkout.commit({"app.py": "print(1)\n"}, message="One")
    await checkout.push("feature")
    rewritten = await checkout.commit({"app.py": "print(2)\n"}, message="Two", amend=True)
    with pytest.raises(GitCommandError, match="rejected"):
        await checkout.push("feature")
    await checkout.push("feature", force=True)
    assert head_of(remote, "feature") == rewritten


async def test_a_file_can_be_removed(checkout: Checkout) -> None:
    await checkout.create({"app.py": "print()\n", "Dockerfile": "FROM scratch\n"}, message="A")
    await checkout.commit({"Dockerfile": None}, message="Remove the Dockerfile")
    assert await checkout.git("ls-files") == "app.py"


async def test_a_new_clone_continues_where_the_server_is(
    checkout: Checkout, remote: Path, tmp_path: Path
) -> None:
    commit = await checkout.create({"app.py": "print()\n"}, message="Begin")
    again = Checkout(tmp_path / "again", f"file://{remote}", author="alice", token=TOKEN)
    await again.clone()
    await again.clone()
    assert await again.head() == commit


async def test_the_token_is_in_no_file(checkout: Checkout, tmp_path: Path) -> None:
    await checkout.create({"app.py": "print()\n"}, message="Begin")
    contents = contents_below(tmp_path)
    assert contents
    assert not [content for content in contents if TOKEN.encode() in content]


def test_a_tree_is_read_with_its_folders(tmp_path: Path) -> None:
    (tmp_path / "chart").mkdir()
    (tmp_path / "chart" / "values.yaml").write_text("a: 1\n")
    (tmp_path / ".dockerignore").write_text("*\n")
    assert read_tree(tmp_path) == {".dockerignore": "*\n", "chart/values.yaml": "a: 1\n"}

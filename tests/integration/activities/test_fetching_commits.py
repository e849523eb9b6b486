"""Fetching pinned commits from a real git server: exactly that commit, nothing run, no token left behind."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from activities.git import (
    escaping_links,
    fetch_commit,
    fetch_object_ids,
)
from tests.integration.activities.conftest import NAME, Shop
from workflows.errors import CommitGoneError, GitHubError, RepositoryGoneError


def url_of(shop: Shop, name: str = NAME) -> str:
    return f"{shop.server.base_url}/{name}.git"


def token_of(shop: Shop) -> str:
    return shop.clients.token(shop.installation, shop.repo.id, {"contents": "read"})


@pytest.mark.invariant(3)
async def test_an_older_commit_is_fetched_although_the_branch_has_moved_on(
    shop: Shop, tmp_path: Path
) -> None:
    old = shop.pull.head_sha
    await shop.server.push(NAME, "feature", {"src/main.txt": "newer\n"})
    token = await asyncio.to_thread(token_of, shop)
    root = await fetch_commit(
        url_of(shop), old, f"refs/pull/{shop.pull.number}/head", token, tmp_path / "checkout"
    )
    assert (root / "src/main.txt").read_text() == "changed\n"


@pytest.mark.spec("ENV-020")
@pytest.mark.invariant(4)
async def test_the_token_is_in_no_file_of_the_checkout(shop: Shop, tmp_path: Path) -> None:
    token = await asyncio.to_thread(token_of, shop)
    root = await fetch_commit(
        url_of(shop), shop.pull.head_sha, "", token, tmp_path / "checkout", paths=["chart"]
    )
    files = [path.read_bytes() for path in root.rglob("*") if path.is_file()]
    assert not any(token.encode() in data for data in files)
    assert (root / "chart/Chart.yaml").exists()
    assert not (root / "src").exists()


async def test_a_vanished_commit_a_missing_repository_and_a_bad_token_are_told_apart(
    shop: Shop, tmp_path: Path
) -> None:
    token = await asyncio.to_thread(token_of, shop)
    ref = f"refs/pull/{shop.pull.number}/head"
    with pytest.raises(CommitGoneError):
        await fetch_commit(url_of(shop), "0" * 40, ref, token, tmp_path / "1")
    with pytest.raises(RepositoryGoneError):
        await fetch_commit(url_of(shop, "acme/none"), "0" * 40, ref, token, tmp_path / "2")
    with pytest.raises(GitHubError):
        await fetch_commit(url_of(shop), shop.pull.head_sha, ref, "wrong", tmp_path / "3")


@pytest.mark.spec("OPS-5")
@pytest.mark.parametrize(
    ("url", "commit", "ref"),
    [
        ("ssh://git@host/x.git", "0" * 40, ""),
        ("http://user:password@host/x.git", "0" * 40, ""),
        ("http://host/x.git", "HEAD", ""),
        ("http://host/x.git", "--upload-pack=x", ""),
        ("http://host/x.git", "0" * 40, "--upload-pack=touch x"),
        ("http://host/x.git", "0" * 40, "main"),
    ],
)
async def test_what_is_no_url_commit_or_ref_never_reaches_git(
    url: str, commit: str, ref: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=r"repository URL|40 hexadecimal|in full"):
        await fetch_commit(url, commit, ref, "", tmp_path / "checkout")


async def test_the_same_content_has_the_same_hash_in_every_commit(
    shop: Shop, tmp_path: Path
) -> None:
    token = await asyncio.to_thread(token_of, shop)
    later = await shop.server.push(NAME, "feature", {"src/main.txt": "newer\n"})
    paths = ["chart", "src", ".", "nowhere"]
    first = await fetch_object_ids(
        url_of(shop), shop.pull.head_sha, "", token, tmp_path / "1", paths=paths
    )
    second = await fetch_object_ids(url_of(shop), later, "", token, tmp_path / "2", paths=paths)
    assert first[0] == second[0]
    assert first[1] != second[1]
    assert first[2] != second[2]
    assert first[3] == first[2], "what is not there counts as everything"


async def test_what_need_not_be_there_counts_for_nothing_unless_a_link_may_lead_to_it(
    shop: Shop, tmp_path: Path
) -> None:
    async with shop.server.checkout(NAME) as checkout:
        await checkout.git("checkout", "--quiet", "feature")
        (checkout.tree / "linked").symlink_to("src")
        (checkout.tree / "link").symlink_to("src/main.txt")
        commit = await checkout.commit("Links")
        await checkout.git("push", "--quiet", "origin", "HEAD:refs/heads/feature")
    token = await asyncio.to_thread(token_of, shop)
    optional = [
        "src/none",
        "nowhere/none",
        "src/main.txt/none",
        "src/main.txt",
        "linked/none",
        "link",
    ]
    found = await fetch_object_ids(
        url_of(shop), commit, "", token, tmp_path / "1", paths=["."], optional=optional
    )
    whole, *rest = found
    assert rest[:3] == ["", "", ""]
    assert rest[3] not in ("", whole)
    assert rest[4:] == [whole, whole]


@pytest.mark.invariant(4)
async def test_links_out_of_the_repository_and_hooks_of_others_do_no_harm(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(f"[core]\n\thooksPath = {home}\n")
    hook = home / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {home}/ran\n")
    hook.chmod(0o755)
    monkeypatch.setenv("HOME", str(home))
    async with shop.server.checkout(NAME) as checkout:
        await checkout.git("checkout", "--quiet", "feature")
        chart = checkout.tree / "chart"
        (chart / "inside").symlink_to("../src/main.txt")
        (chart / "outside").symlink_to("/etc/passwd")
        (chart / "up").symlink_to("../../..")
        (chart / "git").symlink_to("../.git/config")
        (chart / "loop").symlink_to("loop")
        commit = await checkout.commit("Links")
        await checkout.git("push", "--quiet", "origin", "HEAD:refs/heads/feature")
    token = await asyncio.to_thread(token_of, shop)
    root = await fetch_commit(url_of(shop), commit, "", token, tmp_path / "checkout")
    assert sorted(escaping_links(root, "chart")) == [
        "chart/git",
        "chart/loop",
        "chart/outside",
        "chart/up",
    ]
    assert list(escaping_links(root, "chart/up")) == ["chart/up"]
    assert not (home / "ran").exists()


@pytest.mark.invariant(6)
async def test_a_cancelled_fetch_leaves_no_git_behind(shop: Shop, tmp_path: Path) -> None:
    server = await asyncio.start_server(_silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    target = tmp_path / "checkout"
    async with server:
        work = asyncio.create_task(
            fetch_commit(f"http://127.0.0.1:{port}/x.git", "0" * 40, "", "", target)
        )
        while not (await asyncio.to_thread(_processes_in, target)):  # noqa: ASYNC110  (no event tells)
            await asyncio.sleep(0.02)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        assert not await asyncio.to_thread(_processes_in, target)


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


def _processes_in(directory: Path) -> list[str]:
    """Fetching processes whose working directory is that one."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            is_there = (entry / "cwd").readlink() == directory
            if is_there and b"fetch" in (entry / "cmdline").read_bytes():
                found.append(entry.name)
    return found

"""A working tree is read as a commit of it would be: no link out of it, nothing of it executed, nothing left unsaid."""

import os
from pathlib import Path

import pytest

from cli import listing
from cli.checkout import CheckoutError, open_checkout
from tests.cli.trees import commit, git, write

FILES = {"README.md": "hi\n", "web/index.html": "<p>", ".gitignore": "dist/\n"}


def test_with_git_tracked_files_are_taken_and_ignored_ones_are_not(tmp_path: Path) -> None:
    root = commit(tmp_path, FILES)
    write(root, {"dist/app.js": "", "new.txt": ""})
    found = open_checkout(root)
    assert found.paths == (".gitignore", "README.md", "new.txt", "web/index.html")
    assert found.notes == (
        "1 file is not in Git yet (`new.txt` …): a preview sees what is committed.",
    )


def test_a_file_that_was_deleted_and_not_committed_is_not_there(tmp_path: Path) -> None:
    root = commit(tmp_path, FILES)
    (root / "README.md").unlink()
    assert "README.md" not in open_checkout(root).paths


def test_a_directory_of_a_checkout_is_taken_as_a_root_of_its_own(tmp_path: Path) -> None:
    root = commit(tmp_path, FILES)
    assert open_checkout(root / "web").paths == ("index.html",)
    write(root, {"dist/Procfile": "web: x"})
    assert open_checkout(root / "dist").paths == ("Procfile",)


def test_without_git_other_peoples_code_is_left_out(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            **FILES,
            "node_modules/a/package.json": "{}",
            "web/node_modules/a/package.json": "{}",
            "env/pyvenv.cfg": "",
            "env/lib/a.py": "",
            "vendored/.git": "gitdir: elsewhere",
            "vendored/package.json": "{}",
        },
    )
    found = open_checkout(root)
    assert found.paths == (".gitignore", "README.md", "web/index.html")
    assert found.notes == (
        "`vendored` is a submodule; submodules are not fetched, so it is empty in a preview.",
    )


@pytest.mark.parametrize("with_git", [True, False])
def test_links_are_followed_inside_only(tmp_path: Path, *, with_git: bool) -> None:
    outside = write(tmp_path / "outside", {"secret.txt": "secret"})
    root = write(tmp_path / "inside", {"deploy/compose.yaml": "services: {}\n"})
    (root / "compose.yaml").symlink_to("deploy/compose.yaml")
    (root / "package.json").symlink_to(outside / "secret.txt")
    (root / "up").symlink_to("../outside")
    (root / "lost").symlink_to("nowhere")
    (root / "a").symlink_to("b")
    (root / "b").symlink_to("a")
    (root / "folder").symlink_to("deploy")
    if with_git:
        commit(root, {})
        (root / "config").symlink_to(".git/config")
        git(root, "add", "config")
    found = open_checkout(root)
    assert found.paths == ("compose.yaml", "deploy/compose.yaml")
    assert found.read("compose.yaml") == b"services: {}\n"
    assert found.notes[-2:] == (
        "`config`, `package.json`, `up` lead out of the repository and are not followed."
        if with_git
        else "`package.json`, `up` lead out of the repository and are not followed.",
        "`a`, `b`, `lost` are links that lead nowhere.",
    )


def test_a_file_that_became_a_link_or_a_pipe_is_not_read(tmp_path: Path) -> None:
    root = write(tmp_path / "inside", {"Procfile": "web: x", "Makefile": "dev:"})
    write(tmp_path, {"secret.txt": "secret"})
    found = open_checkout(root)
    (root / "Procfile").unlink()
    (root / "Procfile").symlink_to("../secret.txt")
    (root / "Makefile").unlink()
    os.mkfifo(root / "Makefile")
    with pytest.raises(OSError, match="leads out of the repository"):
        found.read("Procfile")
    with pytest.raises(OSError, match="is not a regular file"):
        found.read("Makefile")


def test_pipes_and_other_special_files_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Procfile")
    assert open_checkout(tmp_path).paths == ()


def test_submodules_and_large_file_storage_are_named(tmp_path: Path) -> None:
    library = commit(tmp_path / "library", {"a.txt": "a"})
    root = commit(
        tmp_path / "root",
        {
            ".gitattributes": "*.psd filter=lfs diff=lfs\n# *.txt filter=lfs\n*.md text\n",
            "a.psd": "",
        },
    )
    git(
        root,
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        str(library),
        "libs/library",
    )
    assert open_checkout(root).notes == (
        "Git LFS keeps `*.psd` (`.gitattributes`); its files are not fetched, so a build sees pointers.",
        "`libs/library` is a submodule; submodules are not fetched, so it is empty in a preview.",
    )


def test_a_program_that_the_repository_names_is_not_run(tmp_path: Path) -> None:
    root = commit(tmp_path / "root", FILES)
    trace = tmp_path / "was-run"
    script = write(tmp_path, {"hook.sh": f"#!/bin/sh\ntouch {trace}\n"}) / "hook.sh"
    script.chmod(0o755)
    git(root, "config", "core.fsmonitor", str(script))
    assert open_checkout(root).paths
    assert not trace.exists()


def test_names_that_are_not_utf8_are_counted(tmp_path: Path) -> None:
    write(tmp_path, {"README.md": "hi"})
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    (tmp_path / "café.txt").write_text("x")
    found = open_checkout(tmp_path)
    assert found.paths == ("README.md", "café.txt")
    assert found.notes == ("1 file is left out, for a name that is not UTF-8.",)


def test_what_is_no_directory_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"file": ""})
    (tmp_path / "circle").symlink_to("circle")
    for name, words in (
        ("none", "No such file"),
        ("file", "is not a directory"),
        ("circle", "cannot be read"),
    ):
        with pytest.raises(CheckoutError, match=words):
            open_checkout(tmp_path / name)


def test_directories_that_cannot_be_read_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests may run as root, who can read everything: the refusal comes from the walk itself."""
    write(tmp_path, {"a/x": "", "b/y": ""})
    scan = os.scandir

    def refusing(path: str) -> object:
        if os.fspath(path).endswith("/b"):
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = open_checkout(tmp_path)
    assert found.paths == ("a/x",)
    assert found.notes == ("1 directory is left out, for want of permission to read.",)


def test_very_many_files_are_listed_and_far_too_many_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10_000):
        folder = tmp_path / f"d{number % 100}"
        folder.mkdir(exist_ok=True)
        (folder / f"f{number}").touch()
    assert len(open_checkout(tmp_path).paths) == 10_000
    monkeypatch.setattr(listing, "MAX_FILES", 500)
    assert "Only the first 500 files were looked at." in open_checkout(tmp_path).notes


def test_without_the_program_git_the_files_that_are_there_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = commit(tmp_path, FILES)
    monkeypatch.setenv("PATH", "")
    assert open_checkout(root).paths == (".gitignore", "README.md", "web/index.html")

"""Files of a checkout become the tree that detection reads; what cannot be read is named, not raised."""

import pytest

from activities.documents import MAX_BYTES, TextError, build_tree, decode
from activities.documents.tree import MAX_READ, MAX_TOTAL
from workflows.models.repository import RepositoryTree


def tree_of(files: dict[str, bytes]) -> RepositoryTree:
    return build_tree(files, files.__getitem__)


@pytest.mark.spec("ENV-006")
def test_files_of_interest_are_read_and_parsed_and_all_others_count_by_their_path() -> None:
    tree = tree_of(
        {
            "web/package.json": b'{"scripts": {"dev": "vite"}}',
            "Procfile": b"web: ./serve\n",
            "pyproject.toml": b"[project]\nname = 'shop'\n",
            "compose.yaml": b"services: {}\n",
            ".devcontainer/devcontainer.json": b'{"image": "debian", /* c */}',
            "web/logo.png": b"\x89PNG\xff",
        }
    )
    assert tree.paths == (
        ".devcontainer/devcontainer.json",
        "Procfile",
        "compose.yaml",
        "pyproject.toml",
        "web/logo.png",
        "web/package.json",
    )
    assert tree.texts["Procfile"] == "web: ./serve\n"
    assert tree.documents == {
        ".devcontainer/devcontainer.json": {"image": "debian"},
        "compose.yaml": {"services": {}},
        "pyproject.toml": {"project": {"name": "shop"}},
        "web/package.json": {"scripts": {"dev": "vite"}},
    }
    assert tree.problems == {}


@pytest.mark.spec("EC-1")
@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b'{"a": 1,\n"a": 2}', "line 2, column 1: `a` stands here a second time"),
        (b'{\n"name": "caf\xe9"}', "is not UTF-8 (line 2, byte 0xe9)"),
        ("{}".encode("utf-16"), "is encoded as UTF-16; save it as UTF-8"),
        ("{}".encode("utf-32"), "is encoded as UTF-32; save it as UTF-8"),
        (b"{}\0", "is binary, not text"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
            "is a Git LFS pointer, not the file itself",
        ),
        (b"[" + b" " * MAX_BYTES + b"]", "is larger than 256 KiB"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_reason(data: bytes, problem: str) -> None:
    tree = tree_of({"package.json": data})
    assert tree.paths == ("package.json",)
    assert tree.documents == {}
    assert problem in tree.problems["package.json"]


def test_a_file_that_cannot_be_opened_is_named_too() -> None:
    def read(path: str) -> bytes:
        raise PermissionError(13, "Permission denied", path)

    tree = build_tree(["Procfile"], read)
    assert tree.texts == {}
    assert tree.problems == {"Procfile": "cannot be read (Permission denied)"}


def test_long_texts_are_cut_and_byte_order_marks_left_out() -> None:
    tree = tree_of({"Makefile": b"\xef\xbb\xbfdev:\r\n" + "é".encode() * MAX_BYTES})
    assert tree.problems == {}
    assert tree.texts["Makefile"].startswith("dev:\r\né")
    assert MAX_BYTES - 5 <= len(tree.texts["Makefile"].encode()) <= MAX_BYTES


def test_of_very_many_files_those_near_the_root_are_read_and_the_rest_is_counted() -> None:
    files = {f"apps/app{number:05}/package.json": b"{}" for number in range(MAX_READ + 50)}
    tree = tree_of({**files, "package.json": b"{}"})
    assert "package.json" in tree.documents
    assert len(tree.documents) == MAX_READ
    assert list(tree.problems.values()) == ["was not read, and 50 files after it: too much to read"]


def test_of_very_much_text_only_so_much_is_read() -> None:
    text = b"#" * MAX_BYTES
    tree = tree_of({f"apps/app{number:03}/Makefile": text for number in range(200)})
    assert MAX_TOTAL <= sum(map(len, tree.texts.values())) <= MAX_TOTAL + 2 * MAX_BYTES
    assert len(tree.problems) == 1


def test_an_empty_repository_is_an_empty_tree() -> None:
    assert tree_of({}) == RepositoryTree()


def test_text_without_a_mark_is_taken_as_it_is() -> None:
    assert decode("né\n".encode()) == "né\n"
    with pytest.raises(TextError):
        decode(b"\xff\xfe\x00\x00")


@pytest.mark.spec("ENV-012")
def test_only_compose_files_may_take_values_back() -> None:
    tree = tree_of(
        {
            "compose.override.yaml": b"services:\n  web:\n    ports: !reset []\n    build: .\n",
            "compose.yaml": b"services: {}\n",
            "pnpm-workspace.yaml": b"packages: !reset []\n",
        }
    )
    assert tree.tags == {"compose.override.yaml": {"/services/web/ports": "!reset"}}
    assert tree.lines["compose.override.yaml"]["/services/web/build"] == 4
    assert list(tree.problems) == ["pnpm-workspace.yaml"]

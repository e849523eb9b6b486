"""The packages of the tests are, byte for byte, those that the lock files hold the hashes of."""

import re
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.e2e.build.managed import ALL, SOURCE
from tests.support.packages.own import write_own
from tests.support.packages.shelf import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    write_own(tmp_path)
    return Shelf.read(tmp_path)


@pytest.mark.parametrize(
    ("name", "lock"),
    [("pnpm", "pnpm-lock.yaml"), ("yarn-1", "yarn.lock"), ("bun", "bun.lock")],
)
def test_lock_files_of_node_hold_the_hashes_that_are_served(
    name: str, lock: str, shelf: Shelf
) -> None:
    locked = set(re.findall(r"sha512-[\w+/]+=*", ALL[name].files[lock]))
    assert locked == {each.hashes["integrity"] for each in shelf.tarballs}


@pytest.mark.parametrize(("name", "lock"), [("uv", "uv.lock"), ("poetry", "poetry.lock")])
def test_lock_files_of_python_hold_the_hashes_that_are_served(
    name: str, lock: str, shelf: Shelf
) -> None:
    text = ALL[name].files[lock]
    for project in ("catalyst-greeting", "catalyst-words"):
        page = shelf.project(project, "/files")
        assert page
        [digest] = re.findall(r"#sha256=(\w+)", page)
        assert f"sha256:{digest}" in text


def test_what_other_programs_read_can_be_read(shelf: Shelf) -> None:
    for tarball in shelf.tarballs:
        with tarfile.open(tarball.path) as archive:
            assert archive.getnames() == ["package/package.json", "package/index.js"]
    for wheel in shelf.wheels:
        with zipfile.ZipFile(wheel) as opened:
            assert opened.testzip() is None


def test_an_unknown_package_is_not_there(shelf: Shelf) -> None:
    assert shelf.package("left", "http://127.0.0.1/npm") is None
    assert shelf.tarball("left/-/left-1.0.0.tgz") is None
    assert shelf.project("left", "/files") is None
    assert shelf.wheel("../own.py") is None


def test_a_package_is_described_with_the_address_that_it_was_asked_under(shelf: Shelf) -> None:
    found = shelf.package("catalyst-greeting", "http://10.0.0.1:9490/npm")
    assert found
    version = found["versions"][found["dist-tags"]["latest"]]
    url = version["dist"]["tarball"]
    assert url == "http://10.0.0.1:9490/npm/catalyst-greeting/-/catalyst-greeting-1.2.0.tgz"
    assert shelf.tarball(url.partition("/npm/")[2])
    assert version["dependencies"] == {"catalyst-words": "^1.0.0"}


def test_no_lock_file_names_another_place_than_the_tests_own() -> None:
    for managed in ALL.values():
        for text in managed.served_by(SOURCE).values():
            assert set(re.findall(r"https?://[^/\s\"]+", text)) <= {SOURCE}

"""The list of a commit tells files, directories and links, and where each leads."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.source.index import Index, Kind, Place
from tests.activities.source.commits import index_of

pytestmark = pytest.mark.spec("OPS-5")

FILE, DIRECTORY, OUTSIDE, NOWHERE = Kind.FILE, Kind.DIRECTORY, Kind.OUTSIDE, Kind.NOWHERE
NAMES = st.sampled_from(["a", "b", "c"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
STEPS = st.lists(st.sampled_from(["a", "b", "c", "..", ".", ""]), min_size=1, max_size=5)
TARGETS = STEPS.map("/".join).filter(bool)


def test_the_list_of_a_commit_is_read_whatever_the_names_are() -> None:
    index = Index.parse(
        b"100644 blob 1111\tDockerfile\0"
        b"120000 blob 2222\tlatest\0"
        b"100755 blob 3333\tweb/src/a b.sh\0"
        b"100644 blob 4444\ttwo\nlines\tand a tab\0"
        b"100644 blob 5555\tcaf\xe9\0"
        b"160000 commit 6666\tvendor/lib\0"
    )
    assert index.files == ("Dockerfile", "web/src/a b.sh", "two\nlines\tand a tab")
    assert index.links == ("latest",)
    assert index.submodules == ("vendor/lib",)
    assert index.oid("web/src/a b.sh") == "3333"
    assert index.oid("web") == index.oid("latest") == index.oid("vendor/lib") == ""
    assert index.names("web") == ["src"]


@pytest.mark.parametrize(
    ("path", "kind", "real"),
    [
        ("Dockerfile", FILE, "Dockerfile"),
        ("./web/src/", DIRECTORY, "web/src"),
        ("web/../Dockerfile", FILE, "Dockerfile"),
        (".", DIRECTORY, "."),
        ("", DIRECTORY, "."),
        ("vendor/lib", DIRECTORY, "vendor/lib"),
        ("we", NOWHERE, ""),
        ("Dockerfile/x", NOWHERE, ""),
        ("Dockerfile/..", NOWHERE, ""),
        ("none/../Dockerfile", NOWHERE, ""),
        ("..", OUTSIDE, ""),
        ("web/../../x", OUTSIDE, ""),
        (".git/config", OUTSIDE, ""),
        ("inner/main.ts", FILE, "web/src/main.ts"),
        ("inner/..", DIRECTORY, "web"),
        ("twice", FILE, "web/src/main.ts"),
        ("absolute/x", OUTSIDE, ""),
        ("up", OUTSIDE, ""),
        ("web/git", OUTSIDE, ""),
        ("loop", NOWHERE, ""),
        ("broken", NOWHERE, ""),
        ("root/Dockerfile", FILE, "Dockerfile"),
    ],
)
def test_a_path_leads_where_the_kernel_would_lead_it(path: str, kind: Kind, real: str) -> None:
    links = {
        "inner": "web/src",
        "twice": "inner/main.ts",
        "absolute": "/etc",
        "up": "web/../..",
        "web/git": "../.git/config",
        "loop": "loop",
        "broken": "nothing/here",
        "root": ".",
    }
    index = index_of("Dockerfile", "web/src/main.ts", links=links, submodules=("vendor/lib",))
    assert index.resolve(path) == Place(kind, real)


@given(st.sets(PATHS, max_size=5), st.dictionaries(PATHS, TARGETS, max_size=5), STEPS)
def test_links_are_followed_as_on_a_disk(
    files: set[str], links: dict[str, str], steps: list[str]
) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder, "root").resolve()
        root.mkdir()
        made = [path for path in sorted(files) if _put(root, path, "")]
        linked = {path: links[path] for path in sorted(links) if _put(root, path, links[path])}
        path = "/".join(steps).lstrip("/")
        assert _shown(index_of(*made, links=linked).resolve(path)) == _on_disk(root, path)


def _put(root: Path, path: str, target: str) -> bool:
    """Whether a file, or a link to `target`, could be made without following another link."""
    place = root / path
    parents = [each for each in place.parents if each.is_relative_to(root)]
    if any(each.is_symlink() or each.is_file() for each in parents) or os.path.lexists(place):
        return False
    place.parent.mkdir(parents=True, exist_ok=True)
    if target:
        place.symlink_to(target)
    else:
        place.touch()
    return True


def _on_disk(root: Path, path: str) -> str:
    try:
        (root / path).stat()  # the kernel's word; Python finds `a/..` although `a` is a file
        real = (root / path).resolve(strict=True)
    except (OSError, RuntimeError):
        return "bad"
    return real.relative_to(root).as_posix() if real.is_relative_to(root) else "bad"


def _shown(place: Place) -> str:
    return place.path or "bad"


def test_bad_links_of_a_directory_are_found_through_linked_directories() -> None:
    links = {
        "chart/good": "../lib/x.yaml",
        "chart/lib": "../lib",
        "lib/out": "/etc/passwd",
        "lib/again": "../chart",
        "chart/broken": "nothing",
        "other/out": "/",
    }
    index = index_of("chart/Chart.yaml", "lib/x.yaml", links=links)
    assert list(index.bad_links("chart")) == [("broken", NOWHERE), ("lib/out", OUTSIDE)]
    assert list(index_of("a").bad_links(".")) == []


@pytest.mark.parametrize(("count", "kind"), [(40, FILE), (41, NOWHERE)])
def test_forty_links_in_a_row_are_followed(count: int, kind: Kind) -> None:
    links = {f"l{number}": f"l{number + 1}" for number in range(count)}
    assert index_of(f"l{count}", links=links).resolve("l0").kind is kind


@pytest.mark.timeout(60)
def test_links_of_very_many_steps_keep_nobody_busy() -> None:
    links = {f"l{n}": "d/../" * 800 + f"l{n + 1}" for n in range(3000)}
    index = index_of("d/a", links=links)
    assert {index.resolve(path).kind for path in links} == {NOWHERE}

"""Charts, files and directories of a commit, as facts for planning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.source.chart import is_inside
from activities.source.describe import describe_chart, describe_directory, describe_file
from activities.source.index import Index, Kind
from tests.activities.source.commits import index_of
from workflows.models import ChartFacts, FileFacts

pytestmark = pytest.mark.spec("EC-2", "OPS-5")

GOOD = b"apiVersion: v2\nname: shop\nversion: 1.2.3\n"


def chart_of(index: Index, path: str) -> ChartFacts:
    return describe_chart(index, path, {"chart/Chart.yaml": GOOD}.__getitem__)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".", True),
        ("chart", True),
        ("a/../b", True),
        ("./a/b/", True),
        ("..chart", True),
        ("..", False),
        ("a/../../b", False),
        ("/etc", False),
        (".git/hooks", False),
        ("a\0b", False),
        ("a\nb", False),
    ],
)
def test_only_paths_below_the_root_are_inside(path: str, expected: bool) -> None:
    assert is_inside(path) is expected


@given(st.lists(st.sampled_from(["..", ".", "a", "b", "", "chart"]), min_size=1, max_size=8))
def test_a_path_that_counts_as_inside_never_leaves_the_root(parts: list[str]) -> None:
    path = "/".join(parts)
    if is_inside(path):
        assert index_of("a/b/chart", "b/a/x").resolve(path).kind is not Kind.OUTSIDE


@pytest.mark.parametrize("path", ["chart", "./chart/", "linked", "web/../chart"])
def test_a_chart_is_found_by_any_name_of_its_directory(path: str) -> None:
    index = index_of("chart/Chart.yaml", "web/x", links={"linked": "chart"})
    found = chart_of(index, path)
    assert (found.path, found.name, found.version) == (path, "shop", "1.2.3")


@pytest.mark.parametrize(
    ("path", "is_within"),
    [
        ("outer", False),
        ("config", False),
        ("../outside", False),
        ("loop", True),
        ("none", True),
        ("web", True),
        ("chart/Chart.yaml", True),
    ],
)
def test_a_chart_outside_or_missing_is_told_apart(path: str, is_within: bool) -> None:
    links = {"outer": "../outside", "config": ".git", "loop": "loop"}
    found = chart_of(index_of("chart/Chart.yaml", "web/x", links=links), path)
    assert (found.is_present, found.is_inside) == (False, is_within)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("/etc/hostname", "chart/templates/x.yaml: this link leads out of the repository"),
        ("../../../x", "chart/templates/x.yaml: this link leads out of the repository"),
        ("gone.yaml", "chart/templates/x.yaml: this link leads nowhere"),
        ("../Chart.yaml", ""),
    ],
)
def test_a_bad_link_inside_a_chart_is_named(target: str, words: str) -> None:
    links = {"chart/templates/x.yaml": target}
    found = chart_of(index_of("chart/Chart.yaml", "elsewhere/y", links=links), "chart")
    assert found.is_present
    assert found.error == words


def test_files_and_contexts_are_there_missing_or_outside() -> None:
    index = index_of("web/Dockerfile", links={"up": "..", "inner": "web", "broken": "x"})
    facts = {path: describe_file(index, path) for path in ("web", ".", "inner/Dockerfile", "x")}
    assert [path for path, found in facts.items() if not found.is_present] == ["x"]
    assert not describe_file(index, "broken").is_present
    assert not any(describe_file(index, path).is_inside for path in ("up", "../x", "/etc"))


@pytest.mark.spec("ENV-015")
def test_a_directory_of_manifests_is_listed_by_name() -> None:
    files = ("b.yaml", "a.yml", "c.json", ".hidden.yaml", "README.md", "sub.yaml/x", "sub/d.yaml")
    links = {"k8s/e.yaml": "../shared.yaml", "k8s/f.yaml": "/etc/x", "k8s/g.yaml": "gone"}
    index = index_of(*(f"k8s/{name}" for name in files), "shared.yaml", links=links)
    assert describe_directory(index, "k8s") == [
        FileFacts(path="k8s", is_present=True),
        FileFacts(path="k8s/a.yml", is_present=True),
        FileFacts(path="k8s/b.yaml", is_present=True),
        FileFacts(path="k8s/c.json", is_present=True),
        FileFacts(path="k8s/e.yaml", is_present=True),
        FileFacts(path="k8s/f.yaml", is_present=True, is_inside=False),
        FileFacts(path="k8s/g.yaml", is_present=False),
    ]
    assert describe_directory(index, "k8s/b.yaml") == [
        FileFacts(path="k8s/b.yaml", is_present=True)
    ]
    assert describe_directory(index, "none") == [FileFacts(path="none", is_present=False)]
    root = [each.path for each in describe_directory(index, ".")]
    assert root == [".", "shared.yaml"]
    below = describe_directory(index_of("k8s/a.yaml", links={"l": "k8s"}), "l")
    assert [each.path for each in below] == ["l", "l/a.yaml"]

"""What a directory of files says about itself, without trusting any of it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.source.chart import MAX_BYTES, is_inside, read_chart
from activities.source.describe import Index, describe_chart, describe_file, list_file, needs_links

pytestmark = pytest.mark.spec("EC-2", "OPS-5")

GOOD = "apiVersion: v2\nname: shop\nversion: 1.2.3\n"


def chart(tmp_path: Path, text: str | bytes) -> Path:
    folder = tmp_path / "chart"
    folder.mkdir(exist_ok=True)
    file = folder / "Chart.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "apiVersion: v1\nname: shop\nversion: v1.2\n",
        GOOD + "type: application\nannotations: {a: b}\n",
        GOOD + "dependencies:\n- name: lib\n  version: 1.0.0\n  repository: file://../lib\n",
        GOOD
        + "dependencies:\n- name: db\n  version: 1.0.0\n  repository: https://example.com/charts\n",
        GOOD.replace("1.2.3", "0.1.0-rc.1+build.5"),
    ],
)
def test_a_good_chart_is_named_with_its_version(tmp_path: Path, text: str) -> None:
    found = read_chart(chart(tmp_path, text), "chart")
    assert (found.error, found.name, found.is_present) == ("", "shop", True)
    assert found.version


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "chart/Chart.yaml:1: is not a mapping of fields"),
        ("- a\n- b\n", "chart/Chart.yaml:1: is not a mapping of fields"),
        ("apiVersion: v2\nversion: 1.2.3\n", "chart/Chart.yaml: `name` is missing"),
        ("apiVersion: v2\nname: shop\n", "chart/Chart.yaml: `version` is missing"),
        (GOOD.replace("v2", "v3"), "chart/Chart.yaml:1: apiVersion is `v3`, not v1 or v2"),
        (
            GOOD.replace("1.2.3", "latest"),
            "chart/Chart.yaml:3: version `latest` is not a semantic version",
        ),
        (GOOD.replace("shop", "../shop"), "chart/Chart.yaml:2: `../shop` is no name for a chart"),
        (GOOD.replace("shop", "[a]"), "chart/Chart.yaml:2: `name` is not a text"),
        (
            GOOD + "type: library\n",
            "chart/Chart.yaml:4: a chart of type `library` cannot be installed",
        ),
        (
            GOOD + "dependencies:\n- name: lib\n  repository: file://../../lib\n",
            "chart/Chart.yaml:6: dependency `file://../../lib` leads out of the repository",
        ),
        (GOOD + "home: [\n", "chart/Chart.yaml:5: "),
        (GOOD + "\tx: 1\n", "chart/Chart.yaml:4: "),
        (GOOD + "a: *nobody\n", "chart/Chart.yaml:4: "),
        (GOOD + "---\nb: 1\n", "chart/Chart.yaml:4: "),
        (b"\xff\xfe\x00broken", "chart/Chart.yaml"),
        (b"name: \x00\n", "chart/Chart.yaml: holds characters that YAML does not allow"),
        ("[" * 5000, "chart/Chart.yaml: is nested too deeply"),
        ("# " + "x" * MAX_BYTES, "chart/Chart.yaml: is larger than 256 KiB"),
    ],
)
def test_a_bad_chart_is_told_with_file_line_and_reason(
    tmp_path: Path, text: str | bytes, error: str
) -> None:
    found = read_chart(chart(tmp_path, text), "chart")
    assert found.is_present
    assert found.error.startswith(error)


@pytest.mark.timeout(10)
def test_a_chart_that_multiplies_itself_costs_nothing(tmp_path: Path) -> None:
    levels = "".join(
        f"l{n}: &l{n} {{<<: [{', '.join([f'*l{n - 1}'] * 9)}]}}\n" for n in range(1, 60)
    )
    text = f"l0: &l0 {{a: b}}\n{levels}{GOOD}"
    assert read_chart(chart(tmp_path, text), "chart").error == ""


def test_a_tag_in_a_chart_runs_nothing(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    text = f"{GOOD}x: !!python/object/apply:os.mkdir ['{marker}']\n"
    read_chart(chart(tmp_path, text), "chart")
    assert not marker.exists()


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_described_without_a_crash(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    found = read_chart(chart(tmp_path_factory.getbasetemp(), data), "chart")
    assert found.is_present


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
def test_a_path_that_counts_as_inside_never_leaves_the_root(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str]
) -> None:
    path = "/".join(parts)
    root = tmp_path_factory.getbasetemp()
    if is_inside(path):
        assert (root / path).resolve().is_relative_to(root.resolve())


def test_the_list_of_a_commit_tells_files_directories_and_links() -> None:
    index = Index.parse(
        b"100644 1111 0\tDockerfile\0"
        b"120000 2222 0\tlatest\0"
        b"100755 3333 0\tweb/src/a b.sh\0"
        b"120000 4444 0\tchart/values.yaml\0"
        b"160000 5555 0\tvendor/lib\0"
    )
    holds = ["Dockerfile", "web", "web/src/", "./web/src/a b.sh", ".", "vendor/lib", "latest"]
    assert [path for path in holds if not index.holds(path)] == []
    assert not index.holds("we")
    assert not index.holds("Dockerfile/x")
    assert index.has_links("latest/bin")
    assert not index.has_links("web/src")
    assert not index.has_links("chart")
    assert index.has_links("chart", below=True)
    assert index.has_links(".", below=True)
    assert needs_links(index, ["chart"], [])
    assert needs_links(index, ["web"], ["latest"])
    assert not needs_links(index, ["web", "../latest"], ["Dockerfile", "."])


def test_links_are_followed_inside_and_refused_outside(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "real").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / "real" / "Chart.yaml").write_text(GOOD)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "Chart.yaml").write_text(GOOD)
    (root / "inner").symlink_to("real")
    (root / "outer").symlink_to("../outside")
    (root / "loop").symlink_to("loop")
    (root / "config").symlink_to(".git")
    assert describe_chart(root, "inner").name == "shop"
    for path in ("outer", "config", "../outside"):
        assert not describe_chart(root, path).is_inside
        assert not describe_file(root, path).is_inside
    assert describe_file(root, "inner/Chart.yaml").is_present
    assert not describe_file(root, "real/none").is_present
    assert not describe_chart(root, "loop").is_present
    assert not list_file(Index({}), "../x").is_inside


def test_a_link_out_of_the_tree_inside_a_chart_is_named(tmp_path: Path) -> None:
    file = chart(tmp_path, GOOD)
    (file.parent / "templates").mkdir()
    (file.parent / "templates" / "x.yaml").symlink_to("/etc/hostname")
    found = describe_chart(tmp_path, "chart")
    assert found.error == "chart/templates/x.yaml: this link leads out of the repository"

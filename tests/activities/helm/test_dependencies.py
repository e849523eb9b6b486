"""Dependencies of a chart: what is still to be fetched, and what its files say wrongly."""

from pathlib import Path

import pytest

from activities.helm.dependencies import (
    MAX_DEPENDENCIES,
    Dependency,
    fetch_dependencies,
    leads_outside,
    read_dependencies,
)
from activities.helm.pulling import ChartPuller
from activities.helm.repositories import ChartRepositories
from workflows.errors import ManifestError

URL = "https://charts.example.com"


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def described(*dependencies: tuple[str, str, str], name: str = "shop") -> str:
    entries = "".join(
        f"  - name: {name}\n    version: {version}\n    repository: {repository}\n"
        for name, version, repository in dependencies
    )
    return f"apiVersion: v2\nname: {name}\nversion: 0.1.0\ndependencies:\n{entries}"


def puller(home: Path) -> ChartPuller:
    """Of a Helm that is never started."""
    return ChartPuller(Path("/nowhere"), home, "mark", ChartRepositories(), timeout=1, grace=1)


def test_dependencies_are_those_that_the_chart_does_not_hold(tmp_path: Path) -> None:
    names = ["redis", "kept", "packed", "beta", "renamed", "two-words"]
    files = {
        "chart/Chart.yaml": described(*((name, "1.10", URL) for name in names)),
        "chart/charts/kept/Chart.yaml": "name: kept\n",
        "chart/charts/other/Chart.yaml": "name: renamed\n",
        "chart/charts/packed-1.10.0.tgz": "",
        "chart/charts/beta-1.0.0-rc-2.tgz": "",
        "chart/charts/two-1.0.0.tgz": "",
        "chart/charts/README.md": "",
    }
    found = read_dependencies(write(tmp_path, files), "chart")
    assert found == (
        Dependency("redis", "1.10", URL, "chart/Chart.yaml:5"),
        Dependency("two-words", "1.10", URL, "chart/Chart.yaml:20"),
    )


def test_locked_versions_come_before_ranges(tmp_path: Path) -> None:
    twice = ("redis", "^1.0.0", URL), ("redis", "^2.0.0", URL)
    locked = ("redis", "1.4.0", URL), ("redis", "2.1.0", URL)
    root = write(
        tmp_path,
        {"chart/Chart.yaml": described(*twice), "chart/Chart.lock": described(*locked)},
    )
    assert [found.version for found in read_dependencies(root, "chart")] == ["1.4.0", "2.1.0"]


def test_older_charts_keep_their_dependencies_in_a_file_of_their_own(tmp_path: Path) -> None:
    files = {
        "Chart.yaml": "apiVersion: v1\nname: shop\nversion: 0.1.0\n",
        "requirements.yaml": f"dependencies:\n- {{name: redis, version: 1.0.0, repository: {URL}}}\n",
    }
    (found,) = read_dependencies(write(tmp_path, files), ".")
    assert (found.name, found.where) == ("redis", "requirements.yaml:2")


@pytest.mark.spec("EC-2")
@pytest.mark.parametrize(
    ("files", "problem"),
    [
        (
            {"chart/Chart.yaml": "dependencies:\n- name: redis\n  version: 1\n"},
            "chart/Chart.yaml:2: dependency `redis` is not in `charts/`, and names no repository",
        ),
        (
            {
                "chart/Chart.yaml": described(("redis", "^1.0.0", URL)),
                "chart/Chart.lock": described(("mysql", "1.0.0", URL)),
            },
            "chart/Chart.yaml:5: the chart's lock file does not have dependency `redis` in this place",
        ),
        ({"chart/Chart.yaml": "dependencies: [\n"}, "chart/Chart.yaml:2:1: is not valid YAML"),
        (
            {"chart/Chart.yaml": described(*[("a", "1.0.0", URL)] * (MAX_DEPENDENCIES + 1))},
            "the chart at chart has 51 dependencies; the limit is 50",
        ),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(
    files: dict[str, str], problem: str, tmp_path: Path
) -> None:
    with pytest.raises(ManifestError) as caught:
        read_dependencies(write(tmp_path, files), "chart")
    assert str(caught.value).startswith(problem)


async def test_charts_of_the_repository_are_taken_with_their_own_dependencies(
    tmp_path: Path,
) -> None:
    files = {
        "deploy/shop/Chart.yaml": described(("api", "0.1.0", "file://../api")),
        "deploy/api/Chart.yaml": described(
            ("base", "0.1.0", "file://../../shared/base"), name="api"
        ),
        "shared/base/Chart.yaml": described(name="base"),
    }
    root = write(tmp_path, files)
    assert leads_outside(root, "deploy/shop")
    await fetch_dependencies(root, "deploy/shop", puller(tmp_path))
    assert (root / "deploy/shop/charts/api/charts/base/Chart.yaml").is_file()
    assert read_dependencies(root, "deploy/shop") == ()


@pytest.mark.spec("EC-2")
@pytest.mark.parametrize(
    ("repository", "problem"),
    [
        ("file://../../../etc", "leads out of the repository"),
        ("file:///etc", "leads out of the repository"),
        ("file://../linked", "leads out of the repository"),
        ("file://../gone", "there is no chart at gone"),
        ("file://.", "holds, or needs, the chart that needs it"),
        ("file://..", "holds, or needs, the chart that needs it"),
        ("file://../back", "holds, or needs, the chart that needs it"),
    ],
)
async def test_a_local_dependency_must_be_another_chart_of_the_repository(
    repository: str, problem: str, tmp_path: Path
) -> None:
    root = write(
        tmp_path / "root",
        {
            "Chart.yaml": "name: all\n",
            "chart/Chart.yaml": described(("x", "0.1.0", repository)),
            "back/Chart.yaml": described(("shop", "0.1.0", "file://../chart"), name="x"),
        },
    )
    (root / "linked").symlink_to("/etc")
    with pytest.raises(ManifestError, match=problem):
        await fetch_dependencies(root, "chart", puller(tmp_path))

"""Where the worker finds what is not Python, and what its settings mean for Helm."""

import tomllib
from pathlib import Path

import pytest

from tests.e2e.stacks import ROOT
from worker.composition import make_helm_config
from worker.settings import WorkerSettings, find_app_chart

CHART = Path("deploy/charts/app")


def test_catalysts_own_chart_is_found_beside_the_sources() -> None:
    assert (find_app_chart() / "Chart.yaml").samefile(ROOT / CHART / "Chart.yaml")


def test_an_installed_catalyst_finds_its_chart_where_the_package_puts_every_file_of_it(
    tmp_path: Path,
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for place, patterns in project["tool"]["setuptools"]["data-files"].items():
        for pattern in patterns:
            for file in ROOT.glob(pattern):
                target = tmp_path / "prefix" / place / file.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(file.read_bytes())
    installed = find_app_chart(tmp_path / "site-packages", tmp_path / "prefix")
    assert _files(installed) == _files(ROOT / CHART) - {"README.md", "ci/shop-values.yaml"}


def _files(directory: Path) -> set[str]:
    return {
        path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()
    }


@pytest.mark.spec("OPS-7")
def test_chart_repositories_are_a_list_and_only_a_plain_registry_is_asked_in_plain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "KUBECONFIG": "kubeconfig",
        "GITHUB_APP_ID": "1",
        "GITHUB_APP_KEY": "key.pem",
        "REGISTRY": "registry.test:5000",
        "BUILDER_IMAGE": "builder",
        "CHART_REPOSITORIES": '["https://charts.example.com", "oci://registry.test:5000"]',
    }.items():
        monkeypatch.setenv(f"CATALYST_WORKER_{name}", value)
    config = make_helm_config(WorkerSettings(), Path())
    assert config.chart_repositories == ("https://charts.example.com", "oci://registry.test:5000")
    assert config.plain_hosts == frozenset()
    monkeypatch.setenv("CATALYST_WORKER_REGISTRY_IS_PLAIN_HTTP", "true")
    assert make_helm_config(WorkerSettings(), Path()).plain_hosts == {"registry.test:5000"}

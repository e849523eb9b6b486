"""Where the worker finds what is not Python, and what its settings mean for Helm."""

import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.e2e.stacks import ROOT
from worker.composition import make_build_config, make_helm_config
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
    tell(
        monkeypatch,
        CHART_REPOSITORIES='["https://charts.example.com", "oci://registry.test:5000"]',
    )
    config = make_helm_config(WorkerSettings(), Path())
    assert config.chart_repositories == ("https://charts.example.com", "oci://registry.test:5000")
    assert config.plain_hosts == frozenset()
    monkeypatch.setenv("CATALYST_WORKER_REGISTRY_IS_PLAIN_HTTP", "true")
    assert make_helm_config(WorkerSettings(), Path()).plain_hosts == {"registry.test:5000"}


@pytest.mark.spec("OPS-7", "ENV-033")
def test_an_operator_names_the_tools_of_development_environments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tell(monkeypatch, BUILDER_IMAGE="builder:1")
    assert make_helm_config(WorkerSettings(), Path()).tools_image == "builder:1"
    monkeypatch.setenv("CATALYST_WORKER_TOOLS_IMAGE", "tools.test/of-agents:2")
    assert make_helm_config(WorkerSettings(), Path()).tools_image == "tools.test/of-agents:2"


@pytest.mark.spec("OPS-7", "FR-013")
def test_mirrors_of_packages_are_addresses_that_everybody_may_know(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tell(monkeypatch, NPM_MIRROR="https://packages.example.com/npm/")
    mirrors = make_build_config(WorkerSettings()).mirrors
    assert mirrors.urls == ("https://packages.example.com/npm/",)
    for wrong, told in {
        "packages.example.com": "`https://…` or `http://…` URL",
        "ftp://packages.example.com/": "`https://…` or `http://…` URL",
        "https://robot:staple-battery@packages.example.com/": "neither a user nor a query",
        "https://packages.example.com/?token=staple-battery": "neither a user nor a query",
    }.items():
        tell(monkeypatch, NPM_MIRROR=wrong)
        with pytest.raises(ValidationError, match=told) as caught:
            WorkerSettings()
        assert "staple-battery" not in str(caught.value)


def tell(monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    """What a worker has to be told, and some of what it may be."""
    known = {
        "KUBECONFIG": "kubeconfig",
        "GITHUB_APP_ID": "1",
        "GITHUB_APP_KEY": "key.pem",
        "REGISTRY": "registry.test:5000",
        "BUILDER_IMAGE": "builder",
    }
    for name, value in {**known, **more}.items():
        monkeypatch.setenv(f"CATALYST_WORKER_{name}", value)

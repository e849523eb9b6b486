"""Networks that an operator names: a slip must open nothing (FR-013, T-5)."""

import json

import pytest
from pydantic import ValidationError

from tests.worker.test_settings import tell
from worker.composition import make_build_config, make_cluster_config
from worker.settings import WorkerSettings
from workflows.errors import ConfigurationError

pytestmark = pytest.mark.spec("FR-013", "OPS-7")


def test_builds_are_told_the_clusters_networks_and_those_of_their_hosts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = {"github.com": ["140.82.112.0/20", "2606:50c0::/32"], "registry.test": ["10.3.0.0/16"]}
    tell(monkeypatch, BUILD_NETWORKS=json.dumps(said), CLUSTER_CIDRS='["10.244.0.0/16"]')
    config = make_build_config(WorkerSettings())
    assert {host: list(networks) for host, networks in config.networks.items()} == said
    assert config.cluster_cidrs == ("10.244.0.0/16",)
    assert make_cluster_config(WorkerSettings()).network.inner_cidrs == ("10.244.0.0/16",)


@pytest.mark.parametrize(
    ("networks", "words"),
    [
        ({"github.com": []}, "at least 1 item"),
        ({"github.com": ["140.82.112.0"], "https://github.com": ["1.0.0.0/8"]}, "no scheme"),
        ({"registry.test:5000": ["10.3.0.0/16"]}, "no port"),
        ({"GitHub.com": ["140.82.112.0/20"]}, "lower case"),
        ({"192.0.2.7": ["192.0.2.0/24"]}, "must be the name of a host"),
        ({"": ["192.0.2.0/24"]}, "must be the name of a host"),
        ({"github.com": ["140.82.112.1/20"]}, "is no network"),
        ({"github.com": ["github.com"]}, "is no network"),
        ({"github.com": ["0.0.0.0/0"]}, "every address"),
        ({"github.com": ["::/0"]}, "every address"),
        ({"github.com": ["169.254.169.254"]}, "loopback or link-local"),
        ({"github.com": ["127.0.0.0/8"]}, "loopback or link-local"),
        ({"github.com": ["fe80::/64"]}, "loopback or link-local"),
    ],
)
def test_what_would_open_more_than_a_host_is_refused_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, networks: dict[str, list[str]], words: str
) -> None:
    tell(monkeypatch, BUILD_NETWORKS=json.dumps(networks))
    with pytest.raises(ValidationError, match=words):
        WorkerSettings()


def test_a_cluster_has_networks_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    tell(monkeypatch, CLUSTER_CIDRS='["10.244.0.1/16"]')
    with pytest.raises(ValidationError, match="is no network"):
        WorkerSettings()


def test_networks_of_a_host_that_no_build_knows_by_name_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tell(monkeypatch, BUILD_NETWORKS='{"gihtub.com": ["140.82.112.0/20"]}')
    with pytest.raises(
        ConfigurationError, match=r"names gihtub\.com, but .* are: github\.com, registry\.test$"
    ):
        make_build_config(WorkerSettings())
    tell(monkeypatch, GIT_URL="http://192.0.2.7", REGISTRY="192.0.2.8:5000")
    with pytest.raises(ConfigurationError, match=r"are: none$"):
        make_build_config(WorkerSettings())


@pytest.mark.spec("T-5")
@pytest.mark.parametrize("image", ["", "squid:1"])
def test_what_is_open_to_every_build_is_told_at_the_start(
    image: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tell(monkeypatch, EGRESS_PROXY_IMAGE=image)
    make_build_config(WorkerSettings())
    told = [each.getMessage() for each in caplog.records if "public address" in each.getMessage()]
    assert len(told) == (0 if image else 1)
    assert all("github.com, registry.test" in each for each in told)

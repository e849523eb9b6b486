"""Which Service the public URL leads to."""

from typing import Any

import pytest

from activities.cluster.release import choose_backend, is_of_release, require_service
from workflows.errors import ManifestError
from workflows.models import RouteSettings


def make_service(
    name: str, *ports: int, release: str = "shop", headless: bool = False, protocol: str = "TCP"
) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "annotations": {"meta.helm.sh/release-name": release}},
        "spec": {
            "clusterIP": "None" if headless else "10.96.0.9",
            "ports": [{"port": port, "protocol": protocol} for port in ports],
        },
    }


def choose(services: list[dict[str, Any]], service: str = "", port: int = 0) -> tuple[str, int]:
    return choose_backend(services, "shop", RouteSettings(service=service, port=port))


@pytest.mark.spec("FR-003")
@pytest.mark.parametrize(
    ("services", "service", "port", "expected"),
    [
        ([make_service("web", 80, 9090)], "", 0, ("web", 80)),
        ([make_service("web", 80, 9090)], "", 9090, ("web", 9090)),
        ([make_service("web", 80), make_service("web-headless", 80, headless=True)], "", 0, ("web", 80)),
        ([make_service("web", 80), make_service("db", 5432)], "web", 0, ("web", 80)),
        ([make_service("web", 80), make_service("db", 5432)], "", 80, ("web", 80)),
        ([make_service("web", 80), make_service("foreign", 80, release="other")], "", 0, ("web", 80)),
        ([make_service("web", 80), make_service("dns", 53, protocol="UDP")], "", 0, ("web", 80)),
        ([make_service("set", 80, headless=True)], "set", 0, ("set", 80)),
    ],
)  # fmt: skip
def test_the_only_service_or_the_named_one_is_chosen(
    services: list[dict[str, Any]], service: str, port: int, expected: tuple[str, int]
) -> None:
    assert choose(services, service, port) == expected


@pytest.mark.spec("FR-009", "EC-2")
@pytest.mark.parametrize(
    ("services", "service", "port", "message"),
    [
        ([], "", 0, "the release has none"),
        ([make_service("web", 80), make_service("api", 80)], "", 0, "the release has api, web"),
        ([make_service("web", 80)], "frontend", 0, r"names Service frontend.*it has web"),
        ([make_service("web", 80, 81)], "web", 8080, r"does not have port 8080.*80, 81"),
        ([make_service("web", 80)], "", 8080, r"does not have port 8080"),
        ([make_service("web", release="other")], "", 0, "the release has none"),
    ],
)
def test_no_clear_choice_is_an_error_that_names_the_candidates(
    services: list[dict[str, Any]], service: str, port: int, message: str
) -> None:
    with pytest.raises(ManifestError, match=message) as failure:
        choose(services, service, port)
    assert "route." in failure.value.hint


@pytest.mark.spec("FR-002")
def test_objects_of_a_release_are_known_by_annotation_or_label() -> None:
    by_label = {"metadata": {"labels": {"app.kubernetes.io/instance": "shop"}}}
    assert is_of_release(make_service("web", 80), "shop")
    assert is_of_release(by_label, "shop")
    assert not is_of_release(by_label, "other")
    assert not is_of_release({"metadata": {}}, "shop")


@pytest.mark.spec("FR-013")
def test_a_name_outside_of_the_namespace_is_no_backend() -> None:
    outside = make_service("outside", 443)
    outside["spec"] |= {"type": "ExternalName", "externalName": "kubernetes.default.svc"}
    assert choose([outside, make_service("web", 80)]) == ("web", 80)
    with pytest.raises(ManifestError, match="does not have"):
        choose([outside], "outside")


@pytest.mark.spec("ENV-017", "FR-009")
def test_a_service_that_was_promised_is_missed_by_name() -> None:
    services = [make_service("shop-search", 9200), make_service("other", 80, release="other")]
    require_service(services, "shop", "shop-search")
    with pytest.raises(ManifestError, match=r"no Service `other`.*it has shop-search") as missed:
        require_service(services, "shop", "other")
    assert "`host`" in missed.value.hint
    with pytest.raises(ManifestError, match="it has none"):
        require_service([], "shop", "web")

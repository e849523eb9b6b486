"""Which volume claims are a StatefulSet's, and which objects a release's."""

import pytest

from activities.releases import is_claim_of, is_of

pytestmark = pytest.mark.spec("ENV-017")

SET = {
    "metadata": {"name": "shop-search"},
    "spec": {
        "volumeClaimTemplates": [{"metadata": {"name": "data"}}, {"metadata": {"name": "log"}}]
    },
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("data-shop-search-0", True),
        ("log-shop-search-12", True),
        ("data-shop-search-x", False),
        ("data-shop-search", False),
        ("data-shop-searching-0", False),
        ("other-shop-search-0", False),
    ],
)
def test_claims_of_a_stateful_set_are_known_by_how_kubernetes_calls_them(
    name: str, *, expected: bool
) -> None:
    assert is_claim_of({"metadata": {"name": name}}, SET) is expected
    assert not is_claim_of({"metadata": {"name": name}}, {**SET, "spec": {}})


def test_objects_are_of_the_release_that_helm_says() -> None:
    item = {"metadata": {"annotations": {"meta.helm.sh/release-name": "shop"}}}
    assert is_of(item, "shop", ())
    assert not is_of(item, "other", ())
    assert not is_of({"metadata": {}}, "shop", ())

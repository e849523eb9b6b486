"""From what Kubernetes refused back to the line that wrote it."""

import pytest

from activities.helm.blame import Place, find_place

MANIFEST = """---
# Source: shop/templates/service.yaml
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  ports:
    - name: http
      port: 99999
---
# Source: shop/templates/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replica: 1
"""
TEMPLATES = {
    "shop/templates/service.yaml": "apiVersion: v1\nspec:\n  ports:\n    - name: http\n"
    "      port: {{ .Values.port }}\n",
    "shop/templates/web.yaml": "kind: Deployment\nspec:\n  replica: 1\n",
}
_APPLY = "server-side apply failed for object team-shop-pr-7/shop"


@pytest.mark.spec("EC-2")
@pytest.mark.parametrize(
    ("reason", "place"),
    [
        (
            (
                f'{_APPLY} /v1, Kind=Service: Service "shop" is invalid: [spec.ports[0].port: Invalid'
                " value: 99999: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: …]"
            ),
            Place("shop/templates/service.yaml", 5, "port: 99999"),
        ),
        (
            (
                f"{_APPLY} apps/v1, Kind=Deployment: failed to create typed patch object"
                " (team-shop-pr-7/shop; apps/v1, Kind=Deployment): .spec.replica: field not declared"
                " in schema"
            ),
            Place("shop/templates/web.yaml", 3, "replica: 1"),
        ),
        (
            f"{_APPLY} /v1, Kind=Service: Internal rule without a field",
            Place("shop/templates/service.yaml", 0, ""),
        ),
        (f"{_APPLY} /v1, Kind=Secret: x is invalid", None),
        ("something else", None),
    ],
)
def test_a_refused_object_is_traced_to_its_template(reason: str, place: Place | None) -> None:
    assert find_place(reason, MANIFEST, lambda file: TEMPLATES.get(file, "")) == place


def test_a_manifest_that_is_no_yaml_blames_nobody() -> None:
    reason = f"{_APPLY} /v1, Kind=Service: spec.x: wrong"
    assert find_place(reason, "# Source: a\n: {", lambda _: "") is None

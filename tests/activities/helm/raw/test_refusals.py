"""The API's own words about objects that were only tried (Kubernetes 1.37), and what is made of them."""

import pytest

from activities import kube
from activities.helm.raw.refusals import (
    is_about_object,
    may_be_of_another,
    missing_account,
    refusals,
)

TYPED = "failed to create typed patch object (/web; apps/v1, Kind=Deployment): "


def error(status: int, text: str, *causes: str) -> kube.KubeError:
    return kube.KubeError(
        f"the Kubernetes API answered {status}: {text}", status=status, causes=causes
    )


@pytest.mark.spec("EC-2", "ENV-015")
@pytest.mark.parametrize(
    ("refused", "told"),
    [
        (
            error(500, f"{TYPED}.spec.portss: field not declared in schema"),
            [("spec.portss", "there is no such field")],
        ),
        (
            error(
                500,
                f"{TYPED}errors:\n"
                '  .spec.template.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"]'
                ".protocal: field not declared in schema\n"
                "  .spec.replicas: expected numeric (int or float), got string",
            ),
            [
                (
                    (
                        'spec.template.spec.containers[name="web"]'
                        '.ports[containerPort=80,protocol="TCP"].protocal'
                    ),
                    "there is no such field",
                ),
                ("spec.replicas", "expected numeric (int or float), got string"),
            ],
        ),
        (
            error(500, f"{TYPED}.data.a: expected string, got &value.valueUnstructured{{Value:1}}"),
            [("data.a", "expected string, got 1; put quotes around it")],
        ),
        (
            error(500, f"{TYPED}.spec: expected map, got &{{[]}}"),
            [("spec", "expected map, got a list or a mapping")],
        ),
        (
            error(500, f'{TYPED}.spec.ports: duplicate entries for key [port=80,protocol="TCP"]'),
            [("spec.ports", 'duplicate entries for key [port=80,protocol="TCP"]')],
        ),
        (
            error(
                422,
                'Service "web" is invalid: spec.ports[0].port: Invalid value: 99999: must be …',
                "spec.ports[0].port: Invalid value: 99999: must be between 1 and 65535, inclusive",
            ),
            [
                (
                    "spec.ports[0].port",
                    "Invalid value: 99999: must be between 1 and 65535, inclusive",
                )
            ],
        ),
        (
            error(
                500,
                "failed to convert new object (/c; /v1, Kind=Pod) to proper version: unable to"
                " convert unstructured object to /v1, Kind=Pod: quantities must match the regular"
                " expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            ),
            [
                (
                    "",
                    (
                        "quantities must match the regular expression"
                        " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
                    ),
                )
            ],
        ),
        (
            error(403, 'pods "a" is forbidden: exceeded quota: catalyst, requested: cpu=9'),
            [("", 'pods "a" is forbidden: exceeded quota: catalyst, requested: cpu=9')],
        ),
    ],
)
def test_a_refusal_is_told_by_field(refused: kube.KubeError, told: list[tuple[str, str]]) -> None:
    assert is_about_object(refused)
    assert refusals(refused, is_secret=False) == told


@pytest.mark.invariant(4)
def test_no_value_of_a_secret_is_repeated() -> None:
    text = (
        "failed to create typed patch object (/c; /v1, Kind=Secret): .stringData.pin: expected"
        " string, got &value.valueUnstructured{Value:4711}"
    )
    assert refusals(error(500, text), is_secret=True) == [("stringData.pin", "expected string")]


@pytest.mark.spec("FR-011")
@pytest.mark.parametrize(
    "failed",
    [
        error(500, "etcdserver: request timed out"),
        error(503, "the server is currently unable to handle the request"),
        error(404, 'namespaces "gone" not found'),
        error(403, 'pods "a" is forbidden: status unknown for quota: catalyst'),
        error(403, "unable to create new content in namespace x because it is being terminated"),
        error(
            403,
            'deployments.apps "web" is forbidden: User "system:serviceaccount:x:catalyst-helm"'
            ' cannot patch resource "deployments" in API group "apps" in the namespace "x"',
        ),
    ],
)
def test_what_is_nobodys_mistake_is_not_the_objects(failed: kube.KubeError) -> None:
    assert not is_about_object(failed)


def test_a_pod_without_its_account_names_it() -> None:
    text = (
        'pods "c" is forbidden: error looking up service account x/gone: serviceaccount "gone"'
        " not found"
    )
    assert missing_account(error(403, text)) == "gone"
    assert missing_account(error(403, 'pods "c" is forbidden: exceeded quota')) == ""


@pytest.mark.parametrize(
    ("owner", "managers", "expected"),
    [
        (None, ["helm"], False),
        (None, [], False),
        ("pr-shop-7", ["helm", "kubectl"], False),
        (None, ["helm", "catalyst"], True),
        ("other", ["helm"], True),
    ],
)
def test_an_object_of_somebody_else_is_known_by_who_wrote_it(
    owner: str | None, managers: list[str], *, expected: bool
) -> None:
    annotations = {"meta.helm.sh/release-name": owner} if owner else None
    fields = [{"manager": manager} for manager in managers]
    metadata = {"annotations": annotations, "managedFields": fields}
    assert may_be_of_another(metadata, "pr-shop-7") is expected


def test_a_controller_that_writes_the_status_owns_nothing() -> None:
    """The trial's answer has lost the release's annotation: it applies as the one who wrote it."""
    status = {"manager": "kube-controller-manager", "operation": "Update", "subresource": "status"}
    metadata = {"managedFields": [{"manager": "helm", "operation": "Apply"}, status]}
    assert not may_be_of_another(metadata, "pr-shop-7")

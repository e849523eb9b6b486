"""What Helm 4.3.1 printed in each case (recorded from real runs), and what people are told of it."""

import pytest

from activities.helm.failures import to_failure
from workflows.errors import (
    CatalystError,
    ForbiddenManifestError,
    HelmError,
    ManifestError,
    RolloutFailedError,
)

_ACCOUNT = 'User "system:serviceaccount:team-shop-pr-7:catalyst-helm"'
_WARNING = (
    'I1121 12:31:44.780057    4361 warnings.go:107] "Warning: would violate PodSecurity'
    ' \\"restricted:v1.34\\": allowPrivilegeEscalation != false"\n'
)


@pytest.mark.spec("EC-2", "FR-009")
@pytest.mark.parametrize(
    ("stderr", "message"),
    [
        (
            (
                "Error: parse error at (shop/templates/bad.yaml:2): unclosed action started at"
                " shop/templates/bad.yaml:1\n"
            ),
            (
                "the chart does not render: parse error at (web/chart/templates/bad.yaml:2):"
                " unclosed action started at web/chart/templates/bad.yaml:1"
            ),
        ),
        (
            (
                'Error: shop/templates/bad.yaml:1:13\n  executing "shop/templates/bad.yaml" at'
                " <.Values.x.y.z>:\n    nil pointer evaluating interface {}.y\n"
            ),
            (
                "the chart does not render: web/chart/templates/bad.yaml:1:"
                " nil pointer evaluating interface {}.y"
            ),
        ),
        (
            "Error: execution error at (shop/templates/bad.yaml:1:6): set image.tag\n",
            "the chart does not render: web/chart/templates/bad.yaml:1: set image.tag",
        ),
        (
            (
                "Error: execution error at (shop/templates/bad.yaml:2:4): \n- a: missing\n- b: too"
                " many\n\nUse --debug flag to render out invalid YAML\n"
            ),
            "the chart does not render: web/chart/templates/bad.yaml:2: a: missing; b: too many",
        ),
        (
            (
                "Error: UPGRADE FAILED: YAML parse error on shop/templates/bad.yaml: error converting"
                " YAML to JSON: yaml: line 5: mapping values are not allowed in this context\n"
            ),
            (
                "the chart does not render: web/chart/templates/bad.yaml: what it renders to is no YAML"
                " (line 5: mapping values are not allowed in this context)"
            ),
        ),
        (
            (
                "Error: values don't meet the specifications of the schema(s) in the following"
                " chart(s):\nshop:\n- at '': missing property 'replicas'\n\n"
            ),
            "the values do not fit the chart's schema: missing property 'replicas'",
        ),
        (
            (
                "Error: cannot load Chart.yaml: error converting YAML to JSON: yaml: line 1:"
                " did not find expected ',' or ']'\n"
            ),
            (
                "the chart cannot be used: cannot load Chart.yaml: error converting YAML to JSON:"
                " yaml: line 1: did not find expected ',' or ']'"
            ),
        ),
        (
            (
                "Error: chart requires kubeVersion: <1.20 which is incompatible with Kubernetes"
                " v1.37.1\n"
            ),
            (
                "the chart cannot be used: chart requires kubeVersion: <1.20 which is incompatible"
                " with Kubernetes v1.37.1"
            ),
        ),
        (
            "Error: library charts are not installable\n",
            "the chart cannot be used: library charts are not installable",
        ),
        (
            (
                "Error: unable to build kubernetes objects from release manifest: error validating"
                ' "": error validating data: kind not set\n'
            ),
            (
                "Kubernetes refused the chart: unable to build kubernetes objects from release"
                ' manifest: error validating "": error validating data: kind not set'
            ),
        ),
        (
            (
                "Error: unable to build kubernetes objects from release manifest: resource mapping not"
                ' found for name: "x" namespace: "" from "": no matches for kind "Gizmo" in version'
                ' "foo.dev/v1"\nensure CRDs are installed first\n'
            ),
            (
                "Kubernetes refused the chart: unable to build kubernetes objects from release"
                ' manifest: resource mapping not found for name: "x" namespace: "" from "": no matches'
                ' for kind "Gizmo" in version "foo.dev/v1"'
            ),
        ),
        (
            (
                f"{_WARNING}Error: server-side apply failed for object team-shop-pr-7/x /v1,"
                ' Kind=Service: Service "x" is invalid: spec.ports[0].port: Invalid value: 99999999:'
                " must be between 1 and 65535, inclusive\n"
            ),
            (
                "Kubernetes refused the chart: server-side apply failed for object team-shop-pr-7/x"
                ' /v1, Kind=Service: Service "x" is invalid: spec.ports[0].port: Invalid value:'
                " 99999999: must be between 1 and 65535, inclusive"
            ),
        ),
        (
            (
                'Error: unable to continue with install: ConfigMap "kube-root-ca.crt" in namespace'
                ' "team-shop-pr-7" exists and cannot be imported into the current release: invalid'
                ' ownership metadata; label validation error: missing key "x"\n'
            ),
            (
                "Kubernetes refused the chart: unable to continue with install: ConfigMap"
                ' "kube-root-ca.crt" in namespace "team-shop-pr-7" exists and cannot be imported into'
                " the current release: invalid ownership metadata; label validation error: missing key"
                ' "x"'
            ),
        ),
    ],
)
def test_what_is_wrong_with_a_chart_is_the_users_to_fix_and_told_with_its_path(
    stderr: str, message: str
) -> None:
    failure = to_failure(stderr, chart="web/chart", name="shop")
    assert type(failure) is ManifestError
    assert str(failure) == message


@pytest.mark.spec("ENV-017", "FR-009")
def test_an_object_of_another_release_is_told_with_what_to_do() -> None:
    failure = to_failure(
        'Error: unable to continue with install: Service "search" in namespace "team-shop-pr-7" exists and cannot be'
        " imported into the current release: invalid ownership metadata; annotation validation error: key"
        ' "meta.helm.sh/release-name" must equal "chart-pr-7-find": current value is "chart-pr-7-search"\n'
    )
    assert type(failure) is ManifestError
    assert 'current value is "chart-pr-7-search"' in str(failure)
    assert "`fullnameOverride`" in failure.hint
    assert "push, and add it again" in failure.hint
    assert not failure.is_retryable
    assert failure.excerpt
    assert "warnings.go" not in "\n".join(failure.excerpt)


def test_missing_dependencies_come_with_the_way_to_add_them() -> None:
    failure = to_failure(
        "Error: an error occurred while checking for chart dependencies. You may need to run 'helm"
        " dependency build' to fetch missing dependencies: found in Chart.yaml, but missing in"
        " charts/ directory: postgresql\n"
    )
    assert type(failure) is ManifestError
    assert "postgresql" in str(failure)
    assert "charts/" in failure.hint


@pytest.mark.spec("ENV-026")
@pytest.mark.parametrize(
    ("stderr", "message"),
    [
        (
            (
                'Error: template: shop/templates/cm.yaml:4:14: executing "shop/templates/cm.yaml" at'
                ' <lookup "v1" "Secret" "kube-system" "x">: error calling lookup: secrets "x" is'
                f' forbidden: {_ACCOUNT} cannot get resource "secrets" in API group "" in the'
                ' namespace "kube-system"\n'
            ),
            (
                'the chart may not get secrets "x" in namespace kube-system'
                " (web/chart/templates/cm.yaml:4)"
            ),
        ),
        (
            (
                "Error: unable to continue with install: could not get information about the resource"
                ' ClusterRoleBinding "evil" in namespace "":'
                ' clusterrolebindings.rbac.authorization.k8s.io "evil" is forbidden:'
                f' {_ACCOUNT} cannot get resource "clusterrolebindings" in API group'
                ' "rbac.authorization.k8s.io" at the cluster scope\n'
            ),
            (
                'the chart may not get clusterrolebindings.rbac.authorization.k8s.io "evil"'
                " in the whole cluster"
            ),
        ),
        (
            (
                "Error: failed to install CRD crds/c.yaml: server-side apply failed for object"
                " /gizmos.foo.dev apiextensions.k8s.io/v1, Kind=CustomResourceDefinition:"
                ' customresourcedefinitions.apiextensions.k8s.io "gizmos.foo.dev" is forbidden:'
                f' {_ACCOUNT} cannot patch resource "customresourcedefinitions" in API group'
                ' "apiextensions.k8s.io" at the cluster scope\n'
            ),
            (
                "the chart may not patch customresourcedefinitions.apiextensions.k8s.io"
                ' "gizmos.foo.dev" in the whole cluster'
            ),
        ),
        (
            (
                "Error: server-side apply failed for object team-shop-pr-7/x /v1, Kind=Pod: pods"
                ' "x" is forbidden: violates PodSecurity "baseline:v1.34": hostPath volumes'
                ' (volume "h")\n'
            ),
            (
                'pods "x" is not allowed: violates PodSecurity "baseline:v1.34": hostPath volumes'
                ' (volume "h")'
            ),
        ),
    ],
)
def test_what_a_chart_may_not_do_names_the_object(stderr: str, message: str) -> None:
    failure = to_failure(stderr, chart="web/chart", name="shop")
    assert type(failure) is ForbiddenManifestError
    assert str(failure) == message


@pytest.mark.spec("FR-010")
def test_asking_for_more_than_the_quota_names_the_quota() -> None:
    failure = to_failure(
        "Error: server-side apply failed for object t/x /v1, Kind=Pod: pods"
        ' "x" is forbidden: exceeded quota: catalyst, requested: limits.memory=64Gi,'
        " used: limits.memory=0, limited: limits.memory=8Gi\n"
    )
    assert type(failure) is ManifestError
    assert "exceeded quota: catalyst, requested: limits.memory=64Gi" in str(failure)
    assert "quota" in failure.hint


@pytest.mark.spec("FR-011")
@pytest.mark.parametrize(
    "stderr",
    [
        (
            "Error: kubernetes cluster unreachable: the server has asked for the client to provide"
            " credentials\n"
        ),
        (
            'Error: kubernetes cluster unreachable: Get "https://10.1.2.3:6443/version": dial tcp'
            " 10.1.2.3:6443: connect: connection refused\n"
        ),
        (
            'Release "z" does not exist. Installing it now.\nError: create: failed to create:'
            ' namespaces "team-shop-pr-7" not found\n'
        ),
        "Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress\n",
        (
            'Error: secrets "sh.helm.release.v1.x.v1" is forbidden: unable to create new content in'
            " namespace t because it is being terminated\n"
        ),
        "Error: UPGRADE FAILED: pre-upgrade hooks failed: etcdserver: leader changed\n",
        "Error: INSTALLATION FAILED: failed pre-install: resource Job/t-helm-x/slow not ready. status: Unknown, message:\n",
        "Error: context canceled\n",
        "fatal: something nobody has seen before",
        "",
    ],
)
def test_trouble_of_the_platform_and_the_unknown_are_retried(stderr: str) -> None:
    failure = to_failure(stderr)
    assert type(failure) is HelmError
    assert failure.is_retryable


@pytest.mark.invariant(4)
def test_no_internal_address_reaches_a_person() -> None:
    failure = to_failure("Error: kubernetes cluster unreachable: dial tcp 10.1.2.3:6443: refused\n")
    assert "10.1.2.3" not in f"{failure}{failure.excerpt}"


@pytest.mark.spec("FR-009")
@pytest.mark.parametrize(
    "stderr",
    [
        (
            f"{_WARNING}Error: failed pre-install: resource Job/t-helm-x/migrate not ready. status:"
            " Failed, message: Job Failed. failed: 1/1\n"
        ),
        (
            'level=WARN msg="upgrade failed" name=h error="pre-upgrade hooks failed: …"\n'
            "Error: UPGRADE FAILED: pre-upgrade hooks failed: resource Job/t-helm-x/migrate not ready."
            " status: InProgress, message: Job in progress\ncontext deadline exceeded\n"
        ),
    ],
)
def test_a_failing_or_hanging_hook_is_the_users_to_fix(stderr: str) -> None:
    failure = to_failure(stderr)
    assert type(failure) is RolloutFailedError
    assert "Job/t-helm-x/migrate not ready" in str(failure)


def test_every_failure_is_one_of_ours() -> None:
    assert isinstance(to_failure("Error: \n"), CatalystError)

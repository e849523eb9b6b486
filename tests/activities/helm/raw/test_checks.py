"""Manifests that no preview may have, told by name, file and line before the cluster is asked about each."""

from pathlib import Path

import pytest

from activities.helm.raw.checks import check, check_duplicates
from activities.helm.raw.kinds import Kind
from activities.helm.raw.problems import MAX_SHOWN, Problem, to_error
from tests.activities.helm.raw.reading import read
from workflows.errors import ForbiddenManifestError, ManifestError

KINDS = {
    ("v1", "ConfigMap"): Kind("", "configmaps", True),
    ("v1", "Namespace"): Kind("", "namespaces", False),
    ("v1", "Pod"): Kind("", "pods", True),
    ("v1", "Service"): Kind("", "services", True),
    ("apps/v1", "Deployment"): Kind("apps", "deployments", True),
    ("batch/v1", "CronJob"): Kind("batch", "cronjobs", True),
    ("networking.k8s.io/v1", "Ingress"): Kind("networking.k8s.io", "ingresses", True),
    ("networking.k8s.io/v1", "NetworkPolicy"): Kind("networking.k8s.io", "networkpolicies", True),
    ("autoscaling/v1", "HorizontalPodAutoscaler"): Kind("autoscaling", "hpas", True),
}
NAMESPACE = "team-shop-pr-shop-7"


def found(root: Path, text: str) -> list[str]:
    manifests = read(root, {"k8s/all.yaml": text})
    assert manifests.problems == ()
    problems = [*check_duplicates(manifests.objects, KINDS)]
    for item in manifests.objects:
        problems += check(item, KINDS, NAMESPACE)
    return [str(problem) for problem in problems]


def config(extra: str = "") -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n{extra}"


def pod(spec: str) -> str:
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n{spec}"


@pytest.mark.spec("ENV-015", "ENV-026")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: prod}\n",
            (
                "k8s/all.yaml:2: Namespace `prod` would belong to the whole cluster; previews make"
                " objects of their own namespace only"
            ),
        ),
        (
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: open}\n",
            "k8s/all.yaml:2: NetworkPolicy `open`: previews may not create this kind",
        ),
        (
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\n",
            (
                "k8s/all.yaml:2: Ingress `web`: Catalyst itself makes the way in, under the preview's"
                " own address; remove it"
            ),
        ),
        (
            "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n",
            "k8s/all.yaml:2: Widget `w`: the cluster knows no kind Widget in example.com/v1",
        ),
        (
            config("  namespace: prod\n"),
            (
                "k8s/all.yaml:5: ConfigMap `a` asks for namespace `prod`; leave `metadata.namespace`"
                " out, the preview has a namespace of its own"
            ),
        ),
        (
            f"{config()}---\n{config()}",
            "k8s/all.yaml:9: ConfigMap `a` stands here a second time (first at k8s/all.yaml:1)",
        ),
        (
            "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n  externalIPs: [192.0.2.1]\n",
            "k8s/all.yaml:5: Service `s`: spec.externalIPs would take over addresses of others",
        ),
        (
            (
                "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: t\n  annotations:\n"
                "    kubernetes.io/service-account.name: catalyst-owner\n"
            ),
            "k8s/all.yaml:6: ConfigMap `t` would hold a token of Catalyst's own `catalyst-owner`",
        ),
        (
            pod("  containers: []\n  serviceAccountName: catalyst-helm\n"),
            (
                "k8s/all.yaml:6: Pod `a`: `catalyst-helm` is Catalyst's own; leave"
                " `serviceAccountName` out"
            ),
        ),
        (
            pod("  hostNetwork: yes\n  containers: []\n"),
            "k8s/all.yaml:5: Pod `a`: `hostNetwork` would give it the node's network",
        ),
        (
            pod("  containers: []\n  volumes:\n  - name: v\n    hostPath: {path: /}\n"),
            (
                "k8s/all.yaml:8: Pod `a`: `hostPath` would give it files of the node; use another kind"
                " of volume"
            ),
        ),
        (
            (
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  template:\n"
                "    spec:\n      containers:\n      - name: web\n        securityContext:\n"
                "          privileged: true\n"
            ),
            (
                "k8s/all.yaml:10: Deployment `d`, container `web`: `privileged` would give it the whole"
                " node"
            ),
        ),
        (
            (
                "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\nspec:\n  jobTemplate:\n"
                "    spec:\n      template:\n        spec:\n          containers:\n"
                "          - name: web\n            ports: [{hostPort: 80}]\n"
            ),
            (
                "k8s/all.yaml:11: CronJob `c`, container `web`: `hostPort` would take a port of the"
                " node"
            ),
        ),
        (
            pod(
                "  initContainers:\n  - name: x\n    securityContext:\n      capabilities:\n"
                "        add: [CHOWN, NET_ADMIN]\n"
                "  containers: []\n"
            ),
            (
                "k8s/all.yaml:9: Pod `a`, container `x`: previews may not add the capability"
                " `NET_ADMIN`"
            ),
        ),
    ],
)
def test_what_no_preview_may_have_is_refused_by_name(
    text: str, problem: str, tmp_path: Path
) -> None:
    assert found(tmp_path, text) == [problem]


@pytest.mark.spec("ENV-015")
@pytest.mark.parametrize(
    "text",
    [
        config(f"  namespace: {NAMESPACE}\n"),
        pod(
            "  hostNetwork: false\n  containers:\n  - name: a\n    securityContext: {privileged: no}\n"
        ),
        f"{config()}---\n{pod('  containers: []')}",
        "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {externalIPs: []}\n",
        config("data:\n  spec: {hostNetwork: true}\n"),
        pod("  containers: text\n  volumes: [text]\n"),
    ],
)
def test_ordinary_manifests_pass(text: str, tmp_path: Path) -> None:
    assert found(tmp_path, text) == []


@pytest.mark.spec("EC-2")
def test_the_failure_shows_all_problems_in_the_order_of_their_places() -> None:
    problems = [
        Problem("b.yaml", 1, "wrong"),
        Problem("a.yaml", 20, "bad"),
        Problem("a.yaml", 3, "x"),
    ]
    failure = to_error(problems)
    assert str(failure) == "a.yaml:3: x (and 2 more)"
    assert failure.excerpt == ("a.yaml:3: x", "a.yaml:20: bad", "b.yaml:1: wrong")
    assert type(failure) is ManifestError


def test_many_problems_are_counted_beyond_the_first() -> None:
    failure = to_error(Problem("a.yaml", line, "wrong") for line in range(1, MAX_SHOWN + 6))
    assert len(failure.excerpt) == MAX_SHOWN + 1
    assert failure.excerpt[-1] == "… and 5 more"


def test_only_refusals_are_told_as_forbidden() -> None:
    refused, mistake = Problem("a", 1, "no", True), Problem("a", 2, "oops")
    assert isinstance(to_error([refused]), ForbiddenManifestError)
    assert not isinstance(to_error([refused, mistake]), ForbiddenManifestError)

"""One preview cannot reach another, nor can its chart reach beyond its own namespace."""

import pytest

from tests.e2e.cluster.packets import Target, reached_from
from tests.e2e.support.preview import Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack
from workflows import naming

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]


async def service_address(stack: Stack, preview: Preview) -> tuple[str, int]:
    services = await stack.cluster.items(f"/api/v1/namespaces/{await preview.namespace()}/services")
    return str(services[0]["spec"]["clusterIP"]), int(services[0]["spec"]["ports"][0]["port"])


@pytest.mark.spec("FR-013")
async def test_a_pod_of_one_preview_reaches_its_own_service_and_no_other_preview(
    previews: Previews, stack: Stack
) -> None:
    one, other = await previews.create(), await previews.create()
    commits = [await one.open(), await other.open()]
    await one.until_ready(commits[0])
    await other.until_ready(commits[1])
    own, foreign = await service_address(stack, one), await service_address(stack, other)
    pods = await stack.cluster.pods(await other.namespace())
    github, github_port = stack.github.base_url.removeprefix("http://").split(":")
    targets: list[Target] = [
        ("its own service", "tcp", *own, True),
        ("another preview's service", "tcp", *foreign, False),
        ("another preview's pod", "tcp", pods[0]["status"]["podIP"], 8080, False),
        ("the Kubernetes API", "tcp", "kubernetes.default.svc.cluster.local", 443, False),
        ("GitHub", "tcp", github, int(github_port), False),
    ]
    place = await one.namespace()
    reached = await reached_from(stack.cluster, place, "python:3.11-slim", targets)
    assert reached == {name: expected for name, *_, expected in targets}


_LOOKUP = """{{- $found := lookup "v1" "Secret" "kube-system" "e2e-foreign" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: stolen
data:
  value: {{ dig "data" "value" "nothing" ($found | default dict) | quote }}
"""

_BINDING = """apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: {{ .Release.Name }}-everything
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: default, namespace: {{ .Release.Namespace }}}]
"""


@pytest.mark.spec("FR-013")
@pytest.mark.invariant(4)
async def test_a_chart_that_looks_up_a_foreign_secret_is_refused(
    previews: Previews, stack: Stack
) -> None:
    path = "/api/v1/namespaces/kube-system/secrets/e2e-foreign"
    await stack.cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "e2e-foreign", "namespace": "kube-system"},
            "stringData": {"value": "hidden"},
        }
    )
    try:
        preview = await previews.create()
        commit = await preview.open({"chart/templates/stolen.yaml": _LOOKUP})
        snapshot = await preview.until_failed(commit)
    finally:
        await stack.cluster.delete(path)
    assert snapshot.failure
    assert snapshot.failure.type == "ForbiddenManifestError"
    namespace = await preview.namespace()
    assert await stack.cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/stolen") is None
    comment = await preview.until_comment("secrets")
    assert "hidden" not in comment
    assert "aGlkZGVu" not in comment


@pytest.mark.spec("FR-013")
async def test_a_chart_with_a_cluster_role_binding_is_refused(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create()
    commit = await preview.open({"chart/templates/everything.yaml": _BINDING})
    snapshot = await preview.until_failed(commit)
    assert snapshot.failure
    assert snapshot.failure.type == "ForbiddenManifestError"
    await preview.until_comment("clusterrolebindings")
    name = f"{naming.release_name(preview.environment)}-everything"
    bindings = f"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/{name}"
    assert await stack.cluster.get(bindings) is None


@pytest.mark.spec("FR-010", "FR-013")
async def test_a_previews_own_identity_may_not_touch_its_limits(
    shown: tuple[Preview, str], stack: Stack
) -> None:
    preview, _ = shown
    namespace = await preview.namespace()
    user = f"system:serviceaccount:{namespace}:{naming.HELM_SERVICE_ACCOUNT}"
    for kind in ("resourcequotas", "limitranges", "networkpolicies.networking.k8s.io"):
        for verb in ("create", "update", "patch", "delete"):
            is_allowed = await stack.cluster.may(user, verb, kind, namespace)
            assert not is_allowed, f"{user} may {verb} {kind}"
    assert await stack.cluster.may(user, "create", "deployments.apps", namespace)

"""Raw manifests of a commit, checked against the real cluster and deployed as one release (ENV-015)."""

import asyncio

import pytest

from activities import kube
from tests.e2e.helm import charts
from tests.e2e.helm.conftest import Release
from tests.e2e.support.source import PullRequestSource
from workflows import naming
from workflows.errors import ForbiddenManifestError, ManifestError
from workflows.models import messages as m

pytestmark = pytest.mark.cluster

WEB = """\
# The page.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      serviceAccountName: web
      containers:
        - name: web
          image: {image.web}
          env:
            - {name: TEMPLATE, value: "{{ .Values.x }} {url}"}
          volumeMounts: [{name: settings, mountPath: /etc/web}]
      volumes:
        - name: settings
          configMap: {name: settings, defaultMode: 0440}
---
# nothing here
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: web
---
apiVersion: v1
kind: Pod
metadata:
  name: once
spec:
  serviceAccountName: web  # which is not there yet when the pod is tried
  containers: [{name: once, image: registry.test/once}]
"""
MORE = """\
{
\t"apiVersion": "v1",
\t"kind": "List",
\t"items": [
\t\t{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"on": "yes \\ud83d\\ude00"}},
\t\t{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}
\t]
}
"""
FILES = {"k8s/_web.yaml": WEB, "k8s/more.json": MORE}


async def deploy(
    release: Release, files: dict[str, str], *, paths: tuple[str, ...] = ()
) -> m.DeployReleaseResult:
    commit = await release.source.push({**files})
    return await release.deploy(
        commit, source="manifests", chart="", manifests=paths or tuple(files)
    )


async def refusal(release: Release, files: dict[str, str]) -> ManifestError:
    with pytest.raises(ManifestError) as caught:
        await deploy(release, files)
    assert await release.statuses() == []
    return caught.value


@pytest.mark.spec("ENV-015", "ENV-021", "FR-008")
@pytest.mark.invariant(3)
async def test_manifests_become_one_release_with_the_images_that_were_built(
    release: Release,
) -> None:
    result = await deploy(release, FILES)
    assert result.chart == "manifests-0.1.0"
    assert await release.statuses() == ["deployed"]

    deployment = await release.named("apps/v1", "deployments", "web")
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["image"] == release.request("a" * 40).images[0].image
    assert container["env"] == [{"name": "TEMPLATE", "value": "{{ .Values.x }} {url}"}]
    assert pod["volumes"][0]["configMap"]["defaultMode"] == 0o440
    labels = deployment["metadata"]["labels"]
    assert labels[naming.PROJECT_LABEL] == release.ref.project
    assert labels[naming.COMMIT_LABEL]
    config = await release.named("v1", "configmaps", "settings")
    assert config["data"] == {"on": "yes \N{GRINNING FACE}"}
    await release.named("v1", "services", "web")

    await release.uninstall()
    assert (
        await release.object(f"/apis/apps/v1/namespaces/{release.ref.namespace}/deployments", "web")
        is None
    )


@pytest.mark.spec("ENV-015")
async def test_what_a_commit_no_longer_has_is_removed(release: Release) -> None:
    await deploy(release, FILES)
    await deploy(release, {"k8s/more.json": MORE})
    assert (
        await release.object(f"/apis/apps/v1/namespaces/{release.ref.namespace}/deployments", "web")
        is None
    )
    await release.named("v1", "services", "web")


@pytest.mark.spec("EC-2", "ENV-015")
async def test_everything_that_is_wrong_is_told_at_once_with_file_line_and_field(
    release: Release,
) -> None:
    wrong = (
        WEB.replace("          image:", "          imagee:")
        .replace("spec:\n  selector", "spec:\n  replicas: two\n  selector")
        .replace("0440", "9999")
    )
    service = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n    - port: 99999\n"
    failure = await refusal(
        release, {"k8s/web.yaml": wrong, "k8s/service.yaml": service, "k8s/bad.yaml": "a: [\n"}
    )
    told = "\n".join(failure.excerpt)
    assert str(failure).startswith("k8s/bad.yaml:2: is not valid YAML")
    assert "k8s/service.yaml:7: Service `web`: spec.ports[0].port: Invalid value: 99999" in told
    assert "k8s/web.yaml:7: Deployment `web`: spec.replicas: expected numeric" in told
    assert (
        'k8s/web.yaml:17: Deployment `web`: spec.template.spec.containers[name="web"].imagee'
        in told
    )


@pytest.mark.spec("ENV-015", "ENV-026", "FR-009")
async def test_what_reaches_beyond_the_environment_is_refused_by_name(release: Release) -> None:
    pod = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: root}\nspec:\n  hostNetwork: true\n"
        "  containers:\n    - name: a\n      image: b\n      securityContext: {privileged: true}\n"
        "  volumes:\n    - {name: v, hostPath: {path: /}}\n"
    )
    other = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: spy\n  namespace: kube-system\n"
    failure = await refusal(
        release,
        {
            "k8s/admin.yaml": charts.CLUSTER_ADMIN,
            "k8s/hijack.yaml": charts.HIJACK,
            "k8s/other.yaml": other,
            "k8s/pod.yaml": pod,
        },
    )
    assert isinstance(failure, ForbiddenManifestError)
    assert [line.partition(" ")[0] for line in failure.excerpt] == [
        "k8s/admin.yaml:2:",
        "k8s/hijack.yaml:6:",
        "k8s/other.yaml:5:",
        "k8s/pod.yaml:5:",
        "k8s/pod.yaml:9:",
        "k8s/pod.yaml:11:",
    ]
    assert "ClusterRoleBinding `t-helm-everything` would belong to the whole cluster" in str(
        failure
    )


@pytest.mark.spec("ENV-015")
async def test_a_field_that_may_not_change_is_told_before_anything_is_applied(
    release: Release,
) -> None:
    await deploy(release, FILES)
    changed = WEB.replace("{app: web}", "{app: other}")
    with pytest.raises(ManifestError, match=r"k8s/_web.yaml:7: .*spec.selector: Invalid value"):
        await deploy(release, {"k8s/_web.yaml": changed}, paths=tuple(FILES))
    assert await release.statuses() == ["deployed"]


@pytest.mark.spec("ENV-015", "ENV-026")
async def test_an_object_that_is_not_of_the_release_is_not_taken_over(release: Release) -> None:
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: catalyst-helm\n"
    failure = await refusal(release, {"k8s/account.yaml": account})
    assert str(failure) == (
        "k8s/account.yaml:4: ServiceAccount `catalyst-helm` is there already and not of this"
        " release; choose another name"
    )


@pytest.mark.spec("ENV-015", "EC-5")
async def test_what_people_changed_in_the_cluster_does_not_stop_the_next_deployment(
    release: Release,
) -> None:
    await deploy(release, FILES)
    path = f"/apis/apps/v1/namespaces/{release.ref.namespace}/deployments/web"
    await kube.request(
        release.cluster.api,
        "PATCH",
        path,
        query=[("fieldManager", "kubectl-edit")],
        body={"spec": {"template": {"metadata": {"annotations": {"example.com/again": "1"}}}}},
        content_type="application/merge-patch+json",
    )
    await deploy(release, {"k8s/_web.yaml": f"{WEB}# again\n"}, paths=tuple(FILES))
    assert (await release.statuses())[-1] == "deployed"


@pytest.mark.spec("ENV-015")
async def test_manifests_without_objects_are_refused(release: Release) -> None:
    failure = await refusal(release, {"k8s/empty.yaml": "# nothing\n---\n"})
    assert str(failure) == "the manifests hold no objects"


@pytest.mark.spec("EC-2")
async def test_a_manifest_behind_a_link_is_found_and_one_outside_is_not_read(
    release: Release,
) -> None:
    source: PullRequestSource = release.source
    async with source.server.checkout("acme/shop") as checkout:
        await checkout.git("checkout", "--quiet", "feature")
        config = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\n"
        checkout.write({"shared/config.yaml": config})
        await asyncio.to_thread((checkout.tree / "k8s").mkdir)
        (checkout.tree / "k8s/in.yaml").symlink_to("../shared/config.yaml")
        (checkout.tree / "k8s/out.yaml").symlink_to("/etc/hostname")
        commit = await checkout.commit("Link")
        await checkout.git("push", "--quiet", "origin", "HEAD:refs/heads/feature")
    with pytest.raises(ManifestError, match=r"^k8s/out.yaml:1: leads out of the repository$"):
        await release.deploy(
            commit, source="manifests", chart="", manifests=("k8s/in.yaml", "k8s/out.yaml")
        )
    await release.deploy(commit, source="manifests", chart="", manifests=("k8s/in.yaml",))
    await release.named("v1", "configmaps", "shop")

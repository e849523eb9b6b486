"""Charts that must not get through, and what their authors are told."""

import pytest

from tests.e2e.helm import charts
from tests.e2e.helm.conftest import Release
from workflows.errors import ForbiddenManifestError, ManifestError

pytestmark = pytest.mark.cluster


@pytest.mark.spec("ENV-026", "FR-009")
@pytest.mark.invariant(4)
async def test_a_chart_cannot_look_up_a_secret_of_another_namespace(release: Release) -> None:
    commit = await release.source.push(charts.chart(config=charts.FOREIGN_SECRET))
    with pytest.raises(ForbiddenManifestError) as caught:
        await release.deploy(commit)
    assert str(caught.value) == (
        'the chart may not get secrets "bootstrap" in namespace kube-system'
        " (deploy/chart/templates/config.yaml:6)"
    )
    assert await release.statuses() == []


@pytest.mark.spec("ENV-026", "FR-009")
async def test_a_chart_cannot_make_itself_an_administrator(release: Release) -> None:
    commit = await release.source.push(
        charts.chart(config=charts.CONFIG, admin=charts.CLUSTER_ADMIN)
    )
    with pytest.raises(
        ForbiddenManifestError, match=r'clusterrolebindings\S* "t-helm-everything" in the whole'
    ):
        await release.deploy(commit)
    path = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/t-helm-everything"
    assert await release.cluster.get(path) is None
    assert await release.config() is None


@pytest.mark.spec("ENV-026", "FR-009", "FR-013")
async def test_a_chart_cannot_take_over_addresses_of_others(release: Release) -> None:
    commit = await release.source.push(charts.chart(config=charts.CONFIG, service=charts.HIJACK))
    with pytest.raises(ForbiddenManifestError, match=r'Service "hijack" is not allowed') as caught:
        await release.deploy(commit)
    assert "spec.externalIPs" in str(caught.value)
    assert await release.config() is None


@pytest.mark.spec("ENV-026", "FR-013")
async def test_nothing_passes_by_the_refusals_through_the_folder_for_definitions(
    release: Release,
) -> None:
    files = charts.chart(config=charts.CONFIG)
    files["deploy/chart/crds/service.yaml"] = charts.HIJACK
    await release.deploy(await release.source.push(files))
    services = f"/api/v1/namespaces/{release.ref.namespace}/services"
    assert await release.object(services, "hijack") is None
    assert await release.config() is not None


@pytest.mark.spec("EC-2")
async def test_what_kubernetes_refuses_is_told_with_file_line_and_field(release: Release) -> None:
    commit = await release.source.push(charts.chart(service=charts.WRONG_FIELD))
    with pytest.raises(ManifestError) as caught:
        await release.deploy(commit, values={"port": 99999})
    message = str(caught.value)
    assert message.startswith("deploy/chart/templates/service.yaml:8: Kubernetes refused the chart")
    assert "spec.ports[0].port: Invalid value: 99999" in message
    assert caught.value.excerpt[-1].endswith("port: 99999")


@pytest.mark.spec("EC-2")
async def test_a_template_that_does_not_render_is_told_with_file_and_line(release: Release) -> None:
    commit = await release.source.push(charts.chart(bad="a: 1\nb: {{ .Values.x.y.z }}\n"))
    with pytest.raises(ManifestError) as caught:
        await release.deploy(commit)
    assert str(caught.value) == (
        "the chart does not render: deploy/chart/templates/bad.yaml:2:"
        " nil pointer evaluating interface {}.y"
    )
    assert not caught.value.is_retryable


@pytest.mark.spec("EC-2")
async def test_a_chart_whose_link_leads_out_of_the_repository_is_refused_by_name(
    release: Release,
) -> None:
    async with release.source.server.checkout("acme/shop") as checkout:
        await checkout.git("checkout", "--quiet", "feature")
        checkout.write(charts.chart(config=charts.CONFIG))
        link = checkout.tree / "deploy/chart/templates/passwords.txt"
        link.symlink_to("/etc/passwd")
        commit = await checkout.commit("Link out")
        await checkout.git("push", "--quiet", "origin", "HEAD:refs/heads/feature")
    with pytest.raises(ManifestError, match=r"passwords.txt leads out of the repository"):
        await release.deploy(commit)


@pytest.mark.spec("EC-2")
async def test_a_path_without_a_chart_is_named(release: Release) -> None:
    commit = await release.source.push({"README.md": "no chart\n"})
    with pytest.raises(ManifestError, match=r"there is no chart at deploy/chart"):
        await release.deploy(commit)

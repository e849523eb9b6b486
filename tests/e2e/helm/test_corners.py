"""What charts and clusters do to Helm in practice."""

import asyncio
from dataclasses import replace

import pytest

from activities.helm import HelmActivities, HelmConfig
from tests.e2e.helm import charts
from tests.e2e.helm.conftest import Release
from workflows.errors import HelmError, RolloutFailedError

pytestmark = pytest.mark.cluster

SCHEMA = '{"type": "object", "additionalProperties": false, "properties": {"program": {}}}'
PLAIN = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\n"
DELETE_HOOK = charts.HOOK.replace("pre-install,pre-upgrade", "pre-delete")


@pytest.mark.spec("ENV-014")
async def test_a_chart_with_a_closed_schema_is_not_given_what_it_does_not_know(
    release: Release,
) -> None:
    files = charts.chart(config=PLAIN)
    files["deploy/chart/values.schema.json"] = SCHEMA
    await release.deploy(await release.source.push(files))
    assert await release.statuses() == ["deployed"]


async def test_a_chart_may_link_to_other_files_of_its_repository(release: Release) -> None:
    async with release.source.server.checkout("acme/shop") as checkout:
        await checkout.git("checkout", "--quiet", "feature")
        checkout.write({**charts.chart(), "shared/config.yaml": PLAIN})
        templates = checkout.tree / "deploy/chart/templates"
        await asyncio.to_thread(templates.mkdir)
        (templates / "config.yaml").symlink_to("../../../shared/config.yaml")
        commit = await checkout.commit("Share")
        await checkout.git("push", "--quiet", "origin", "HEAD:refs/heads/feature")
    await release.deploy(commit)
    assert await release.config() is not None


@pytest.mark.spec("ENV-017")
@pytest.mark.invariant(6)
async def test_records_that_are_not_catalysts_are_left_alone_and_stop_nobody(
    release: Release,
) -> None:
    namespace = release.ref.namespace
    await release.deploy(await release.source.push(charts.chart(config=PLAIN)))
    # Somebody's own, and one that looks like the environment's and that no Helm has made.
    others = ("debug-tools", release.ref.environment)
    for name in others:
        labels = {"owner": "helm", "name": name, "status": "pending-install", "version": "x"}
        metadata = {"name": f"somebody.{name}", "namespace": namespace, "labels": labels}
        body = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata}
        await release.cluster.apply({**body, "stringData": {"release": "?"}})
    again = charts.chart(config=f"{PLAIN}# once more\n")
    request = release.request(await release.source.push(again))
    request = request.model_copy(update={"service_charts": ()})
    await release.activities.deploy_release(request)
    await release.stop()
    assert await release.config() is not None
    await release.uninstall()
    assert await release.config() is None
    for name in others:
        assert await release.named("v1", "secrets", f"somebody.{name}")


@pytest.mark.spec("FR-011")
async def test_a_cluster_that_helm_cannot_reach_is_the_platforms_and_leaves_nothing(
    release: Release, connection_config: HelmConfig
) -> None:
    commit = await release.source.push(charts.chart(config=PLAIN))
    config = replace(connection_config, server="https://127.0.0.1:1")
    away = HelmActivities(release.cluster.api, config, release.source.clients)
    with pytest.raises(HelmError) as caught:
        await away.deploy_release(release.request(commit))
    assert caught.value.is_retryable
    assert await release.statuses() == []
    await release.deploy(commit)


@pytest.mark.spec("FR-018")
@pytest.mark.invariant(6)
async def test_a_hook_that_takes_too_long_is_told_and_stopped(
    release: Release, connection_config: HelmConfig
) -> None:
    commit = await release.source.push(charts.chart(job=charts.HOOK))
    config = replace(connection_config, hook_timeout=6)
    impatient = HelmActivities(release.cluster.api, config, release.source.clients)
    values = {"migration": "echo waiting for the database; exec sleep 600"}
    with pytest.raises(RolloutFailedError, match="Job migrate") as caught:
        await impatient.deploy_release(release.request(commit, values=values))
    assert caught.value.excerpt == ("waiting for the database",)
    pods = await release.cluster.pods(release.ref.namespace)
    assert [pod for pod in pods if pod["status"].get("phase") == "Running"] == []


@pytest.mark.spec("FR-008")
async def test_a_failing_delete_hook_does_not_keep_the_release(release: Release) -> None:
    commit = await release.source.push(charts.chart(config=PLAIN, job=DELETE_HOOK))
    await release.deploy(commit, values={"migration": "exit 1"})
    await release.uninstall()
    assert await release.config() is None


@pytest.mark.spec("FR-008")
async def test_uninstalling_without_the_namespaces_identity_is_left_to_its_deletion(
    release: Release,
) -> None:
    await release.deploy(await release.source.push(charts.chart(config=PLAIN)))
    await release.cluster.delete(
        f"/api/v1/namespaces/{release.ref.namespace}/serviceaccounts/catalyst-helm"
    )
    await release.uninstall()
    assert await release.config() is not None

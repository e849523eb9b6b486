"""Installing, upgrading and uninstalling a chart with the real Helm."""

import asyncio
import gzip
import json
from base64 import b64decode

import pytest

from tests.e2e.helm import charts
from tests.e2e.helm.conftest import DIGEST, Release
from workflows import naming
from workflows.errors import RolloutFailedError

pytestmark = pytest.mark.cluster


@pytest.mark.spec("FR-002", "ENV-021")
@pytest.mark.invariant(3)
async def test_a_charts_release_carries_its_commit_and_its_objects_catalysts_labels(
    release: Release,
) -> None:
    commit = await release.source.push(charts.chart(config=charts.CONFIG, web=charts.DEPLOYMENT))
    result = await release.deploy(commit)
    assert result.release_revision == 1
    assert result.chart == "shop-0.1.0"
    namespace = release.ref.namespace

    config = await release.config()
    assert config is not None
    assert config["data"] == {
        "commit": commit,
        "image": f"registry.test/t-helm/{release.ref.environment}/web@{DIGEST}",
        "url": f"http://{namespace}.localhost:{release.cluster.connection.browser_port}/",
        "since": "2026-01-01",
    }
    labels = config["metadata"]["labels"]
    assert labels[naming.COMMIT_LABEL] == commit
    assert labels[naming.PROJECT_LABEL] == "t-helm"
    assert labels[naming.BRANCH_LABEL] == naming.label_value("feature/open")
    assert labels[naming.COMPONENT_LABEL] == "web"
    assert labels[naming.MANAGED_BY_LABEL] == "Helm"

    deployment = await release.object(f"/apis/apps/v1/namespaces/{namespace}/deployments", "shop")
    assert deployment is not None
    assert deployment["spec"]["selector"]["matchLabels"] == {"app": "shop"}
    of_pods = deployment["spec"]["template"]["metadata"]["labels"]
    assert of_pods[naming.ENVIRONMENT_LABEL] == release.ref.environment
    assert naming.COMMIT_LABEL not in of_pods

    (secret,) = await release.cluster.items(
        f"/api/v1/namespaces/{namespace}/secrets", selector="owner=helm"
    )
    assert secret["metadata"]["labels"][naming.COMMIT_LABEL] == commit
    record = json.loads(gzip.decompress(b64decode(b64decode(secret["data"]["release"]))))
    assert record["info"]["description"] == f"commit {commit}"


@pytest.mark.spec("FR-007")
@pytest.mark.invariant(5)
async def test_deploying_a_revision_again_changes_nothing_and_a_new_one_upgrades(
    release: Release,
) -> None:
    first = await release.source.push(charts.chart(config=charts.CONFIG))
    await release.deploy(first, revision="rev:1")
    again = await release.deploy(first, revision="rev:1")
    assert again.release_revision == 1
    assert await release.statuses() == ["deployed"]

    second = await release.source.push({"README.md": "changed\n"})
    result = await release.deploy(second, revision="rev:2")
    assert result.release_revision == 2
    assert await release.statuses() == ["superseded", "deployed"]
    config = await release.config()
    assert config is not None
    assert config["data"]["commit"] == second


@pytest.mark.spec("EC-5")
async def test_what_people_changed_by_hand_is_put_right_by_the_next_deployment(
    release: Release,
) -> None:
    files = charts.chart(config=charts.CONFIG)
    await release.deploy(await release.source.push(files))
    altered = await release.config()
    assert altered is not None
    await release.cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "shop", "namespace": release.ref.namespace},
            "data": {"url": "https://elsewhere.test/"},
        }
    )
    await release.deploy(await release.source.push({"README.md": "changed\n"}))
    config = await release.config()
    assert config is not None
    assert config["data"]["url"] == altered["data"]["url"]


@pytest.mark.spec("FR-008")
async def test_uninstalling_leaves_no_record_and_may_be_repeated(release: Release) -> None:
    commit = await release.source.push(charts.chart(config=charts.CONFIG))
    await release.deploy(commit)
    await release.uninstall()
    assert await release.statuses() == []
    assert await release.config() is None
    await release.uninstall()


@pytest.mark.spec("FR-009")
async def test_a_failing_hook_is_shown_with_its_last_lines_and_the_release_is_kept(
    release: Release,
) -> None:
    commit = await release.source.push(charts.chart(config=charts.CONFIG, job=charts.HOOK))
    with pytest.raises(RolloutFailedError, match=r"hook .*Job migrate") as caught:
        await release.deploy(commit, values={"migration": "echo no such table; exit 3"})
    assert "no such table" in caught.value.excerpt
    assert await release.statuses() == ["failed"]
    await release.deploy(commit, revision="rev:2", values={"migration": "true"})
    assert (await release.statuses())[-1] == "deployed"


@pytest.mark.invariant(5)
async def test_two_attempts_at_once_end_in_one_working_release(release: Release) -> None:
    commit = await release.source.push(charts.chart(config=charts.CONFIG))
    results = await asyncio.gather(
        release.deploy(commit), release.deploy(commit), return_exceptions=True
    )
    assert any(not isinstance(result, BaseException) for result in results)
    await release.deploy(commit)
    assert (await release.statuses())[-1] == "deployed"

"""Applications without a chart of theirs, deployed with Catalyst's own."""

from dataclasses import replace

import pytest
from pydantic import JsonValue

from activities.helm import HelmActivities, HelmConfig
from tests.e2e.helm.conftest import Release
from workflows import naming
from workflows.errors import ConfigurationError, ManifestError

pytestmark = pytest.mark.cluster

VALUES: dict[str, JsonValue] = {
    "security": {"profile": "baseline"},
    "secrets": {"catalyst-secrets": {"checksum": "{secrets_checksum}"}},
    "components": {
        "web": {
            "kind": "web",
            "ports": [{"name": "http", "port": 8080}],
            "env": {"CALLBACK": "{url}callback", "GREETING": "{{host}} {name}"},
            "envFrom": ["catalyst-secrets"],
        },
        "worker": {"kind": "worker", "image": "registry.test/other:1"},
    },
}


@pytest.mark.spec("ENV-004", "FR-002", "ENV-030")
@pytest.mark.invariant(3)
async def test_an_application_runs_its_image_by_digest_and_knows_its_address(
    release: Release,
) -> None:
    commit = await release.source.push({"README.md": "no chart\n"})
    result = await release.deploy(commit, source="catalyst", chart="", values=VALUES)
    assert result.chart.startswith("app-")
    name, namespace = release.ref.environment, release.ref.namespace

    deployment = await release.named("apps/v1", "deployments", f"{name}-web")
    template = deployment["spec"]["template"]
    (container,) = template["spec"]["containers"]
    assert container["image"] == release.request(commit).images[0].image
    told = {entry["name"]: entry.get("value") for entry in container["env"]}
    address = f"http://{namespace}.localhost:{release.cluster.connection.browser_port}/"
    assert told["CATALYST_URL"] == address
    inner = f"{namespace}.{release.cluster.connection.cluster_domain}"
    assert told["CATALYST_INNER_URL"] == address.replace(f"{namespace}.localhost", inner)
    assert told["CATALYST_COMMIT"] == commit
    assert told["CALLBACK"] == f"{address}callback"
    assert told["GREETING"] == "{{host}} {name}"
    assert container["envFrom"] == [{"secretRef": {"name": "catalyst-secrets"}}]
    assert deployment["metadata"]["labels"][naming.COMMIT_LABEL] == commit
    assert template["metadata"]["labels"][naming.COMPONENT_LABEL] == "web"

    worker = await release.named("apps/v1", "deployments", f"{name}-worker")
    of_worker = worker["spec"]["template"]
    assert of_worker["spec"]["containers"][0]["image"] == "registry.test/other:1"
    service = await release.named("v1", "services", f"{name}-web")
    assert service["spec"]["ports"][0]["port"] == 8080


@pytest.mark.spec("ENV-029")
async def test_pods_restart_when_the_content_of_their_secrets_changes(release: Release) -> None:
    commit = await release.source.push({"README.md": "no chart\n"})
    sums: list[str] = []
    for checksum in ("5ec", "5ec", "0ther"):
        request = release.request(
            commit, revision=f"rev:{len(sums)}", source="catalyst", chart="", values=VALUES
        )
        await release.activities.deploy_release(
            request.model_copy(update={"secrets_checksum": checksum})
        )
        deployment = await release.named("apps/v1", "deployments", f"{release.ref.environment}-web")
        sums.append(deployment["spec"]["template"]["metadata"]["annotations"]["checksum/secrets"])
    assert sums[0] == sums[1] != sums[2]


@pytest.mark.spec("EC-2")
async def test_settings_that_contradict_each_other_are_told_by_their_path(release: Release) -> None:
    commit = await release.source.push({"README.md": "no chart\n"})
    values: dict[str, JsonValue] = {
        "components": {"web": {"kind": "worker", "envFrom": ["prod"], "env": {"CATALYST_X": "1"}}}
    }
    with pytest.raises(ManifestError) as caught:
        await release.deploy(commit, source="catalyst", chart="", values=values)
    assert str(caught.value) == (
        "the application's settings do not fit together: components.web.envFrom: the top-level"
        ' `secrets` does not list Secret "prod" (it lists: none); components.web.env.CATALYST_X:'
        " names that begin with CATALYST_ are Catalyst's"
    )
    assert await release.statuses() == []


async def test_a_worker_that_does_not_find_the_chart_says_which_setting_is_wrong(
    release: Release, connection_config: HelmConfig
) -> None:
    config = replace(connection_config, app_chart=connection_config.work_dir)
    lost = HelmActivities(release.cluster.api, config, release.source.clients)
    with pytest.raises(ConfigurationError, match="chart for applications is missing") as caught:
        await lost.deploy_release(release.request("a" * 40, source="catalyst", values=VALUES))
    assert "CATALYST_WORKER_APP_CHART" in caught.value.hint


@pytest.mark.spec("ENV-012", "FR-010")
async def test_how_pods_are_replaced_can_change_from_push_to_push(release: Release) -> None:
    commit = await release.source.push({"README.md": "no chart\n"})
    wanted: tuple[JsonValue, ...] = ("RollingUpdate", "Recreate", "RollingUpdate")
    for number, strategy in enumerate(wanted):
        component: JsonValue = {"kind": "worker", "image": "x:1", "strategy": strategy}
        values: dict[str, JsonValue] = {"components": {"web": component}}
        await release.deploy(
            commit, revision=f"rev:{number}", source="catalyst", chart="", values=values
        )
        deployment = await release.named("apps/v1", "deployments", f"{release.ref.environment}-web")
        assert deployment["spec"]["strategy"]["type"] == strategy

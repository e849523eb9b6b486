"""Charts and dependencies from repositories: one served on loopback, and one in the stack's own registry (OCI)."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from activities.helm import HelmActivities, HelmConfig
from tests.e2e.conftest import unique
from tests.e2e.helm import charts
from tests.e2e.helm.chart_repository import ChartRepository, serve
from tests.e2e.helm.conftest import Release
from tests.e2e.support.sightings import helm_processes
from tests.e2e.support.waiting import eventually
from workflows.errors import HelmError, ManifestError

pytestmark = pytest.mark.cluster

CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Chart.Name }}
data:
  size: {{ .Values.size | quote }}
  colour: {{ .Values.colour | quote }}
  url: {{ .Values.url | quote }}
"""
VALUES = "size: small\ncolour: red\nurl: none\n"


@pytest.fixture
async def repository(release: Release, tmp_path: Path) -> AsyncIterator[ChartRepository]:
    async with serve(release.cluster.connection.helm, tmp_path / "repository") as repository:
        await repository.add("base", "1.2.3", CONFIG, values=VALUES)
        yield repository


@pytest.fixture
def patient(
    release: Release, repository: ChartRepository, connection_config: HelmConfig
) -> Release:
    """The release, with a worker that may ask the repository and the registry over plain HTTP."""
    config = replace(
        connection_config,
        plain_hosts=frozenset({repository.host, release.cluster.connection.registry}),
        pull_timeout=20,
    )
    activities = HelmActivities(release.cluster.api, config, release.source.clients)
    return replace(release, activities=activities)


def depending(repository: str, version: str = "^1.0.0") -> dict[str, str]:
    return {
        "deploy/chart/Chart.yaml": f"{charts.CHART}dependencies:\n  - name: base\n"
        f"    version: {version}\n    repository: {repository}\n",
        "deploy/chart/values.yaml": "base: {colour: green}\n",
    }


async def data(release: Release, name: str = "base") -> dict[str, str]:
    return dict((await release.named("v1", "configmaps", name))["data"])


@pytest.mark.spec("FR-002")
async def test_value_files_lie_over_each_other_and_the_templates_values_over_all(
    patient: Release,
) -> None:
    files = {
        **charts.chart(config=CONFIG),
        "deploy/chart/values.yaml": VALUES,
        "deploy/preview.yaml": "size: medium\ncolour: blue\nurl: '{url}'\n",
        "values.yaml": "size: large\n",
    }
    commit = await patient.source.push(files)
    await patient.deploy(
        commit,
        values={"colour": "{short_commit}"},
        value_files=("deploy/preview.yaml", "values.yaml"),
    )
    url = f"http://{patient.ref.namespace}.localhost:{patient.cluster.connection.browser_port}/"
    assert await data(patient, "shop") == {"size": "large", "colour": commit[:7], "url": url}


@pytest.mark.spec("EC-2")
async def test_a_value_file_that_is_missing_is_named(patient: Release) -> None:
    commit = await patient.source.push(charts.chart(config=charts.CONFIG))
    with pytest.raises(ManifestError, match=r"^gone\.yaml:1:1: is no file of this commit$"):
        await patient.deploy(commit, value_files=("gone.yaml",))


@pytest.mark.spec("FR-002")
async def test_a_dependency_comes_from_its_repository_and_a_local_one_from_the_commit(
    patient: Release, repository: ChartRepository
) -> None:
    files = depending(repository.url)
    files["deploy/chart/Chart.yaml"] += (
        "  - {name: side, version: 0.1.0, repository: file://../side}\n"
    )
    files["deploy/side/Chart.yaml"] = "apiVersion: v2\nname: side\nversion: 0.1.0\n"
    files["deploy/side/templates/all.yaml"] = CONFIG
    await patient.deploy(await patient.source.push({**files}))
    assert (await data(patient))["colour"] == "green"
    await data(patient, "side")


@pytest.mark.spec("FR-002")
async def test_a_dependency_that_the_chart_holds_needs_no_repository(
    patient: Release, repository: ChartRepository
) -> None:
    package = (repository.directory / "base-1.2.3.tgz").read_bytes()
    files: dict[str, str | bytes | None] = {**depending("https://charts.invalid")}
    files["deploy/chart/charts/base-1.2.3.tgz"] = package
    await patient.deploy(await patient.source.push(files))
    assert (await data(patient))["colour"] == "green"
    assert repository.asked == []


@pytest.mark.spec("FR-002")
async def test_charts_and_dependencies_come_from_a_registry_too(
    patient: Release, repository: ChartRepository
) -> None:
    place = f"oci://{patient.cluster.connection.registry}/{unique('t-charts')}"
    package = str(repository.directory / "base-1.2.3.tgz")
    await repository.run("push", package, place, "--plain-http")
    await patient.deploy(await patient.source.push({**depending(place, "1.2.3")}))
    assert (await data(patient))["colour"] == "green"

    commit = await patient.source.push({"preview.yaml": "colour: '{short_commit}'\n"})
    result = await patient.deploy(
        commit,
        source="remote",
        repository=place,
        chart="base",
        version="1.2.3",
        value_files=("preview.yaml",),
    )
    assert result.chart == "base-1.2.3"
    assert (await data(patient))["colour"] == commit[:7]
    with pytest.raises(ManifestError, match=r"has no chart `base` in version `9\.9\.9`"):
        await patient.deploy(
            commit, revision="3", source="remote", repository=place, chart="base", version="9.9.9"
        )


@pytest.mark.spec("FR-002", "EC-2")
async def test_a_chart_of_a_repository_is_installed_and_a_wrong_version_is_the_users(
    patient: Release, repository: ChartRepository
) -> None:
    commit = await patient.source.push({"README.md": "no chart\n"})
    remote: dict[str, Any] = {"source": "remote", "repository": repository.url, "chart": "base"}
    with pytest.raises(ManifestError, match=r"has no chart `base` in version `2\.0\.0`"):
        await patient.deploy(commit, **remote, version="2.0.0")
    with pytest.raises(ManifestError, match="names no version of chart `base`"):
        await patient.deploy(commit, **remote)
    with pytest.raises(ManifestError, match="there is no chart repository at"):
        await patient.deploy(
            commit, **{**remote, "repository": f"{repository.url}/x"}, version="1.2.3"
        )
    await patient.deploy(commit, **remote, version="1.2.3", values={"size": "huge"})
    assert await data(patient) == {"size": "huge", "colour": "red", "url": "none"}


@pytest.mark.spec("FR-011")
async def test_a_repository_that_does_not_answer_is_the_platforms(
    patient: Release, connection_config: HelmConfig
) -> None:
    commit = await patient.source.push({"README.md": "no chart\n"})
    away: dict[str, Any] = {"source": "remote", "repository": "oci://127.0.0.1:1", "chart": "base"}
    with pytest.raises(HelmError, match=r"oci://127\.0\.0\.1:1 does not answer") as caught:
        await patient.deploy(commit, **away, version="1.2.3")
    assert caught.value.is_retryable
    assert await patient.statuses() == []


@pytest.mark.spec("OPS-7")
async def test_plain_http_is_for_hosts_of_the_settings_alone(
    release: Release, repository: ChartRepository
) -> None:
    commit = await release.source.push({**depending(repository.url)})
    with pytest.raises(
        ManifestError, match=r"^deploy/chart/Chart\.yaml:5: .*a chart repository is https://"
    ):
        await release.deploy(commit)
    assert repository.asked == []


@pytest.mark.spec("OPS-5")
async def test_an_answer_without_an_end_is_not_swallowed(
    patient: Release, repository: ChartRepository
) -> None:
    repository.endless.add("base-1.2.3.tgz")
    commit = await patient.source.push({**depending(repository.url)})
    with pytest.raises(ManifestError, match="larger than Catalyst takes"):
        await patient.deploy(commit)


@pytest.mark.spec("FR-007")
@pytest.mark.invariant(6)
async def test_a_cancel_ends_a_pull_that_hangs(
    patient: Release, repository: ChartRepository
) -> None:
    repository.hanging.add("index.yaml")
    work = asyncio.create_task(
        patient.deploy(await patient.source.push({**depending(repository.url)}))
    )

    async def is_asked() -> bool:
        return "index.yaml" in repository.asked

    await eventually(is_asked, within=30, what="Helm asks for the index")
    began = time.monotonic()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert helm_processes(str(patient.cluster.connection.helm), patient.ref.namespace) == []
    assert time.monotonic() - began < 5
    assert await patient.statuses() == []


@pytest.mark.spec("FR-011")
async def test_a_pull_that_hangs_ends_by_its_limit(
    patient: Release, repository: ChartRepository, connection_config: HelmConfig
) -> None:
    repository.hanging.add("index.yaml")
    config = replace(connection_config, plain_hosts=frozenset({repository.host}), pull_timeout=2)
    hurried = HelmActivities(patient.cluster.api, config, patient.source.clients)
    commit = await patient.source.push({**depending(repository.url)})
    with pytest.raises(HelmError, match=r"did not give chart `base` within 2 s"):
        await hurried.deploy_release(patient.request(commit))
    config = replace(config, pull_timeout=60, dependencies_timeout=2)
    hurried = HelmActivities(patient.cluster.api, config, patient.source.clients)
    with pytest.raises(HelmError, match=r"chart at deploy/chart did not come within 2 s"):
        await hurried.deploy_release(patient.request(commit))
    assert helm_processes(str(patient.cluster.connection.helm), patient.ref.namespace) == []


@pytest.mark.spec("ENV-014", "ENV-021")
async def test_a_user_managed_chart_and_its_values_pass_through_untouched(
    patient: Release,
) -> None:
    shown = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop}\ndata:\n  values: {{ toJson .Values | quote }}\n"
    files = {
        **charts.chart(config=shown, web=charts.DEPLOYMENT),
        "deploy/chart/values.yaml": "image: {repository: nginx, tag: '1'}\n",
        "preview.yaml": "link: '{url}'\nmode: 0644\n",
    }
    commit = await patient.source.push({**files})
    await patient.deploy(
        commit, value_files=("preview.yaml",), values={"built": "{digest}"}, is_user_managed=True
    )
    image = patient.request(commit).images[0]
    assert (await data(patient, "shop"))["values"] == (
        f'{{"built":"{image.digest}","image":{{"repository":"nginx","tag":"1"}},"link":"{{url}}",'
        f'"mode":420,"program":"{patient.program}"}}'
    )
    deployment = await patient.named("apps/v1", "deployments", "shop")
    template = deployment["spec"]["template"]["metadata"]
    assert template["labels"] == {"app": "shop"}
    assert deployment["metadata"]["labels"]["catalyst.dev/commit"] == commit
    (record,) = await patient.cluster.items(
        f"/api/v1/namespaces/{patient.ref.namespace}/secrets", selector="owner=helm"
    )
    assert record["metadata"]["labels"]["catalyst.dev/commit"] == commit


@pytest.mark.spec("ENV-014", "ENV-026")
async def test_a_user_managed_chart_is_refused_what_every_chart_is(patient: Release) -> None:
    for template in (charts.HIJACK, charts.CLUSTER_ADMIN):
        commit = await patient.source.push(charts.chart(bad=template))
        with pytest.raises(ManifestError):
            await patient.deploy(commit, is_user_managed=True)
    services = f"/api/v1/namespaces/{patient.ref.namespace}/services"
    assert await patient.object(services, "hijack") is None

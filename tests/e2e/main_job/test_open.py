"""Opening a pull request gives a preview of exactly that commit, in a namespace of its own."""

import pytest

from tests.e2e.support.preview import Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack
from workflows import naming
from workflows.models import Phase, RevisionState

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]


@pytest.mark.spec("FR-001", "FR-002", "FR-003", "FR-016", "ENV-002", "SC-001", "US1")
async def test_an_opened_pull_request_gets_a_url_that_answers_with_its_commit(
    previews: Previews,
) -> None:
    preview = await previews.create()
    commit = await preview.open()
    ready = await preview.until_ready(commit)
    assert ready.serving
    page = await preview.page()
    assert page.status == 200
    assert commit in page.text
    assert preview.environment in page.text
    comment = await preview.until_comment(ready.serving.url)
    assert commit[:7] in comment
    assert ready.serving.url == preview.url


@pytest.mark.spec("FR-002", "FR-004", "FR-008")
async def test_deployment_and_check_of_the_commit_succeed_on_github(
    shown: tuple[Preview, str],
) -> None:
    preview, commit = shown
    assert await preview.until_deployment_state(commit, "success")
    assert await preview.until_check_conclusion(commit, "success")


@pytest.mark.spec("FR-010", "FR-013", "ENV-021")
async def test_the_namespace_is_labelled_limited_and_closed(
    shown: tuple[Preview, str], stack: Stack
) -> None:
    preview, _ = shown
    namespace = await preview.namespace()
    found = await stack.cluster.namespace(namespace)
    assert found
    labels = found["metadata"]["labels"]
    team = preview.project.partition("-")[0]
    assert labels[naming.TEAM_LABEL] == team
    assert labels[naming.PROJECT_LABEL] == preview.project
    assert labels[naming.ENVIRONMENT_LABEL] == preview.environment
    assert labels["pod-security.kubernetes.io/enforce"] == "baseline"
    base = f"/api/v1/namespaces/{namespace}"
    quotas = await stack.cluster.items(f"{base}/resourcequotas")
    hard = {key for quota in quotas for key in quota["status"]["hard"]}
    assert {"limits.cpu", "limits.memory", "requests.storage"} <= hard
    assert await stack.cluster.items(f"{base}/limitranges")
    policies = await stack.cluster.items(
        f"/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies"
    )
    denies = [policy for policy in policies if policy["spec"]["podSelector"] == {}]
    assert {kind for policy in denies for kind in policy["spec"]["policyTypes"]} == {
        "Ingress",
        "Egress",
    }


@pytest.mark.spec("FR-002")
@pytest.mark.invariant(3)
async def test_release_and_pods_run_the_image_of_that_commit_by_digest(
    shown: tuple[Preview, str], stack: Stack
) -> None:
    preview, commit = shown
    namespace = await preview.namespace()
    releases = await stack.cluster.releases(namespace)
    assert [release["info"]["status"] for release in releases] == ["deployed"]
    assert releases[-1]["config"]["global"]["catalyst"]["commit"] == commit
    repository = naming.image_repository(
        stack.connection.registry, preview.project, preview.environment, "web"
    )
    images = [
        container["image"]
        for pod in await stack.cluster.pods(namespace)
        for container in pod["spec"]["containers"]
    ]
    assert images
    assert all(image.startswith(f"{repository}@sha256:") for image in images)


@pytest.mark.spec("ENV-021")
async def test_every_object_of_catalyst_carries_the_environments_labels(
    shown: tuple[Preview, str], stack: Stack
) -> None:
    preview, _ = shown
    namespace = await preview.namespace()
    selector = f"{naming.MANAGED_BY_LABEL}={naming.MANAGED_BY}"
    paths = (
        f"/api/v1/namespaces/{namespace}/resourcequotas",
        f"/api/v1/namespaces/{namespace}/limitranges",
        f"/api/v1/namespaces/{namespace}/serviceaccounts",
        f"/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies",
        f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings",
        f"/apis/gateway.networking.k8s.io/v1/namespaces/{namespace}/httproutes",
    )
    for path in paths:
        found = await stack.cluster.items(path, selector=selector)
        assert found, path
        for thing in found:
            labels = thing["metadata"]["labels"]
            assert labels[naming.PROJECT_LABEL] == preview.project
            assert labels[naming.ENVIRONMENT_LABEL] == preview.environment


@pytest.mark.spec("FR-004")
async def test_the_revision_is_kept_with_its_phases_and_times(
    shown: tuple[Preview, str],
) -> None:
    preview, commit = shown
    ready = await preview.snapshot()
    assert ready.phase is Phase.READY
    newest = ready.revisions[0]
    assert newest.commit == commit
    assert newest.state is RevisionState.SUCCEEDED
    assert newest.timings
    assert all(timing.finished_at for timing in newest.timings)

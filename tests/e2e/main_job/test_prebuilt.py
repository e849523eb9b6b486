"""An image that others build becomes a preview once its check has succeeded, with a secret of its project."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest

from activities.registry import MANIFEST_TYPES, Registry
from tests.e2e.support.commits import images_run
from tests.e2e.support.preview import Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.secrets_of_projects import put_secrets, remove_secrets
from tests.e2e.support.stack import Stack
from workflows import naming
from workflows.models import EnvironmentSnapshot

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

START = 'mkdir -p /tmp/w && echo "<$GREETING>" > /tmp/w/index.html && exec python -m http.server 8000 -d /tmp/w'
VALUE = f"hello-{uuid4().hex}"


@dataclass(frozen=True)
class Shelf:
    """A repository of the stack's registry, filled by whoever builds elsewhere."""

    url: str
    host: str
    path: str

    async def push(self, tag: str) -> str:
        """The Python image under a name of ours; its digest."""
        source = "library/python"
        async with httpx.AsyncClient(
            base_url=f"{self.url}/v2/", headers={"accept": MANIFEST_TYPES}, trust_env=False
        ) as http:
            found = await http.get(f"{source}/manifests/3.11-slim")
            manifest = found.raise_for_status().json()
            for blob in (manifest["config"], *manifest["layers"]):
                mount = {"mount": blob["digest"], "from": source}
                answer = await http.post(f"{self.path}/blobs/uploads/", params=mount)
                assert answer.status_code == httpx.codes.CREATED
            headers = {"content-type": found.headers["content-type"]}
            answer = await http.put(
                f"{self.path}/manifests/{tag}", content=found.content, headers=headers
            )
            return str(answer.raise_for_status().headers["docker-content-digest"])


@pytest.fixture
async def shelf(stack: Stack) -> AsyncIterator[Shelf]:
    host = stack.cluster.connection.registry
    shelf = Shelf(f"http://{host}", host, f"t-prebuilt-{uuid4().hex[:6]}/web")
    yield shelf
    async with Registry(shelf.url) as registry:
        await registry.delete_tags(shelf.path)


async def set_status(preview: Preview, commit: str, state: str) -> None:
    """As a service does that builds elsewhere."""
    path = f"/repos/{preview.repository.full_name}/statuses/{commit}"
    await preview.stack.github.request("POST", path, {"state": state, "context": "docker"})


async def until_said(preview: Preview, words: str) -> None:
    def is_said(snapshot: EnvironmentSnapshot) -> bool:
        return words in snapshot.reason

    await preview.until(is_said, within=60, what=words)


@pytest.mark.spec("ENV-013", "ENV-029", "EC-6")
async def test_an_image_is_awaited_by_check_and_tag_and_runs_with_its_projects_secret(
    previews: Previews, stack: Stack, shelf: Shelf
) -> None:
    image = {
        "image": f"{shelf.host}/{shelf.path}:{{short_sha}}",
        "check": "docker",
        "timeout_seconds": 120,
    }
    preview = await previews.create(
        tree={"README.md": "Built elsewhere.\n"},
        type="image",
        images=(image,),
        builds=(),
        application={"start": START, "port": 8000},
        secrets=("GREETING",),
    )
    await put_secrets(stack.cluster, preview.project, {"GREETING": VALUE, "OTHER": "not granted"})
    try:
        commit = await preview.open({"README.md": "Built elsewhere, again.\n"})
        await until_said(preview, f"waiting for check `docker` of {commit[:7]}")
        await set_status(preview, commit, "success")
        await until_said(preview, f"waiting for image `{shelf.host}/{shelf.path}:{commit[:7]}`")
        digest = await shelf.push(commit[:7])
        snapshot = await preview.until_ready(commit)
        assert f"<{VALUE}>" in (await preview.page()).text
        assert await images_run(preview) == {digest}
        reasons = snapshot.revisions[0].reasons
        assert "from the project's Secret `catalyst-secrets`: GREETING" in reasons
        (release,) = await stack.cluster.releases(preview.expected_namespace)
        assert VALUE not in str(release)
        history = await stack.temporal.get_workflow_handle(snapshot.revisions[0].id).fetch_history()
        assert VALUE not in history.to_json()
        held = await stack.cluster.get(
            f"/api/v1/namespaces/{preview.expected_namespace}/secrets/{naming.PROJECT_SECRETS}"
        )
        assert held is not None
        assert held["data"].keys() == {"GREETING"}
    finally:
        await remove_secrets(stack.cluster, preview.project)


@pytest.mark.variant
@pytest.mark.spec("ENV-013", "FR-009")
async def test_a_check_that_fails_is_told_in_the_comment(previews: Previews, shelf: Shelf) -> None:
    image = {"image": f"{shelf.host}/{shelf.path}:{{sha}}", "check": "docker"}
    preview = await previews.create(
        tree={"README.md": "Built elsewhere.\n"}, type="image", images=(image,), builds=()
    )
    commit = await preview.open({"README.md": "Built elsewhere, again.\n"})
    await set_status(preview, commit, "failure")
    snapshot = await preview.until_failed(commit)
    assert snapshot.failure is not None
    assert snapshot.failure.phase == "image"
    await preview.until_comment("❌", "ended with failure")

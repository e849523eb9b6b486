"""A directory of the node as the code, where an operator named it: edited there, shown on the page, and never overwritten."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import httpx
import pytest

from tests.e2e.development.desk import Desk, open_desk
from tests.e2e.support.preview import BRANCH, GONE
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack
from workflows.models import Phase

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.disruptive,
    pytest.mark.timeout(600),
    pytest.mark.spec("ENV-005"),
]


@pytest.fixture
def place() -> Iterator[Path]:
    """The node sees the machine's own files, but for `/tmp`, where the stack's may be."""
    found = Path(mkdtemp(prefix="catalyst-on-host-", dir="/srv"))
    yield found
    rmtree(found)


@asynccontextmanager
async def desk_in(previews: Previews, stack: Stack, place: Path) -> AsyncIterator[Desk]:
    """An environment to come whose code an operator lets be in that place."""
    async with open_desk(previews) as desk:
        directories = json.dumps({desk.preview.project: str(place)})
        async with stack.worker_told(development_directories=directories):
            yield desk
            if await stack.cluster.namespace(desk.preview.expected_namespace):
                await desk.delete()


def edit(place: Path, old: str, new: str) -> None:
    page = place / "page.js"
    page.write_text(page.read_text().replace(old, new))


async def volumes_of(desk: Desk) -> list[str]:
    found = await desk.preview.stack.cluster.items(
        "/api/v1/persistentvolumes",
        selector=f"catalyst.dev/project={desk.preview.project}",
    )
    return [each["spec"]["hostPath"]["path"] for each in found]


@pytest.mark.variant
async def test_a_directory_that_is_not_there_is_told(previews: Previews, stack: Stack) -> None:
    async with desk_in(previews, stack, Path("/opt/catalyst-e2e/nowhere")) as desk:
        await desk.ask(on_host=True)
        snapshot = await desk.preview.until_phase(Phase.FAILED)
        assert "/opt/catalyst-e2e/nowhere is not a directory" in snapshot.reason


@pytest.mark.spec("ENV-010", "FR-008")
@pytest.mark.invariant(6)
async def test_a_developer_s_directory_is_served_as_it_is_and_outlives_the_environment(
    previews: Previews, stack: Stack, place: Path
) -> None:
    async with desk_in(previews, stack, place) as desk:
        preview = desk.preview
        commit = await preview.push({"NOTES.md": "Nothing yet.\n"})
        assert (await desk.ask(branch=BRANCH, on_host=True)).json()["is_new"]
        snapshot = await preview.until_ready(commit)
        assert any("got a checkout of" in each for each in snapshot.revisions[0].reasons)
        await desk.until_page_says("grandmother")
        assert (place / "NOTES.md").read_text() == "Nothing yet.\n"
        assert (place / ".git/HEAD").read_text() == f"ref: refs/heads/{BRANCH}\n"
        assert not (place / ".git/catalyst").exists()
        assert await volumes_of(desk) == [str(place)]

        # An edit on the machine shows without a push, in the same pod.
        pod = await desk.says("hostname")
        edit(place, "grandmother", "the machine")
        await desk.until_page_says("the machine")

        # The branch moves on, and nothing of it comes here by itself or by a redeploy.
        commit = await preview.push({"NOTES.md": "Something.\n"})
        await stack.catalyst.command("redeploy", preview.project, preview.environment)
        snapshot = await preview.until_ready(commit)
        assert any("is left as it is" in each for each in snapshot.revisions[0].reasons)
        assert (place / "NOTES.md").read_text() == "Nothing yet.\n"
        await desk.until_page_says("the machine")
        assert await desk.says("hostname") == pod

        await desk.delete()
        assert await volumes_of(desk) == []
        assert "the machine" in (place / "page.js").read_text()

        # What is there is served by the next one.
        workflow = stack.temporal.get_workflow_handle(preview.workflow_id)
        await asyncio.wait_for(workflow.result(), GONE)
        assert (await desk.ask(branch=BRANCH, on_host=True)).status_code == httpx.codes.OK
        await preview.until_ready(commit)
        await desk.until_page_says("the machine")


async def test_a_project_without_a_directory_is_told_who_names_it(previews: Previews) -> None:
    async with open_desk(previews) as desk:
        await desk.ask(on_host=True)
        snapshot = await desk.preview.until_phase(Phase.FAILED)
        assert "No directory of the node is named" in snapshot.reason
        assert "CATALYST_WORKER_DEVELOPMENT_DIRECTORIES" in snapshot.reason
        await desk.delete()

"""Two repositories in one environment: what comes along, who follows whom, and what is left when one is gone."""

import json
from typing import Any

import pytest

from deploy.gallery.examples import DIRECTORY, read_example
from tests.e2e.support.preview import BRANCH, READY, Files, Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack
from tests.e2e.support.waiting import eventually
from workflows.models import EnvironmentSnapshot, FailureKind, Phase

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900), pytest.mark.spec("ENV-016")]

NOTE: Files = {"NOTES.md": "One line more.\n"}


def expecting(ship: str) -> Files:
    """A change of the backend."""
    return {"ships/expected.json": json.dumps([{"name": ship, "from": "Bergen"}])}


async def create(previews: Previews) -> Preview:
    example = read_example(DIRECTORY / "several-repositories")
    fields: dict[str, Any] = dict(example.fields)
    return await previews.create(
        tree=example.files_of("frontend"),
        source="frontend",
        beside={"backend": example.files_of("backend")},
        **fields,
    )


async def until_serving(preview: Preview, commit: str) -> EnvironmentSnapshot:
    """With that commit of the other source."""

    def serves(snapshot: EnvironmentSnapshot) -> bool:
        newest = snapshot.revisions[0] if snapshot.revisions else None
        taken = [each.commit for each in newest.sources] if newest else []
        return snapshot.phase is Phase.READY and commit in taken

    return await preview.until(serves, within=READY, what=f"it serves with {commit[:7]}")


async def test_an_environment_follows_the_branch_of_the_same_name_in_the_other_repository(
    previews: Previews, stack: Stack
) -> None:
    frontend = await create(previews)
    commit = await frontend.open(NOTE)
    first = await frontend.until_ready(commit)
    [source] = first.revisions[0].sources
    assert (source.name, source.branch, source.is_same_branch) == ("backend", "main", False)
    assert "Grey Gull" in (await frontend.page()).text
    assert "Tallinn" in (await frontend.page("/api/ships")).text
    await frontend.until_comment(
        f"with `backend` at `{source.commit[:7]}`, branch `main`", commit[:7]
    )
    await assert_labelled(frontend)
    await assert_built_side_by_side(stack, first.revisions[0].id)

    backend = previews.beside(frontend, "backend")
    moved = await backend.open(expecting("Blue Heron"))
    snapshot = await until_serving(frontend, moved)
    assert "Blue Heron" in (await frontend.page()).text
    assert commit in (await frontend.page()).text, "its own head is the one it was"
    assert snapshot.serving
    assert snapshot.serving.commit == commit
    assert snapshot.revisions[0].trigger == f"backend moved to {moved[:7]}"
    await frontend.until_comment(f"with `backend` at `{moved[:7]}`, branch `{BRANCH}`")
    own = await backend.until_ready(moved)
    assert [each.name for each in own.revisions[0].sources] == ["frontend"]
    assert own.revisions[0].sources[0].commit == commit
    assert "Blue Heron" in (await backend.page("/api/ships")).text

    again = await backend.push(expecting("White Wagtail"))
    await until_serving(frontend, again)
    assert "White Wagtail" in (await frontend.page()).text

    await backend.until_ready(again)
    await backend.close()
    await backend.until_gone()
    assert "White Wagtail" in (await frontend.page()).text
    await stack.github.delete_branch(backend.repository.full_name, BRANCH)
    commit = await frontend.push(NOTE | {"MORE.md": "And one more.\n"})
    last = await frontend.until_ready(commit)
    assert last.revisions[0].sources[0].branch == "main"
    assert "Grey Gull" in (await frontend.page()).text
    await frontend.close()
    await frontend.until_gone()


async def test_a_repository_that_is_gone_is_named_and_what_served_stays(
    previews: Previews, stack: Stack
) -> None:
    frontend = await create(previews)
    served = await frontend.open(NOTE)
    await frontend.until_ready(served)
    await stack.github.delete_repository(frontend.others["backend"].full_name)
    commit = await frontend.push(NOTE | {"MORE.md": "And one more.\n"})
    snapshot = await frontend.until_failed(commit)
    failure = snapshot.failure
    assert failure
    assert failure.kind is FailureKind.USER
    assert failure.message.startswith(f"source `backend` ({frontend.others['backend'].full_name})")
    comment = await frontend.until_comment("Preview failed", "still serves", served[:7])
    assert "`sources`" in comment or "sources" in comment
    page = await frontend.page()
    assert served in page.text
    assert "Grey Gull" in page.text


async def assert_built_side_by_side(stack: Stack, revision: str) -> None:
    builds = (await stack.run_of(revision)).of("build_image")
    assert len(builds) == len({"frontend", "backend"})
    ends = [each.ended for each in builds if each.ended]
    assert max(each.scheduled for each in builds) < min(ends)


async def assert_labelled(preview: Preview) -> None:
    """Every pod says which component it is (ENV-021)."""

    async def components() -> bool:
        pods = await preview.stack.cluster.pods(await preview.namespace())
        found = {pod["metadata"]["labels"].get("catalyst.dev/component") for pod in pods}
        return found == {"frontend-web", "backend-web"}

    await eventually(components, within=20, what="each pod names its component")

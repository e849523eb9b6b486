"""Pull requests of one branch name in two repositories, on a real cluster: one namespace, two comments, one URL."""

from dataclasses import dataclass
from typing import Any

import pytest

from deploy.gallery.examples import DIRECTORY, read_example
from tests.e2e.main_job.test_several_repositories import NOTE, expecting
from tests.e2e.support.preview import BRANCH, READY, Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack
from tests.e2e.support.waiting import eventually
from workflows import naming
from workflows.models import EnvironmentSnapshot, Phase

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900), pytest.mark.spec("ENV-016")]


async def create(previews: Previews) -> tuple[Preview, Preview]:
    example = read_example(DIRECTORY / "several-repositories")
    fields: dict[str, Any] = dict(example.fields)
    frontend = await previews.create(
        tree=example.files_of("frontend"),
        source="frontend",
        beside={"backend": example.files_of("backend")},
        is_shared=True,
        **fields,
    )
    return frontend, previews.beside(frontend, "backend")


async def until_running(preview: Preview, **commits: str) -> EnvironmentSnapshot:
    """Until what serves is of these commits, by the names of their sources; of a branch for a commit's lack."""

    def runs(snapshot: EnvironmentSnapshot) -> bool:
        newest = snapshot.revisions[0] if snapshot.revisions else None
        if newest is None or newest.own is None or snapshot.phase is not Phase.READY:
            return False
        found = {each.name: each for each in (newest.own, *newest.sources)}
        return all(
            wanted in (found[name].commit, found[name].branch) for name, wanted in commits.items()
        )

    return await preview.until(runs, within=READY, what=f"it serves {commits}")


async def until_one_comment(preview: Preview, *texts: str) -> str:
    comment = await preview.until_comment(*texts)
    assert len(await preview.comments()) == 1
    return comment


async def namespaces(stack: Stack, project: str) -> list[str]:
    found = await stack.cluster.items(
        "/api/v1/namespaces",
        selector=f"{naming.PROJECT_LABEL}={project},{naming.ENVIRONMENT_LABEL}",
    )
    return [each["metadata"]["name"] for each in found]


async def environments(stack: Stack, project: str) -> list[str]:
    """Of that project, that run."""
    prefix = naming.environment_workflow_id(project, "")
    query = f"WorkflowId STARTS_WITH '{prefix}' AND ExecutionStatus = 'Running'"
    return [each.id async for each in stack.temporal.list_workflows(query)]


@dataclass(frozen=True)
class Partners:
    """Pull requests of a frontend and a backend that share the frontend's environment."""

    frontend: Preview
    backend: Preview
    stack: Stack

    async def namespaces(self) -> list[str]:
        return await namespaces(self.stack, self.frontend.project)

    async def page(self) -> str:
        return (await self.frontend.page()).text

    async def are_shown_as_one(self, front: str, back: str) -> None:
        """One namespace, and of each pull request one comment, one check and one deployment, of one URL."""
        frontend, backend = self.frontend, self.backend
        assert await self.namespaces() == [frontend.expected_namespace]
        for preview, own, other in ((frontend, front, back), (backend, back, front)):
            # The comment of a moment ago said `ready` too.
            both = (f"Commit `{own[:7]}`", f"at `{other[:7]}`")
            await until_one_comment(preview, "Preview ready", frontend.url, *both)
        await backend.until_check_conclusion(back, "success")
        await backend.until_deployment_state(back, "success")
        page = await self.page()
        assert "Blue Heron" in page
        assert front in page

    async def push_to_the_second(self, front: str) -> str:
        back = await self.backend.push(expecting("White Wagtail"))
        await until_running(self.frontend, frontend=front, backend=back)
        assert "White Wagtail" in await self.page()
        await until_one_comment(self.backend, "Preview ready", f"Commit `{back[:7]}`")
        await until_one_comment(self.frontend, "Preview ready", f"at `{back[:7]}`")
        return back

    async def close_the_first(self, front: str, back: str) -> None:
        """The environment serves on with that one's default branch."""
        frontend, backend = self.frontend, self.backend
        await frontend.close()
        await until_running(backend, frontend="main", backend=back)
        page = await self.page()
        assert "White Wagtail" in page
        assert front not in page
        final = await until_one_comment(frontend, "cleaned up", "the environment goes on for")
        assert backend.repository.full_name in final
        await frontend.until_deployment_state(front, "inactive")
        await until_one_comment(backend, "Preview ready", frontend.url, "branch `main`")

    async def reopen_the_first(self, front: str, back: str) -> None:
        """It joins, now that the other leads."""
        await self.frontend.reopen()
        await until_running(self.backend, frontend=front, backend=back)
        await until_one_comment(self.frontend, "Preview ready", self.frontend.url)
        assert await self.namespaces() == [self.frontend.expected_namespace]

    async def close_both(self, front: str) -> None:
        await self.backend.close()
        await until_running(self.frontend, frontend=front, backend="main")
        assert "Grey Gull" in await self.page()
        await self.frontend.close()
        for preview in (self.frontend, self.backend):
            await preview.until_gone()
            await until_one_comment(preview, "cleaned up")


@pytest.mark.invariant(1, 2, 3)
async def test_two_share_one_environment_from_the_first_opening_to_the_last_close(
    previews: Previews, stack: Stack
) -> None:
    frontend, backend = await create(previews)
    partners = Partners(frontend, backend, stack)
    front = await frontend.open(NOTE)
    await until_running(frontend, frontend=front, backend="main")
    back = await backend.open(expecting("Blue Heron"))
    await until_running(frontend, frontend=front, backend=back)
    await partners.are_shown_as_one(front, back)

    back = await partners.push_to_the_second(front)
    await partners.close_the_first(front, back)
    await partners.reopen_the_first(front, back)
    await partners.close_both(front)
    assert await partners.namespaces() == []

    async def none_run() -> bool:
        return await environments(stack, frontend.project) == []

    await eventually(none_run, within=20, what="no workflow is left of it")


@pytest.mark.invariant(1)
@pytest.mark.variant
async def test_two_that_are_opened_at_the_same_moment_make_one_environment(
    previews: Previews, stack: Stack
) -> None:
    frontend, backend = await create(previews)
    front, back = await frontend.push(NOTE), await backend.push(expecting("Blue Heron"))
    await frontend.open_pull()
    await backend.open_pull()
    await until_running(frontend, frontend=front, backend=back)
    assert await environments(stack, frontend.project) == [frontend.workflow_id]
    assert await namespaces(stack, frontend.project) == [frontend.expected_namespace]
    for preview in (frontend, backend):
        await until_one_comment(preview, "Preview ready", frontend.url)
        await preview.close()
    for preview in (frontend, backend):
        await preview.until_gone()


@pytest.mark.variant
@pytest.mark.invariant(7)
async def test_a_fork_of_the_same_branch_name_stays_apart(previews: Previews, stack: Stack) -> None:
    frontend, backend = await create(previews)
    front = await frontend.open(NOTE)
    await until_running(frontend, frontend=front, backend="main")
    await stack.github.grant(backend.repository.full_name, "mallory", "read")
    fork = await stack.github.fork(backend.repository.full_name, by="mallory")
    await stack.github.push(
        fork.full_name, BRANCH, expecting("Red Kite"), message="x", by="mallory"
    )
    pull = await stack.github.open_pull_request(
        backend.repository.full_name, f"mallory:{BRANCH}", title="Mine", by="mallory"
    )
    backend.number, backend.is_shared = pull.number, False
    await backend.until_comment("needs approval")
    expected = {frontend.workflow_id, backend.workflow_id}

    async def run_apart() -> bool:
        return set(await environments(stack, frontend.project)) == expected

    await eventually(run_apart, within=20, what="each has an environment of its own")
    snapshot = await frontend.snapshot()
    assert snapshot.shared_with == ()
    assert "Red Kite" not in (await frontend.page()).text
    assert await namespaces(stack, frontend.project) == [frontend.expected_namespace]
    await frontend.close()
    await frontend.until_gone()

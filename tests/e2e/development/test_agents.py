"""An environment for an agent: asked for by REST, worked in by commands, and gone when it is deleted (ENV-022)."""

import asyncio

import httpx
import pytest

from tests.e2e.development.desk import Desk, open_desk
from tests.e2e.support.preview import BRANCH, GONE, Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack
from tests.e2e.support.waiting import eventually
from workflows.models import Phase

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]
FETCH = "fetch(process.argv[1]).then(async (a) => console.log(a.status, await a.text()))"
STRANGER = "mallory"


async def assert_asked_for_once(desk: Desk) -> None:
    made = (await desk.ask(branch=BRANCH)).json()
    assert (made["environment"], made["is_new"]) == (desk.preview.environment, True)
    assert (await desk.ask(branch=BRANCH)).json()["is_new"] is False
    other = await desk.ask(branch="main")
    assert other.status_code == httpx.codes.CONFLICT, other.text


async def assert_a_checkout_without_names_and_credentials(desk: Desk) -> None:
    assert await desk.says("cat", "NOTES.md") == "Nothing yet.\n"
    assert await desk.says("cat", ".git/HEAD") == f"ref: refs/heads/{BRANCH}\n"
    config = await desk.says("cat", ".git/config")
    assert "remote" not in config
    assert "user" not in config


async def assert_commands_are_answered(desk: Desk) -> None:
    """With both outputs, the exit code, standard input, and what cannot be."""
    ended = await desk.run("sh", "-c", "echo one; echo two >&2; exit 3")
    assert ended["exit_code"] == 3
    assert (ended["stdout"]["text"], ended["stderr"]["text"]) == ("one\n", "two\n")
    text = "grün\n" * 20_000
    assert int(await desk.says("wc", "-c", stdin=text)) == len(text.encode())
    long = await desk.run("sh", "-c", "yes 0123456789 | head -n 100000")
    assert long["stdout"]["is_cut"]
    assert long["stdout"]["bytes"] == 1_100_000
    assert "stdout is cut" in long["message"]
    assert "password=***" in await desk.says("echo", "password=hunter2hunter2")
    for how, status in (
        ({"directory": "nowhere"}, 422),
        ({"component": "nobody"}, 404),
        ({"component": "web"}, 200),
        ({"container": "git"}, 404),
        ({"container": "code"}, 200),
    ):
        assert (await desk.send("true", **how)).status_code == status


async def assert_a_change_shows_outside_and_inside(desk: Desk) -> None:
    await desk.says("sed", "-i", "s/grandmother/an agent/", "page.js")
    await desk.until_page_says("an agent")
    for name in ("CATALYST_URL", "CATALYST_INNER_URL"):
        address = (await desk.says("printenv", name)).strip()
        assert address.startswith("http")
    fetched = await desk.says("node", "-e", FETCH, address)
    assert fetched.startswith("200 ")
    assert "an agent" in fetched


async def assert_a_redeploy_takes_the_branch_in_place(desk: Desk, stack: Stack) -> None:
    """And puts aside what the agent has changed."""
    preview = desk.preview
    pod = await desk.says("hostname")
    commit = await preview.push({"NOTES.md": "Something.\n"})
    assert await desk.says("cat", "NOTES.md") == "Nothing yet.\n"
    await stack.catalyst.command("redeploy", preview.project, preview.environment)
    snapshot = await preview.until_ready(commit)
    assert await desk.says("cat", "NOTES.md") == "Something.\n"
    assert await desk.says("hostname") == pod
    git = ("git", "-c", "safe.directory=/code")
    assert (await desk.says(*git, "rev-parse", "HEAD", container="code")).strip() == commit
    assert "stash@{0}" in await desk.says(*git, "stash", "list", container="code")
    assert any("git stash list" in each for each in snapshot.revisions[0].reasons)


async def assert_the_reconcile_leaves_it_alone(preview: Preview, stack: Stack) -> None:
    found = await stack.reconcile_to_end()
    told = " ".join((*found.started, *found.nudged, *found.leftover, *found.problems))
    assert preview.environment not in told
    assert (await preview.snapshot()).phase is Phase.READY


@pytest.mark.spec("ENV-022", "ENV-033", "ENV-025", "FR-008", "OPS-4")
@pytest.mark.invariant(6)
async def test_an_agent_works_on_a_branch_and_leaves_nothing_behind(
    previews: Previews, stack: Stack
) -> None:
    async with open_desk(previews) as desk:
        preview = desk.preview
        commit = await preview.push({"NOTES.md": "Nothing yet.\n"})
        await assert_asked_for_once(desk)
        snapshot = await preview.until_ready(commit)
        assert not (await stack.run_of(snapshot.revisions[0].id)).of("build_image")
        await desk.until_page_says(commit)
        namespace = f"/api/v1/namespaces/{preview.expected_namespace}"
        assert await stack.cluster.items(f"{namespace}/resourcequotas")

        await assert_a_checkout_without_names_and_credentials(desk)
        await assert_commands_are_answered(desk)
        await assert_a_change_shows_outside_and_inside(desk)
        await assert_a_redeploy_takes_the_branch_in_place(desk, stack)
        await assert_the_reconcile_leaves_it_alone(preview, stack)

        await desk.delete()
        await asyncio.wait_for(
            stack.temporal.get_workflow_handle(preview.workflow_id).result(), GONE
        )
        gone = await desk.send("true")
        assert gone.status_code == httpx.codes.CONFLICT, gone.text
        assert "was removed" in gone.json()["detail"]


@pytest.mark.variant
@pytest.mark.spec("OPS-4", "ENV-033")
@pytest.mark.invariant(6)
async def test_a_command_ends_with_its_time_or_with_whoever_asked(previews: Previews) -> None:
    async with open_desk(previews) as desk:
        commit = await desk.preview.push({"NOTES.md": "Nothing yet.\n"})
        await desk.ask(branch=BRANCH)
        await desk.preview.until_ready(commit)

        ended = await desk.run(
            *("sh", "-c", "echo begun; setsid sleep 4321 & sleep 4322"), timeout_seconds=3
        )
        assert (ended["exit_code"], ended["is_timed_out"]) == (None, True)
        assert ended["stdout"]["text"] == "begun\n"
        assert "with all that it had started" in ended["message"]
        left = await desk.processes()
        assert "sleep 432" not in left

        with pytest.raises(httpx.ReadTimeout):
            await desk.http.post(
                f"/environments/{desk.preview.project}/{desk.preview.environment}/execute",
                json={"command": ["sleep", "4323"], "timeout_seconds": 300},
                timeout=3,
            )

        async def is_gone() -> bool:
            return "sleep 4323" not in await desk.processes()

        await eventually(is_gone, within=30, what="the command has ended")
        assert "node" in await desk.processes(), "the development server goes on"
        await desk.delete()


@pytest.mark.spec("ENV-022")
@pytest.mark.variant
async def test_a_branch_that_is_not_there_is_said_and_one_that_is_pushed_is_taken(
    previews: Previews, stack: Stack
) -> None:
    async with open_desk(previews) as desk:
        preview = desk.preview
        await desk.ask(branch=BRANCH)
        await preview.until(
            lambda s: f"has no branch `{BRANCH}`" in s.reason,
            what="the branch is missed",
            within=60,
        )
        refused = await desk.send("true")
        assert refused.status_code == httpx.codes.CONFLICT
        commit = await preview.push({"NOTES.md": "Here it is.\n"})
        await stack.catalyst.command("redeploy", preview.project, preview.environment)
        await preview.until_ready(commit)
        assert await desk.says("cat", "NOTES.md") == "Here it is.\n"
        await desk.delete()


@pytest.mark.spec("ENV-022", "ENV-010")
@pytest.mark.variant
async def test_code_that_nothing_serves_is_there_to_be_worked_on(previews: Previews) -> None:
    async with open_desk(previews, {"NOTES.md": "Nothing to run.\n"}) as desk:
        assert (await desk.ask()).json()["is_new"]
        snapshot = await desk.preview.until_phase(Phase.DEGRADED)
        assert snapshot.failure is not None
        assert "Nothing to run was found" in "\n".join(snapshot.failure.excerpt)
        assert await desk.says("cat", "NOTES.md") == "Nothing to run.\n"
        await desk.delete()


@pytest.mark.spec("ENV-022")
@pytest.mark.invariant(7)
async def test_no_command_is_run_in_the_environment_of_a_fork(previews: Previews) -> None:
    preview = await previews.create()
    _, commit = await preview.open_from_fork(STRANGER)
    await preview.until_comment(f"needs approval of {commit}")
    async with open_desk(previews) as desk:
        path = f"/environments/{preview.project}/{preview.environment}/execute"
        answer = await desk.http.post(path, json={"command": ["env"]})
    assert answer.status_code == httpx.codes.FORBIDDEN
    assert "the code of a fork" in answer.json()["detail"]

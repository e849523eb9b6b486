"""A development server that follows the branch: the code changes in place, and the pod stays (ENV-005)."""

from collections.abc import Awaitable, Callable

import pytest

from tests.e2e.development.workshop import open_workshop
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack
from tests.e2e.support.waiting import eventually

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]
PUSHES = 3


@pytest.mark.spec("ENV-005", "FR-007", "FR-008")
async def test_a_push_shows_its_page_in_the_same_pod_and_the_end_leaves_nothing(
    previews: Previews, stack: Stack
) -> None:
    workshop, commit = await open_workshop(previews)
    preview = workshop.preview
    snapshot = await preview.until_ready(commit)
    assert not (await stack.run_of(snapshot.revisions[0].id)).of("build_image")
    assert commit in (await preview.page()).text
    pod = await workshop.uid()

    async with workshop.page_is_open() as heard:
        await eventually(_hears(heard, 1), within=30, what="the open page is connected")
        for number in range(PUSHES):
            title, before = f"Edition {number} of the box", len(heard)
            commit = await preview.push(workshop.titled(title))
            await workshop.until_page_says(title)
            snapshot = await preview.until_ready(commit)
            await workshop.until_page_says(commit)
            await eventually(_hears(heard, before + 1), within=30, what="it is told to reload")

    assert await workshop.uid() == pod
    assert not (await stack.run_of(snapshot.revisions[0].id)).of("deploy_release")
    comment = await preview.until_comment("Preview ready", f"updated in place at {commit[:7]}")
    assert preview.url in comment
    branch = await workshop.run(
        "cd /code && git -c safe.directory=/code log -1 --format='%H %D'", container="code"
    )
    assert branch.startswith(commit)
    assert "HEAD -> feature" in branch
    deployment = await stack.cluster.items(
        f"/apis/apps/v1/namespaces/{workshop.namespace}/deployments"
    )
    assert [each["metadata"]["labels"]["catalyst.dev/commit"] for each in deployment] == [commit]

    await preview.close()
    await preview.until_gone()


def _hears(heard: list[str], count: int) -> Callable[[], Awaitable[bool]]:
    async def hears() -> bool:
        return len(heard) >= count

    return hears


@pytest.mark.spec("ENV-005")
@pytest.mark.variant
async def test_changes_made_in_the_environment_are_put_aside_and_told(previews: Previews) -> None:
    workshop, commit = await open_workshop(previews)
    preview = workshop.preview
    await preview.until_ready(commit)
    await workshop.run(
        "cd /code && sed -i 's/grandmother/somebody/' page.js && touch node_modules && echo mine > mine.txt"
    )
    await workshop.until_page_says("somebody")
    commit = await preview.push(workshop.titled("The last edition"))
    await preview.until_ready(commit)
    await workshop.until_page_says("The last edition")
    await preview.until_comment("git stash list", commit[:7])
    stashed = await workshop.run(
        "cd /code && git -c safe.directory=/code stash show -p", container="code"
    )
    assert "somebody" in stashed
    assert await workshop.run("cat /code/mine.txt && ls -d /code/node_modules") == (
        "mine\n/code/node_modules"
    )


@pytest.mark.spec("ENV-005")
async def test_dependencies_migrations_and_server_come_one_after_the_other(
    previews: Previews,
) -> None:
    workshop, commit = await open_workshop(previews)
    preview = workshop.preview
    await preview.until_ready(commit)
    log = await workshop.log()
    said = [line for line in log.splitlines() if line.startswith("catalyst: ")]
    assert said == [
        "catalyst: waiting for the code",
        "catalyst: dependencies",
        "catalyst: migrations",
        "catalyst: starting the development server",
    ]
    pod = await workshop.uid()

    commit = await preview.push({"recipes/tea.json": '{"title": "Tea", "minutes": 4, "steps": []}'})
    await preview.until_ready(commit)
    await workshop.until_page_says("Tea")
    assert (await workshop.log()).count("catalyst: dependencies") == 1
    assert (await workshop.log()).count("catalyst: migrations") == 2

    lock = workshop.files["package-lock.json"].replace("1.0.0", "1.0.1")
    package = workshop.files["package.json"].replace("1.0.0", "1.0.1")
    commit = await preview.push({"package-lock.json": lock, "package.json": package})
    await preview.until_ready(commit)
    assert (await workshop.log()).count("catalyst: dependencies") == 2
    assert await workshop.uid() == pod

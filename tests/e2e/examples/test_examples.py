"""Each example becomes a preview that follows its pull request, with the template that its README names."""

import re
from pathlib import Path

import pytest

from deploy.gallery.examples import read_examples
from deploy.local.instance import current
from tests.e2e.conftest import unique
from tests.e2e.examples.conftest import GiveSecrets
from tests.e2e.examples.scene import SCENES, create, images_of, page_by_its_comment, run_ci
from tests.e2e.support.browser import take_picture
from tests.e2e.support.chromium import find_chromium
from tests.e2e.support.ci import has_image
from tests.e2e.support.preview import Files, Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack
from tests.e2e.support.waiting import eventually

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]

NOTE: Files = {"CHANGES.md": "One line more.\n"}
WHOLE = ("compose", "services", "several-repositories", "development", "worker-and-cron")
"""Applications of more than one container; a browser looks at their pages."""
COLOURS = 50
"""A page with letters and borders has more of them than an empty one."""
VARIANT = pytest.mark.variant
"""Tests beside this one do the same with a repository of that kind."""
EXAMPLES = [
    pytest.param("compose", marks=pytest.mark.spec("ENV-012", "ENV-006")),
    pytest.param("helm", marks=[pytest.mark.spec("FR-002"), VARIANT]),
    pytest.param("dockerfile", marks=pytest.mark.spec("FR-002", "ENV-004", "ENV-031")),
    pytest.param("node", marks=pytest.mark.spec("ENV-004", "ENV-006", "ENV-031")),
    pytest.param("python", marks=[pytest.mark.spec("ENV-004", "ENV-006", "ENV-031"), VARIANT]),
    pytest.param("static", marks=[pytest.mark.spec("ENV-004", "ENV-007"), VARIANT]),
    pytest.param("image", marks=[pytest.mark.spec("ENV-013"), VARIANT]),
    pytest.param("user-managed-helm", marks=[pytest.mark.spec("ENV-014"), VARIANT]),
    pytest.param("manifests", marks=[pytest.mark.spec("ENV-015"), VARIANT]),
    pytest.param("monorepo", marks=[pytest.mark.spec("ENV-009"), VARIANT]),
    pytest.param("monorepo-workdir", marks=[pytest.mark.spec("ENV-009", "ENV-011"), VARIANT]),
    pytest.param("devcontainer", marks=[pytest.mark.spec("ENV-024"), VARIANT]),
    pytest.param("development", marks=[pytest.mark.spec("ENV-005"), VARIANT]),
    pytest.param("configured", marks=pytest.mark.spec("ENV-029", "ENV-030", "EC-6")),
    pytest.param("services", marks=[pytest.mark.spec("ENV-004", "ENV-017", "ENV-018"), VARIANT]),
    pytest.param("worker-and-cron", marks=[pytest.mark.spec("ENV-017"), VARIANT]),
    pytest.param("several-repositories", marks=[pytest.mark.spec("ENV-016"), VARIANT]),
]


@pytest.mark.spec("OPS-2", "FR-003", "FR-007", "FR-008")
@pytest.mark.parametrize("example", EXAMPLES)
async def test_an_example_is_opened_pushed_to_and_removed(
    example: str, previews: Previews, stack: Stack, give_secrets: GiveSecrets, tmp_path: Path
) -> None:
    scene, name = SCENES[example], unique("example")
    preview = await create(previews, scene, name)
    if scene.secrets:
        await give_secrets(preview.project, dict(scene.secrets))
    commit = await preview.push(NOTE)
    await preview.open_pull()
    if scene.is_built_by_others:
        await preview.until_comment("tide-table", commit[:7])
        await run_ci(stack, scene, name, commit)
    await preview.until_ready(commit)
    shown = await page_by_its_comment(preview)
    for text in scene.shows:
        assert text in shown
    assert scene.new not in shown
    assert (commit in shown) is scene.knows_commit
    await assert_confined(preview)
    if example in WHOLE:
        chromium = await find_chromium(current().cache_directory, tmp_path / "chromium.log")
        picture = await take_picture(chromium, preview.url, tmp_path / f"{example}.png")
        assert picture.colours > COLOURS

    commit = await preview.push(scene.change)
    if scene.is_built_by_others:
        await run_ci(stack, scene, name, commit, scene.change)
    await preview.until_ready(commit)
    shown = await page_by_its_comment(preview)
    assert scene.new in shown
    assert (commit in shown) is scene.knows_commit

    await preview.close()
    await preview.until_gone()
    if scene.is_built_by_others:
        place = (stack.connection.registry, f"{images_of(name)}/tide-table", commit[:7])
        assert await has_image(*place), "what others have pushed is theirs to remove"


@pytest.mark.spec("OPS-2", "FR-007")
async def test_a_worker_runs_beside_the_page_at_its_commit_and_a_command_by_the_clock(
    previews: Previews,
) -> None:
    preview = await create(previews, SCENES["worker-and-cron"])
    commit = await preview.open(NOTE)
    await preview.until_ready(commit)
    await until_page_says(preview, f"The sorter is at its table, at {commit[:7]}.")
    # The clock is Kubernetes' own, and strikes once a minute.
    await until_page_says(preview, "Last collection at", within=100)
    await until_page_says(preview, "<b>[1-9][0-9]*</b> letters sorted")


async def until_page_says(preview: Preview, pattern: str, *, within: float = 30) -> None:
    async def says() -> bool:
        return re.search(pattern, (await preview.page()).text) is not None

    await eventually(says, within=within, what=f"the page says {pattern!r}")


def test_every_example_has_a_scene() -> None:
    assert sorted(SCENES) == [each.name for each in read_examples()]
    assert sorted(SCENES) == sorted(str(each.values[0]) for each in EXAMPLES)


@pytest.mark.spec("ENV-009", "ENV-011")
@pytest.mark.variant
async def test_workdir_chooses_the_other_application_of_a_monorepo(previews: Previews) -> None:
    preview = await create(previews, SCENES["monorepo"])
    commit = await preview.open({".catalyst.yaml": "version: 1\nworkdir: apps/kiosk\n"})
    await preview.until_ready(commit)
    assert "<title>Kiosk</title>" in await page_by_its_comment(preview)


@pytest.mark.variant
async def test_a_push_that_touches_only_documentation_is_reported_as_unchanged(
    previews: Previews, give_secrets: GiveSecrets, stack: Stack
) -> None:
    scene = SCENES["configured"]
    preview = await create(previews, scene)
    await give_secrets(preview.project, dict(scene.secrets))
    served = await preview.open(NOTE)
    await preview.until_ready(served)
    commit = await preview.push({"docs/sensors.md": "# Sensors\n\nNone.\n"})
    comment = await preview.until_comment("unchanged", commit[:7])
    assert "docs/sensors.md" in comment
    assert served in (await preview.page()).text
    run = await stack.run_of((await preview.revision_of(commit)).id)
    assert not run.of("build_image")
    assert not run.of("deploy_release")


@pytest.mark.spec("OPS-2")
async def test_a_page_looks_like_something_in_light_and_dark(
    previews: Previews, tmp_path: Path
) -> None:
    chromium = await find_chromium(current().cache_directory, tmp_path / "chromium.log")
    preview = await create(previews, SCENES["static"])
    await preview.until_ready(await preview.open(NOTE))
    light = await take_picture(chromium, preview.url, tmp_path / "light.png", scheme="light")
    dark = await take_picture(chromium, preview.url, tmp_path / "dark.png", scheme="dark")
    assert light.brightness > 0.8
    assert dark.brightness < 0.3
    assert min(light.colours, dark.colours) > COLOURS


async def assert_confined(preview: Preview) -> None:
    """Every container has limits, and none a token of the cluster's."""
    for pod in await preview.stack.cluster.pods(await preview.namespace()):
        spec = pod["spec"]
        assert not spec.get("hostNetwork")
        assert spec.get("automountServiceAccountToken") is False
        for container in spec["containers"]:
            assert {"cpu", "memory"} <= container["resources"]["limits"].keys()

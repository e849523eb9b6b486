"""Compose files of several shapes, on a real cluster: opened, looked at from every side, pushed to, closed."""

import re
from collections import Counter

import pytest

from tests.e2e.examples.composed import SCENES, ComposeScene
from tests.e2e.support.preview import Files, Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.variants import variant
from tests.e2e.support.waiting import eventually
from workflows import naming

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600), pytest.mark.spec("ENV-012")]

NOTE: Files = {"NOTES.md": "One line more.\n"}


@pytest.mark.parametrize(
    "name",
    [variant(name) if name != "counter" else name for name in SCENES],
)
async def test_a_compose_file_is_opened_pushed_to_and_removed(
    name: str, previews: Previews
) -> None:
    scene = SCENES[name]
    preview = await previews.create(tree=scene.files, type="auto")
    commit = await preview.open(NOTE)
    await preview.until_ready(commit)
    page = await page_of_lines(preview, scene.says, commit)
    assert Counter(await components(preview)) == scene.pods
    before = kept(page, scene)

    commit = await preview.push(scene.change)
    await preview.until_ready(commit)
    page = await page_of_lines(preview, scene.says_then, commit)
    after = kept(page, scene)
    assert before == after or number(before) < number(after), "volumes are kept"
    await preview.close()
    await preview.until_gone()


def kept(page: list[str], scene: ComposeScene) -> str:
    """What the page says of a volume; empty where it has none."""
    return next((line for line in page if scene.keeps and line.startswith(scene.keeps)), "")


def number(line: str) -> int:
    found = re.search(r"\d+", line)
    return int(found[0]) if found else 0


async def page_of_lines(preview: Preview, patterns: tuple[str, ...], commit: str) -> list[str]:
    """The page, once it has a line for each pattern, in their order, and no other."""
    wanted = [each.replace("{commit}", commit) for each in patterns]

    seen: list[str] = []

    async def is_said() -> list[str] | None:
        lines = seen[:] = (await preview.page()).text.splitlines()
        is_all = len(lines) == len(wanted)
        pairs = zip(wanted, lines, strict=False)
        return lines if is_all and all(re.fullmatch(*pair) for pair in pairs) else None

    try:
        return await eventually(is_said, within=30, what=f"the page says {wanted}")
    except AssertionError as error:
        error.add_note(f"it says {seen}")
        raise


async def components(preview: Preview) -> list[str]:
    """Of all pods of the environment, each as often as it has some."""
    pods = await preview.stack.cluster.pods(await preview.namespace())
    return [
        pod["metadata"]["labels"][naming.PART_LABEL]
        for pod in pods
        if not pod["metadata"].get("deletionTimestamp")
    ]

"""A compose file with a database, a migration, a page and a worker: they find each other, and data is kept."""

import pytest

from tests.e2e.examples.scene import SCENES, create
from tests.e2e.support.preview import READY, Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.waiting import eventually

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600), pytest.mark.spec("ENV-012")]

BROKEN = "CREATE TABLE orders (number serial);\n"


async def until_page_says(preview: Preview, *texts: str) -> None:
    async def says() -> bool:
        page = (await preview.page()).text
        return all(text in page for text in texts)

    await eventually(says, within=READY, what=f"the page says {texts}")


async def test_services_work_together_and_a_failing_migration_leaves_the_old_version_serving(
    previews: Previews,
) -> None:
    preview = await create(previews, SCENES["compose"])
    first = await preview.open({"NOTES.md": "One line more.\n"})
    await preview.until_ready(first)
    await until_page_says(preview, '<li class="baked">Plum cake</li>')

    second = await preview.push({"schema.sql": BROKEN})
    await preview.until_failed(second)
    comment = await preview.until_comment("migrate", "already exists", "still serves")
    assert first[:7] in comment
    await until_page_says(preview, '<li class="baked">Rye bread</li>', first)

    change = SCENES["compose"].change
    third = await preview.push(change)
    await preview.until_ready(third)
    await until_page_says(preview, '<li class="baked">Almond cake</li>', "Plum cake", third)

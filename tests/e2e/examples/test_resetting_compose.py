"""Throwing away what a service of a compose file keeps, on a real cluster: it begins anew, the others keep theirs."""

import pytest

from deploy.local.demo.catalyst import CatalystError
from tests.e2e.examples.scene import SCENES, create
from tests.e2e.examples.test_compose import until_page_says
from tests.e2e.main_job.test_resets import claims_of, reset
from tests.e2e.support.inside import run
from tests.e2e.support.previews import Previews
from workflows.models import Phase

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.timeout(900),
    pytest.mark.spec("ENV-012", "ENV-017"),
]
DIARY = """\
  diary:
    build: .
    user: "0:0"
    command: sh -c 'test -s /diary/page || cat /proc/sys/kernel/random/uuid > /diary/page; exec sleep infinity'
    volumes: ["pages:/diary"]
  reader:
    build: .
    user: "0:0"
    command: sleep infinity
    volumes: ["pages:/diary:ro"]
"""
ORDER = "INSERT INTO orders (what) VALUES ('Walnut bread')"


@pytest.mark.variant
async def test_a_database_of_a_compose_file_begins_anew_and_other_volumes_are_kept(
    previews: Previews,
) -> None:
    scene = SCENES["compose"]
    text = scene.files["compose.yaml"].replace("\n  migrate:\n", f"\n{DIARY}\n  migrate:\n", 1)
    preview = await create(previews, scene)
    commit = await preview.open({"compose.yaml": f"{text.rstrip()}\n  pages:\n"})
    snapshot = await preview.until_ready(commit)
    assert set(snapshot.services) == {"db", "diary", "reader"}
    await run(preview, "db", "psql", "--username=bakery", f"--command={ORDER}")
    await until_page_says(preview, "Walnut bread")
    page = await run(preview, "diary", "cat", "/diary/page")
    claims = {each: await claims_of(preview, each) for each in ("db", "diary")}

    with pytest.raises(CatalystError, match="there is no service `web`; there are: "):
        await reset(preview, "web")
    snapshot = await reset(preview, "db")
    assert snapshot.phase is Phase.READY, snapshot.failure
    assert snapshot.revisions[0].trigger.startswith("reset of `db` by ")
    await until_page_says(preview, "Plum cake")
    assert "Walnut bread" not in (await preview.page()).text
    assert not (await claims_of(preview, "db") & claims["db"])
    assert await claims_of(preview, "diary") == claims["diary"]
    assert await run(preview, "diary", "cat", "/diary/page") == page

    await run(preview, "db", "psql", "--username=bakery", f"--command={ORDER}")
    snapshot = await reset(preview, "reader")
    assert snapshot.phase is Phase.READY, snapshot.failure
    assert any("kept together with `diary`" in each for each in snapshot.revisions[0].reasons)
    assert await run(preview, "diary", "cat", "/diary/page") != page
    await until_page_says(preview, "Walnut bread")

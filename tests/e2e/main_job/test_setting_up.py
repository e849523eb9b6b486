"""A repository in which nothing is found to run: its comment leads to a page, and what is typed there runs and stays."""

import re

import httpx
import pytest

from tests.e2e.support.preview import READY, Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.waiting import eventually

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]

START = (
    "mkdir -p /tmp/w && cp notes.txt /tmp/w/index.html && exec python -m http.server 8123 -d /tmp/w"
)
_SETUP = re.compile(r"\]\((http://[^)\s]+/setup)\)")


async def until_page_says(preview: Preview, text: str) -> None:
    async def says() -> bool:
        return text in (await preview.page()).text

    await eventually(says, within=READY, what=f"the page says {text!r}")


@pytest.mark.variant
@pytest.mark.spec("EC-1", "ENV-008", "ENV-011")
async def test_a_command_typed_on_the_set_up_page_runs_and_is_kept_until_it_is_reset(
    previews: Previews,
) -> None:
    preview = await previews.create(tree={"README.md": "# Ideas\n"}, type="auto")
    await preview.until_ready(await preview.open({"notes.txt": "the first note\n"}))
    found = _SETUP.search(await preview.until_comment("Nothing to run was found", "/setup"))
    assert found
    page = found[1]
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        shown = await http.get(page, headers={"accept": "text/html"})
        assert shown.status_code == httpx.codes.OK
        assert "Nothing to run was found" in shown.text
        typed = {"start": START, "kind": "python", "port": "8123", "apply": "true"}
        answer = await http.post(page, data=typed)
        assert answer.status_code == httpx.codes.SEE_OTHER, answer.text

        await until_page_says(preview, "the first note")
        commit = await preview.push({"notes.txt": "the second note\n"})
        await preview.until_ready(commit)
        assert "the second note" in (await preview.page()).text

        answer = await http.post(f"{page}/reset")
        assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
    await until_page_says(preview, "Nothing to run was found")

"""A development server that does not start: its container stays for a shell, and is told what to run next (ENV-010)."""

from json import dumps

import httpx
import pytest

from deploy.local.control.worker import catalyst_url
from tests.e2e.development.workshop import open_workshop
from tests.e2e.support.previews import Previews
from workflows.models import DetectionOverrides

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600), pytest.mark.spec("ENV-010")]
HUNGRY = """
const taken = [];
for (;;) {
  taken.push(Buffer.alloc(64 * 1024 * 1024, 1));
  if (taken.length % 16 === 0) console.log(`TOOK ${taken.length * 64} MiB`);
}
"""
BROKEN = "process.stderr.write('there is no flour\\n'); process.exit(3)\n"


async def test_a_command_that_fails_degrades_and_the_next_push_mends_it_in_the_same_pod(
    previews: Previews,
) -> None:
    workshop, commit = await open_workshop(
        previews,
        {"package.json": _with_dev("node server.js"), "server.js": BROKEN},
        application=DetectionOverrides(port=3000),  # a broken server does not tell
    )
    preview = workshop.preview
    await workshop.until_degraded(commit)
    comment = await preview.until_comment("Preview degraded", "exit code 3")
    assert "there is no flour" in comment
    assert "npm run dev" in comment
    pod = await workshop.uid()
    assert "there is no flour" in await workshop.run("cat /code/server.js"), "a shell can be opened"

    commit = await preview.push({"server.js": workshop.files["server.js"]})
    await preview.until_ready(commit)
    await workshop.until_page_says("grandmother")
    assert await workshop.uid() == pod


@pytest.mark.spec("ENV-005")
async def test_a_server_that_takes_all_memory_is_told_with_the_limit(previews: Previews) -> None:
    workshop, commit = await open_workshop(
        previews,
        {"package.json": _with_dev("node server.js"), "server.js": HUNGRY},
        application=DetectionOverrides(port=3000),
    )
    await workshop.until_degraded(commit)
    assert "TOOK 1024 MiB" in await workshop.log(), "its limit is above that"
    await workshop.preview.until_comment("ran out of memory", "2Gi", "137")


@pytest.mark.variant
async def test_a_retry_runs_the_command_again_without_a_new_pod(previews: Previews) -> None:
    dev = "test -e .flour || exit 4; node server.js"
    workshop, commit = await open_workshop(previews, {"package.json": _with_dev(dev)})
    preview = workshop.preview
    await workshop.until_degraded(commit)
    pod = await workshop.uid()
    await workshop.run("touch /code/.flour")
    await preview.stack.catalyst.command("retry", preview.project, preview.environment)
    await preview.until_ready(commit)
    await workshop.until_page_says("grandmother")
    assert await workshop.uid() == pod


@pytest.mark.variant
async def test_another_command_from_the_set_up_page_runs_in_the_same_pod(
    previews: Previews,
) -> None:
    workshop, commit = await open_workshop(
        previews, {"package.json": _with_dev("exit 5")}, application=DetectionOverrides(port=3000)
    )
    preview = workshop.preview
    await workshop.until_degraded(commit)
    pod = await workshop.uid()
    place = f"/environments/{preview.project}/{preview.environment}/setup"
    page = f"{catalyst_url(preview.stack.instance)}{place}"
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        typed = {"dev": "node --watch server.js", "port": "3000", "apply": "true"}
        answer = await http.post(page, data=typed)
        assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
    await preview.until_ready(commit)
    await workshop.until_page_says("grandmother")
    assert await workshop.uid() == pod


def _with_dev(command: str) -> str:
    return dumps(
        {
            "name": "recipe-box",
            "version": "1.0.0",
            "type": "module",
            "scripts": {"dev": command, "start": "node server.js", "index": "node index.js"},
        }
    )

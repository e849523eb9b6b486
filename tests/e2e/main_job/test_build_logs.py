"""What a build prints is read by name: while it runs, and when its pod and its environment are gone."""

from typing import Any

import httpx
import pytest

from deploy.local.control.worker import catalyst_url
from tests.e2e.main_job.slow import BRIEF_BUILD, SLOW_STEP
from tests.e2e.support.preview import Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.waiting import eventually

pytestmark = [pytest.mark.cluster, pytest.mark.spec("FR-006", "ENV-031")]


async def read(preview: Preview, *, container: str = "build") -> dict[str, Any]:
    path = f"/api/v1/environments/{preview.project}/{preview.environment}/logs"
    async with httpx.AsyncClient(
        base_url=catalyst_url(preview.stack.instance), trust_env=False, timeout=20
    ) as http:
        answer = await http.get(path, params={"container": container, "tail": 5000})
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


def printed(logs: dict[str, Any]) -> str:
    return "\n".join(line for each in logs["containers"] for line in each["lines"])


async def test_the_log_of_a_build_is_read_live_and_kept(previews: Previews) -> None:
    preview = await previews.create()
    commit = await preview.open({"Dockerfile": BRIEF_BUILD})

    async def is_live() -> bool:
        logs = await read(preview)
        return logs["source"] == "live" and SLOW_STEP in printed(logs)

    await eventually(is_live, within=120, what="the running build's log is read")
    await preview.until_ready(commit)
    await preview.close()
    await preview.until_gone()

    async def is_kept() -> bool:
        logs = await read(preview)
        return logs["source"] == "kept" and SLOW_STEP in printed(logs)

    await eventually(is_kept, within=30, what="the kept log is read")

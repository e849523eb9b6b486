"""Updates of several services of which one does not come up: comment and page say what really answers (FR-009)."""

import pytest

from tests.e2e.support.preview import Preview
from tests.e2e.support.previews import Previews
from workflows.models import Apart

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600), pytest.mark.spec("ENV-012", "FR-009")]

SERVICES = """\
services:
  web:
    image: busybox:1.37
    command: %(web)s
    ports: ["8080:8080"]
    configs: [{source: page, target: /www/index.html}]
    volumes: %(volumes)s
    stop_grace_period: 1s
  worker:
    image: busybox:1.37
    command: %(worker)s
    stop_grace_period: 1s
volumes:
  kept:
configs:
  page: {content: "<h1>%(title)s</h1>"}
"""
SERVE = "httpd -f -p 8080 -h /www"
WORK = "sleep 3600"
BROKEN = """sh -c 'echo the press is jammed; exit 3'"""


def services(
    title: str, *, web: str = SERVE, worker: str = WORK, volumes: str = "[]"
) -> dict[str, str]:
    told = {"title": title, "web": web, "worker": worker, "volumes": volumes}
    return {"compose.yaml": SERVICES % told}


async def page(preview: Preview) -> str:
    return (await preview.page()).text


async def test_what_answers_is_told_when_a_part_of_an_update_does_not_come_up(
    previews: Previews,
) -> None:
    preview = await previews.create(
        tree=services("Monday"), type="auto", rollout_timeout_seconds=40
    )
    first = await preview.open({"NOTES.md": "One line more.\n"})
    await preview.until_ready(first)

    second = await preview.push(dict(services("Tuesday", worker=BROKEN)))
    snapshot = await preview.until_failed(second)
    assert snapshot.failure is not None
    assert "container worker of pod" in snapshot.failure.message
    assert "Tuesday" in await page(preview)
    assert snapshot.serving is not None
    assert snapshot.serving.commit == second
    # Nobody asks a worker whether it is ready: its older pod left for one that looked like it.
    assert snapshot.serving.apart == (Apart(component="worker"),)
    words = "(not all of it: no pod of `worker` is ready)"
    await preview.until_comment(f"leads to `{second[:7]}`", words)

    third = await preview.push(dict(services("Wednesday")))
    snapshot = await preview.until_ready(third)
    assert snapshot.serving is not None
    assert snapshot.serving.apart == ()
    fourth = await preview.push(dict(services("Thursday", web=BROKEN, worker="sleep 3601")))
    snapshot = await preview.until_failed(fourth)
    assert "Wednesday" in await page(preview)
    assert snapshot.serving is not None
    assert snapshot.serving.apart == (Apart(component="worker", commit=fourth),)
    words = (
        f"still serves `{third[:7]}` (not all of it: `worker` is at `{fourth[:7]}`); "
        f"`{fourth[:7]}` answers if its pods become ready"
    )
    await preview.until_comment(words)
    detail = await preview.stack.catalyst.environment(preview.project, preview.environment)
    assert detail is not None
    assert detail.shows == words


@pytest.mark.variant
async def test_a_front_that_left_for_an_update_which_does_not_come_up_is_told_to_be_gone(
    previews: Previews,
) -> None:
    """What has a volume goes before its successor comes."""
    kept = "[kept:/data]"
    preview = await previews.create(
        tree=services("Monday", volumes=kept), type="auto", rollout_timeout_seconds=40
    )
    first = await preview.open({"NOTES.md": "One line more.\n"})
    await preview.until_ready(first)
    second = await preview.push(dict(services("Tuesday", web=BROKEN, volumes=kept)))
    snapshot = await preview.until_failed(second)
    assert snapshot.serving is not None
    assert snapshot.serving.is_down
    words = f"leads nowhere: no pod behind it is ready; `{first[:7]}` answered before"
    await preview.until_comment(words)
    assert (await preview.page()).status >= 500
    third = await preview.push(dict(services("Wednesday", volumes=kept)))
    await preview.until_ready(third)
    assert "Wednesday" in await page(preview)

"""As many services in one compose file as an environment may have pods, and one more."""

import pytest

from tests.e2e.examples.test_bad_input import assert_users_fault, failure_told
from tests.e2e.examples.test_compose_files import components, page_of_lines
from tests.e2e.support.previews import Previews

pytestmark = [
    pytest.mark.cluster,
    # Fifty pods that start and end are all that a small machine can do at that time.
    pytest.mark.disruptive,
    pytest.mark.timeout(600),
    pytest.mark.spec("ENV-012", "FR-010"),
]

MANY = 50
HEAD = """\
x-small: &small
  image: busybox:1.37
  command: ["nc", "-ll", "-p", "8000", "-e", "sh", "-c", "echo $$NAME"]
  expose: ["8000"]
  stop_grace_period: 1s
  deploy: {resources: {reservations: {cpus: "0.01", memory: 8M}}}
configs:
  page: {file: ./page.sh}
services:
  web:
    <<: *small
    command: httpd -f -p 8080 -h /www
    configs: [{source: page, target: /www/cgi-bin/index.cgi}]
    expose: ["8080"]
"""
PAGE = """\
#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\n'
echo %(greeting)s
for name in %(names)s; do nc -w 5 "$name" 8000; done
"""


def tree(number: int, greeting: str = "Roll call") -> dict[str, str]:
    """`number` services; the page of the first one asks each of the others for its name."""
    names = names_of(number)
    services = "".join(
        f"  {name}: {{<<: *small, environment: {{NAME: {name}}}}}\n" for name in names
    )
    page = PAGE % {"greeting": greeting, "names": " ".join(names)}
    return {"compose.yaml": HEAD + services, "page.sh": page}


def names_of(number: int) -> list[str]:
    return [f"s{at:02}" for at in range(1, number)]


@pytest.mark.variant
async def test_fifty_services_find_each_other_and_one_more_is_refused_as_a_whole(
    previews: Previews,
) -> None:
    preview = await previews.create(tree=tree(MANY), type="auto", rollout_timeout_seconds=240)
    first = await preview.open({"NOTES.md": "One line more.\n"})
    snapshot = await preview.until_ready(first)
    await page_of_lines(preview, ("Roll call", *names_of(MANY)), first)
    assert sorted(await components(preview)) == [*names_of(MANY), "web"]
    assert any("names no limit may use 80m CPU" in each for each in snapshot.revisions[0].reasons)

    second = await preview.push(dict(tree(MANY + 1, "Too many")))
    assert_users_fault(await preview.until_failed(second))
    said = await failure_told(preview)
    assert "needs 51 pods" in said
    assert "more than the 50 that the environment may have" in said
    await preview.until_comment("still serves", first[:7])
    await page_of_lines(preview, ("Roll call", *names_of(MANY)), first)
    assert sorted(await components(preview)) == [*names_of(MANY), "web"], "nothing is half deployed"

    third = await preview.push(dict(tree(MANY, "Roll call again")))
    await preview.until_ready(third)
    await page_of_lines(preview, ("Roll call again", *names_of(MANY)), third)
    await preview.close()
    await preview.until_gone()

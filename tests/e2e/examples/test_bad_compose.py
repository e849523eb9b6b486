"""Compose files with which something is wrong: the comment says what, and nothing is half deployed (ENV-012)."""

import pytest

from tests.e2e.examples.test_bad_input import assert_users_fault, failure_told, workloads
from tests.e2e.support.preview import Preview
from tests.e2e.support.previews import Previews

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600), pytest.mark.spec("ENV-012", "FR-009")]

WEB = """
  web:
    image: busybox:1.37
    command: ["httpd", "-f", "-p", "8080", "-h", "/www"]
    ports: ["8080:8080"]
    configs: [{source: page, target: /www/index.html}]
configs:
  page: {content: "<h1>Open</h1>"}
"""
IN_A_CIRCLE = """services:
  cart: {image: "busybox:1.37", depends_on: [stock], ports: ["8080:8080"]}
  stock: {image: "busybox:1.37", depends_on: [price]}
  price: {image: "busybox:1.37", depends_on: [cart]}
"""
UNDEFINED = """services:
  web: {image: "busybox:1.37", command: "httpd -f -p 8080", ports: ["8080:8080"],
        environment: {KEY: "${BAKERY_KEY:?the key of the bakery}"}}
"""
RECURSIVE = """services:
  web:
    image: busybox:1.37
    environment: &again
      <<: *again
"""
UNSAFE = """services:
  web: {image: "busybox:1.37", privileged: true, network_mode: host}
"""
OUTSIDE = """services:
  web:
    image: busybox:1.37
    volumes: ["/var/run/docker.sock:/var/run/docker.sock", "/etc:/host"]
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(IN_A_CIRCLE, ("compose.yaml:", "cart", "stock", "price"), id="cycle"),
        pytest.param(UNDEFINED, ("BAKERY_KEY", "the key of the bakery"), id="undefined"),
        pytest.param(
            RECURSIVE, ("compose.yaml", "line 5", "`*again` holds itself"), id="recursive"
        ),
        pytest.param(UNSAFE, ("compose.yaml:2", "`privileged`", "`network_mode`"), id="unsafe"),
        pytest.param(OUTSIDE, ("compose.yaml:4", "the Docker socket", "`/etc`"), id="outside"),
    ],
)
async def test_a_mistake_in_the_file_is_told_with_its_place_before_anything_is_made(
    previews: Previews, text: str, words: tuple[str, ...]
) -> None:
    preview = await create(previews)
    assert_users_fault(await preview.until_failed(await preview.open({"compose.yaml": text})))
    said = await failure_told(preview)
    for word in words:
        assert word in said
    assert await workloads(preview) == []


async def test_a_service_that_never_becomes_healthy_is_told_and_what_waits_for_it_is_not_started(
    previews: Previews,
) -> None:
    preview = await create(previews)
    cellar = """services:
  cellar:
    image: busybox:1.37
    command: ["sh", "-c", "echo the cellar is dark; sleep 3600"]
    healthcheck: {test: ["CMD", "test", "-e", "/light"], interval: 1s, retries: 2}
"""
    waits = WEB.replace(
        "    ports:", "    depends_on: {cellar: {condition: service_healthy}}\n    ports:"
    )
    commit = await preview.open({"compose.yaml": cellar + waits.lstrip("\n")})
    snapshot = await preview.until_failed(commit)
    assert_users_fault(snapshot)
    said = await failure_told(preview)
    assert "cellar" in said
    assert "is not ready" in said
    assert "the cellar is dark" in said
    assert "web" not in " ".join(await workloads(preview))


@pytest.mark.spec("ENV-018", "FR-018")
async def test_a_migration_that_hangs_is_ended_at_its_limit_and_the_old_version_serves_on(
    previews: Previews,
) -> None:
    preview = await create(previews)
    first = await preview.open({"NOTES.md": "Nothing yet.\n"})
    await preview.until_ready(first)
    hangs = """version: 1
jobs:
  migrate:
    when: pre-deploy
    command: echo waiting for a lock; sleep 3600
    timeout: 6s
"""
    second = await preview.push({".catalyst.yaml": hangs})
    assert_users_fault(await preview.until_failed(second))
    said = await failure_told(preview)
    assert "`migrate` did not end within 6 s" in said
    assert "waiting for a lock" in said
    assert "Open" in (await preview.page()).text


async def test_a_password_with_every_special_character_arrives_as_it_is(
    previews: Previews,
) -> None:
    password = "".join(map(chr, range(0x21, 0x7F))) + " ä€"
    quoted = password.replace("'", "''").replace("$", "$$")
    preview = await create(previews)
    show = f"""services:
  web:
    image: busybox:1.37
    command: ["sh", "-c", "mkdir /tmp/www && printf '%s\\n' \\"$$DATABASE_PASSWORD\\" > /tmp/www/index.html && httpd -f -p 8080 -h /tmp/www"]
    ports: ["8080:8080"]
    environment:
      DATABASE_PASSWORD: '{quoted}'
"""
    await preview.until_ready(await preview.open({"compose.yaml": show}))
    assert (await preview.page()).text == f"{password}\n"


@pytest.mark.variant
async def test_a_port_that_two_services_publish_is_told_and_both_run(previews: Previews) -> None:
    other = """
  other:
    image: busybox:1.37
    command: ["httpd", "-f", "-p", "9090", "-h", "/tmp"]
    ports: ["8080:9090"]
"""
    preview = await create(previews)
    both = WEB.replace("\nconfigs:", f"{other}\nconfigs:")
    commit = await preview.open({"compose.yaml": f"services:{both}"})
    await preview.until_ready(commit)
    assert "Open" in (await preview.page()).text
    await preview.until_comment("both publish port 8080", commit[:7])


async def create(previews: Previews) -> Preview:
    return await previews.create(
        tree={"compose.yaml": f"services:{WEB}"}, type="compose", rollout_timeout_seconds=20
    )

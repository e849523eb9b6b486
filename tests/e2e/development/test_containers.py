"""A development container that is a service of a compose file: its image holds the code, and its databases run beside it."""

import json

import pytest

from deploy.gallery.examples import DIRECTORY, read_example
from tests.e2e.development.workshop import Workshop
from tests.e2e.main_job.test_resets import reset
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack
from workflows.models import HealthCheck, Phase

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.timeout(600),
    pytest.mark.spec("ENV-024", "ENV-005", "ENV-012"),
]
BAKERY = read_example(DIRECTORY / "compose").files
CONTAINER = {
    "dockerComposeFile": "work.yml",
    "service": "app",
    "workspaceFolder": "/workspace",
    "postCreateCommand": "psql --quiet --set ON_ERROR_STOP=1 --file schema.sql",
    "forwardPorts": [8080, "db:5432"],
    "remoteEnv": {"PGDATABASE": "bakery"},
}
WORK = """\
services:
  app:
    build: {context: ".", dockerfile: Dockerfile}
    command: sleep infinity
    volumes: ["..:/workspace:cached"]
    environment: {PGHOST: db, PGUSER: bakery, PGPASSWORD: flour, PGDATABASE: elsewhere}
  db:
    image: postgres:17
    environment: {POSTGRES_USER: bakery, POSTGRES_PASSWORD: flour}
    volumes: ["ovens:/var/lib/postgresql/data"]
    healthcheck: {test: [CMD, pg_isready, --host=127.0.0.1], interval: 1s, retries: 60}
volumes: {ovens: {}}
"""
FILES = {
    ".devcontainer/devcontainer.json": json.dumps(CONTAINER),
    ".devcontainer/work.yml": WORK,
    # The tools that people work with: Perl and `psql`.
    ".devcontainer/Dockerfile": "FROM postgres:17\nENTRYPOINT []\n",
    "Procfile": "web: perl web.pl\n",
    "schema.sql": BAKERY["schema.sql"],
    "web.pl": BAKERY["web.pl"],
}
ORDER = "INSERT INTO orders (what) VALUES ('Walnut bread')"


async def test_code_is_worked_on_in_the_service_s_image_beside_its_database(
    previews: Previews, stack: Stack
) -> None:
    preview = await previews.create(
        tree=FILES, type="auto", mode="development", health=HealthCheck(timeout_seconds=20)
    )
    commit = await preview.open({"NOTES.md": "Nothing yet.\n"})
    snapshot = await preview.until_ready(commit)
    workshop = Workshop(preview, FILES)
    assert snapshot.services == ("db",)
    builds = (await stack.run_of(snapshot.revisions[0].id)).of("build_image")
    assert len(builds) == 1, "the image of the container, and none of the code"
    await workshop.until_page_says("Plum cake")
    pod = await workshop.uid()
    await workshop.run(f'psql --command="{ORDER}"')
    await workshop.until_page_says("Walnut bread")

    commit = await preview.push({"web.pl": FILES["web.pl"].replace("Night bakery", "Day bakery")})
    await preview.until_ready(commit)
    await workshop.until_page_says("Day bakery")
    await workshop.until_page_says("Walnut bread")
    assert await workshop.uid() == pod

    # The database begins anew, and so does what `postCreateCommand` had brought into it.
    snapshot = await reset(preview, "db")
    assert snapshot.phase is Phase.READY, snapshot.failure
    await workshop.until_page_says("Plum cake")
    assert "Walnut bread" not in (await preview.page()).text

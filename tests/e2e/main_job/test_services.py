"""Services of an environment's own, on a real cluster: what they keep, what they tell, and what is left of them."""

import base64
import re

import pytest

from deploy.gallery.examples import DIRECTORY, read_example
from tests.e2e.support.inside import run
from tests.e2e.support.preview import Files, Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.secrets import Secret, find_leaks
from tests.e2e.support.surfaces import open_surfaces
from workflows import naming
from workflows.models import FailureKind

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900), pytest.mark.spec("ENV-017", "ENV-018")]

_VISIT = re.compile(r'<span id="visit">(\d+)</span>')
BOTH = """\
version: 1
services:
  cache: {type: redis}
  files: {type: s3}
"""
LOOKING = f"{BOTH}jobs:\n  look: {{when: pre-deploy, command: python look.py}}\n"
LOOK = """\
import os, urllib.request
urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL_S3"] + "/health", timeout=5)
"""
"""Asks once, in the first moment of its pod: it is not tried again."""
KEEPER = '''
"""Keeps a number in Redis and a text in a bucket, and shows both. Nothing but the standard library."""

import hashlib, hmac, os, signal, socket
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen


def count():
    url = urlsplit(os.environ["REDIS_URL"])
    with socket.create_connection((url.hostname, url.port), timeout=5) as link:
        link.sendall(f"AUTH {url.password}\\r\\nINCR visits\\r\\n".encode())
        answers = b""
        while answers.count(b"\\r\\n") < 2:
            answers += link.recv(100)
    return answers.decode().split("\\r\\n")[1].removeprefix(":")


def stored(method, body=b""):
    url = f"{os.environ['AWS_ENDPOINT_URL_S3']}/{os.environ['S3_BUCKET']}/note.txt"
    place, digest = urlsplit(url), hashlib.sha256(body).hexdigest()
    now = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": place.netloc, "x-amz-content-sha256": digest, "x-amz-date": now}
    signed = ";".join(headers)
    lines = [f"{name}:{value}" for name, value in headers.items()]
    asked = "\\n".join([method, place.path, "", *lines, "", signed, digest])
    parts = (now[:8], os.environ["AWS_REGION"], "s3", "aws4_request")
    text = "\\n".join(["AWS4-HMAC-SHA256", now, "/".join(parts), hashlib.sha256(asked.encode()).hexdigest()])
    key = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in parts:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    mark = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    who = f"{os.environ['AWS_ACCESS_KEY_ID']}/{'/'.join(parts)}"
    headers["Authorization"] = f"AWS4-HMAC-SHA256 Credential={who}, SignedHeaders={signed}, Signature={mark}"
    del headers["host"]
    with urlopen(Request(url, data=body or None, method=method, headers=headers), timeout=5) as answer:
        return answer.read().decode()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            note = stored("GET")
        except HTTPError:
            stored("PUT", b"written once")
            note = "nothing yet"
        body = f"visits {count()}, note: {note}, commit {os.environ['CATALYST_COMMIT']}\\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
ThreadingHTTPServer(("", int(os.environ["PORT"])), Handler).serve_forever()
'''
NOTE: Files = {"CHANGES.md": "One line more.\n"}
COUNTED = """\
version: 1
services:
  tally: {image: "redis:7", port: 6379, volume: /data, size: 1Gi}
"""
COUNTER = '''
"""Counts in whatever is called `tally`."""

import os, signal, socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TALLY = os.environ["TALLY_HOST"], int(os.environ["TALLY_PORT"])


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        with socket.create_connection(TALLY, timeout=5) as link:
            link.sendall(b"INCR visits\\r\\n")
            count = link.recv(100).decode().strip().removeprefix(":")
        body = f"visits {count}\\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
ThreadingHTTPServer(("", int(os.environ["PORT"])), Handler).serve_forever()
'''
KEEPER_TREE = {
    ".catalyst.yaml": BOTH,
    "Dockerfile": (
        'FROM python:3.12-slim\nCOPY --link app.py /\nEXPOSE 8000\nCMD ["python", "app.py"]\n'
    ),
    "app.py": KEEPER,
}


async def create_library(previews: Previews) -> Preview:
    example = read_example(DIRECTORY / "services")
    return await previews.create(tree=example.files, type=example.template.type)


async def visit(preview: Preview) -> int:
    """The number of the visit that this look at the page is."""
    found = _VISIT.search((await preview.page()).text)
    assert found
    return int(found[1])


async def secret_of(preview: Preview, service: str) -> dict[str, str]:
    path = (
        f"/api/v1/namespaces/{await preview.namespace()}/secrets/{naming.service_secret(service)}"
    )
    secret = await preview.stack.cluster.get(path)
    assert secret is not None
    return {key: base64.b64decode(value).decode() for key, value in secret["data"].items()}


async def pods_of(preview: Preview, component: str) -> set[str]:
    found = await preview.stack.cluster.pods(
        await preview.namespace(), selector=f"{naming.PART_LABEL}={component}"
    )
    return {each["metadata"]["name"] for each in found}


@pytest.mark.spec("ENV-004", "FR-007")
@pytest.mark.invariant(4)
async def test_a_database_stays_from_push_to_push_and_its_password_is_told_to_nobody(
    previews: Previews,
) -> None:
    preview = await create_library(previews)
    async with open_surfaces(preview) as surfaces:
        first = await preview.open(NOTE)
        snapshot = await preview.until_ready(first)
        assert [each.name for each in snapshot.revisions[0].jobs][:1] == ["migrate"]
        before, password = await visit(preview), (await secret_of(preview, "db"))["password"]
        database, seeds = await pods_of(preview, "db"), await pods_of(preview, "seed")

        more = "ALTER TABLE books ADD COLUMN year integer;\n"
        second = await preview.push({"migrations/0003_year.sql": more})
        await preview.until_ready(second)
        assert await visit(preview) > before, "what was written is still there"
        years = (
            "psql",
            "--username=app",
            "--dbname=app",
            "--command=SELECT count(year) FROM books",
        )
        assert await run(preview, "db", *years), "that commit's migration has run"
        assert (await secret_of(preview, "db"))["password"] == password
        assert await pods_of(preview, "db") == database, "a push does not restart it"
        assert await pods_of(preview, "seed") == seeds, "a seed runs once"
        assert len(await pods_of(preview, "migrate")) == 1, "that of this commit"

        texts = await surfaces.kept()
        alive = [text async for text in surfaces.objects()]
        secrets = f"/secrets/{naming.service_secret('db')}"
        texts += [text for text in alive if not text.place.endswith(secrets)]
    assert find_leaks(texts, [Secret("the database's password", password)]) == []
    await preview.close()
    await preview.until_gone()


@pytest.mark.spec("FR-018")
@pytest.mark.variant
async def test_a_migration_that_fails_leaves_the_old_version_and_its_data(
    previews: Previews,
) -> None:
    preview = await create_library(previews)
    first = await preview.open(NOTE)
    await preview.until_ready(first)
    before = await visit(preview)
    broken: Files = {"migrations/0003_broken.sql": "DROP TABLE visits; SELECT nonsense;\n"}
    second = await preview.push(broken)
    snapshot = await preview.until_failed(second)
    assert snapshot.failure is not None
    assert snapshot.failure.kind is FailureKind.USER
    assert "migrate" in snapshot.failure.message
    assert any("nonsense" in line for line in snapshot.failure.excerpt)
    assert await visit(preview) > before, "the migration was taken back, and the old version serves"
    assert first in (await preview.page()).text


async def test_a_cache_and_a_bucket_keep_what_they_were_given(previews: Previews) -> None:
    dockerfile = KEEPER_TREE["Dockerfile"].replace("app.py /", "app.py look.py /")
    looking = {".catalyst.yaml": LOOKING, "Dockerfile": dockerfile, "look.py": LOOK}
    tree = {**KEEPER_TREE, **looking}
    preview = await previews.create(tree=tree, type="auto")
    first = await preview.open(NOTE)
    await preview.until_ready(first)
    page = (await preview.page()).text
    assert "note: written once" in page, "the health check has written it, and it is read again"

    second = await preview.push({"app.py": f"{KEEPER}\n# Another commit.\n"})
    await preview.until_ready(second)
    later = (await preview.page()).text
    assert "note: written once" in later
    assert second in later
    assert visits(later) > visits(page), "the count goes on"


def visits(page: str) -> int:
    return int(page.split()[1].rstrip(","))


@pytest.mark.spec("ENV-021")
async def test_two_previews_of_one_repository_have_a_database_each(previews: Previews) -> None:
    one = await create_library(previews)
    other = previews.another(one, "neighbour")
    await one.until_ready(await one.open(NOTE))
    await other.until_ready(await other.open(NOTE))
    assert other.environment != one.environment
    mine = "INSERT INTO books (title, author) VALUES ('Mine', 'Ada')"
    await run(one, "db", "psql", "--username=app", "--dbname=app", f"--command={mine}")
    assert "Mine" in (await one.page()).text
    assert "Mine" not in (await other.page()).text
    passwords = {(await secret_of(each, "db"))["password"] for each in (one, other)}
    assert len(passwords) == 2


async def test_any_image_is_a_service_that_keeps_its_data_and_goes_with_its_entry(
    previews: Previews,
) -> None:
    """The application is told of it by its name, as whoever wrote that down may expect."""
    tree = {
        ".catalyst.yaml": COUNTED,
        "Dockerfile": KEEPER_TREE["Dockerfile"],
        "app.py": COUNTER,
    }
    preview = await previews.create(tree=tree, type="auto")
    await preview.until_ready(await preview.open(NOTE))
    pods = await pods_of(preview, "tally")
    before = visits((await preview.page()).text)
    second = await preview.push({"app.py": f"{COUNTER}\n# Another commit.\n"})
    await preview.until_ready(second)
    assert visits((await preview.page()).text) > before
    assert await pods_of(preview, "tally") == pods
    third = await preview.push({".catalyst.yaml": "version: 1\n"})
    await preview.until_failed(third)
    assert await pods_of(preview, "tally") == set(), "it goes with its entry"


@pytest.mark.variant
async def test_a_project_with_a_chart_of_its_own_has_its_services_beside_it(
    previews: Previews,
) -> None:
    """The chart may refer to the Secret by its name; a job in its image proves that the database answers."""
    config = (
        "version: 1\nservices: {db: {type: postgres}}\n"
        "jobs:\n  look: {when: pre-deploy, command: \"python -c 'import os, socket; "
        'socket.create_connection((os.environ[\\"PGHOST\\"], 5432), 5)\'"}\n'
    )
    preview = await previews.create({".catalyst.yaml": config})
    commit = await preview.open()
    await preview.until_ready(commit)
    assert (await preview.page()).status == 200
    extras = naming.extras_release_name(preview.environment)
    secret = await secret_of(preview, "db")
    assert secret["PGHOST"] == f"{extras}-db"
    releases = await preview.stack.cluster.releases(await preview.namespace())
    assert {each["name"] for each in releases} == {naming.release_name(preview.environment), extras}
    await preview.close()
    await preview.until_gone()

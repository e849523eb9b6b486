"""Hosts and networks that a project opens: from the template to what the application is answered (T-5)."""

import pytest

from tests.e2e.cluster.outside import open_outside
from tests.e2e.conftest import Namespaces
from tests.e2e.support.cluster import Cluster
from tests.e2e.support.previews import Previews
from tests.e2e.support.waiting import eventually
from workflows import naming

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600), pytest.mark.spec("T-5", "FR-013")]

ASKING = '''
"""Asks for what its path names: `/by-variables/HOST` as any program would, `/by-proxy/HOST` always through the proxy."""

import os, signal
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen


def by_variables(host):
    try:
        return urlopen(f"http://{host}/", timeout=5)
    except HTTPError as error:
        return error


def by_proxy(host):
    proxy = urlsplit(os.environ["HTTP_PROXY"])
    connection = HTTPConnection(proxy.hostname, proxy.port, timeout=15)
    connection.request("GET", f"http://{host}/")
    return connection.getresponse()


def answer(way, host):
    try:
        found = by_variables(host) if way == "by-variables" else by_proxy(host)
        return f"{found.status} {found.headers.get('X-Squid-Error') or found.read().decode()}"
    except OSError as error:
        return f"nothing {error}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        _, _, rest = self.path.partition("/")
        way, _, host = rest.partition("/")
        body = (answer(way, host) if host else os.environ.get("NO_PROXY", "")).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
ThreadingHTTPServer(("", int(os.environ["PORT"])), Handler).serve_forever()
'''
TREE = {
    "Dockerfile": 'FROM python:3.12-slim\nCOPY app.py .\nEXPOSE 8000\nCMD ["python", "app.py"]\n',
    "app.py": ASKING,
}
COMPOSE = """\
services:
  web:
    image: python:3.12-slim
    command: [python, /app.py]
    environment: {PORT: "8000"}
    ports: ["8000:8000"]
    configs: [{source: app, target: /app.py}]
configs:
  app: {file: ./app.py}
"""
OF_OTHERS = {"compose.yaml": COMPOSE, "app.py": ASKING}
"""The same program in an image that no commit changes."""


@pytest.mark.parametrize(
    "tree",
    [
        pytest.param(TREE, id="built"),
        pytest.param(OF_OTHERS, id="image-of-others", marks=pytest.mark.variant),
    ],
)
async def test_an_application_reaches_the_hosts_that_its_project_opens(
    previews: Previews, cluster: Cluster, namespaces: Namespaces, tree: dict[str, str]
) -> None:
    image = f"{cluster.connection.registry}/library/python:3.11-slim"
    outside = await open_outside(cluster, namespaces, image)
    api = await outside.resolve("api", outside.public)
    inner = cluster.connection.cluster_domain
    egress = [api, f"*.{inner}"]
    preview = await previews.create(tree=tree, type="auto", egress=egress)
    commit = await preview.open({"CHANGES.md": "One line more.\n"})
    snapshot = await preview.until_ready(commit)
    told = f"It may reach `{api}`, `*.{inner}` through the egress proxy, as the project grants."
    assert told in snapshot.revisions[0].reasons

    async def is_reached() -> bool:  # rules reach a new pod a moment after its start
        return (await preview.page(f"/by-proxy/{api}")).text == "200 outside"

    await eventually(is_reached, within=20, what=f"{api} is reached")
    # As every program does that reads the variables: of the node's own network, so it is not forwarded.
    found = await preview.page(f"/by-variables/shop.{inner}")
    assert found.text == "403 ERR_ACCESS_DENIED 0"
    # Its own URL stays what it is: past the proxy.
    own = f"{preview.expected_namespace}.{inner}"
    except_for = (await preview.page()).text.split(",")
    assert own in except_for
    assert f"{naming.release_name(preview.environment)}-web" in except_for
    await preview.close()
    await preview.until_gone()
    proxies = f"/apis/apps/v1/namespaces/{naming.EGRESS_NAMESPACE}/deployments"
    name = naming.egress_proxy(preview.expected_namespace)
    assert await cluster.get(f"{proxies}/{name}") is None


async def test_an_application_reaches_the_networks_that_its_project_opens_and_its_commit_wants(
    previews: Previews, cluster: Cluster, namespaces: Namespaces
) -> None:
    image = f"{cluster.connection.registry}/library/python:3.11-slim"
    outside = await open_outside(cluster, namespaces, image)
    preview = await previews.create(tree=TREE, type="auto", egress=[f"{outside.public}/32"])

    async def is_answered(address: str, text: str) -> None:
        async def answers() -> bool:  # rules reach a new pod a moment after its start
            return (await preview.page(f"/by-variables/{address}")).text.startswith(text)

        await eventually(answers, within=40, what=f"{address} is answered: {text}")

    snapshot = await preview.until_ready(await preview.open({"CHANGES.md": "One line more.\n"}))
    told = f"It may reach `{outside.public}/32` outside, as the project grants."
    assert told in snapshot.revisions[0].reasons
    await is_answered(outside.public, "200 outside")
    await is_answered(outside.private, "nothing ")

    snapshot = await preview.until_ready(
        await preview.push({".catalyst.yaml": "version: 1\negress: []\n"})
    )
    assert told not in snapshot.revisions[0].reasons
    await is_answered(outside.public, "nothing ")

"""What a build reaches, tried by a step of its Dockerfile: git host, registry and DNS, and nothing else (FR-013)."""

import pytest

from activities.build import BuildConfig
from activities.proxies import delete_proxy
from tests.e2e.build.conftest import Builds, with_limits
from tests.e2e.cluster.environments import Environment
from tests.e2e.cluster.outside import open_outside
from tests.e2e.cluster.packets import address_of, make_listener
from tests.e2e.conftest import Namespaces
from workflows import naming
from workflows.errors import BuildFailedError

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300), pytest.mark.spec("FR-013", "T-5")]

TRYING = """
import socket, sys, time

def reaches(place):
    host, _, port = place.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=2).close()
        return True
    except OSError:
        return False

# Rules reach a new pod a moment after its start.
wrong = []
for word, *places in (line.split() for line in sys.stdin):
    for place in places:
        deadline = time.monotonic() + 12
        while (found := reaches(place)) != (word == "open") and time.monotonic() < deadline:
            time.sleep(0.3)
        if found != (word == "open"):
            wrong.append(f"{place} should be {word}")
sys.exit("; ".join(wrong) or 0)
"""


ASKING = """
import http.client, os, socket, sys, time
from urllib.parse import urlsplit

def ask(way, url):
    parts = urlsplit(url)
    if way == "direct":
        socket.create_connection((parts.hostname, parts.port or 80), timeout=2).close()
        return "reached"
    proxy = urlsplit(os.environ[f"{parts.scheme}_proxy"])
    connection = http.client.HTTPConnection(proxy.hostname, proxy.port, timeout=15)
    if parts.scheme == "https":  # the tunnel is what counts, not what is spoken in it
        connection.set_tunnel(parts.hostname, parts.port or 443)
        connection.request("GET", "/")
    else:
        connection.request("GET", url)
    return str(connection.getresponse().status)

def found(way, url):
    try:
        return ask(way, url)
    except OSError as error:
        return "403" if "403" in str(error) else "nothing"

# Rules reach a new pod a moment after its start.
wrong = []
for way, url, expected in (line.split() for line in sys.stdin):
    deadline = time.monotonic() + 12
    while (answer := found(way, url)) != expected and time.monotonic() < deadline:
        time.sleep(0.3)
    if answer != expected:
        wrong.append(f"{way} {url}: {answer} instead of {expected}")
sys.exit("; ".join(wrong) or 0)
"""


async def test_a_host_known_by_name_is_reached_through_the_proxy_and_nothing_else_of_the_internet(
    builds: Builds, config: BuildConfig, namespaces: Namespaces
) -> None:
    cluster = builds.cluster
    image = f"{cluster.connection.registry}/library/python:3.11-slim"
    outside = await open_outside(cluster, namespaces, image)
    api, other, inside = [
        await outside.resolve(name, address)
        for name, address in (
            ("api", outside.public),
            ("other", outside.public),
            ("inside", outside.private),
        )
    ]
    builds = with_limits(
        builds,
        config,
        proxy_image=f"{cluster.connection.registry}/ubuntu/squid:latest",
        package_sources=(f"http://{api}", f"https://{api}", f"http://{inside}"),
    )
    questions = [
        f"proxied http://{api}/ 200",
        f"proxied https://{api}/ 200",
        f"proxied http://{api}:8081/ 403",
        f"proxied https://{api}:8081/ 403",
        f"proxied http://{other}/ 403",
        f"proxied https://{other}/ 403",
        f"proxied http://{inside}/ 403",
        f"proxied http://{outside.public}/ 403",
        f"direct http://{outside.public}/ nothing",
        f"direct http://{outside.public}:443/ nothing",
        f"direct {builds.source.server.base_url} reached",
        f"direct http://{cluster.connection.registry} reached",
    ]
    dockerfile = "FROM python:3.12-slim\nCOPY asking.py asked ./\nRUN python asking.py < asked\n"
    files = {"asking.py": ASKING, "asked": "\n".join(questions) + "\n"}
    fetch = f"from urllib.request import urlopen; urlopen('https://{other}/simple/')"
    try:
        await builds.build(await builds.source.push({"Dockerfile": dockerfile, **files}))
        refused = f'FROM python:3.12-slim\nRUN python -c "{fetch}"\n'
        commit = await builds.source.push({"Dockerfile": refused})
        with pytest.raises(BuildFailedError) as failure:
            await builds.build(commit)
    finally:
        await delete_proxy(cluster.api, naming.egress_proxy(config.namespace))
    assert "CATALYST_WORKER_BUILD_SOURCES" in failure.value.hint


async def test_a_step_of_a_build_reaches_what_builds_need_and_nothing_else(
    builds: Builds, namespaces: Namespaces
) -> None:
    connection = builds.cluster.connection
    environment = Environment(builds.cluster)
    namespaces.claim(environment.namespace)
    await environment.ensure()
    await environment.apply(make_listener(environment.image, "listener"))
    preview = await address_of(builds.cluster, environment.namespace, "listener")
    git = builds.source.server.base_url.removeprefix("http://")
    opened = [git, connection.registry]
    closed = [
        f"{preview}:8080",
        f"{connection.ingress_address}:{connection.ingress_port}",
        f"{connection.node_address}:6443",
        f"{connection.node_address}:10250",
        "10.96.0.1:443",
    ]
    dockerfile = "FROM python:3.12-slim\nCOPY trying.py places ./\nRUN python trying.py < places\n"
    places = f"open {' '.join(opened)}\nclosed {' '.join(closed)}\n"
    commit = await builds.source.push(
        {"Dockerfile": dockerfile, "trying.py": TRYING, "places": places}
    )
    await builds.build(commit)

"""What a build reaches, tried by a step of its Dockerfile: git host, registry and DNS, and nothing else (FR-013)."""

import pytest

from tests.e2e.build.conftest import Builds
from tests.e2e.cluster.environments import Environment
from tests.e2e.cluster.packets import address_of, make_listener
from tests.e2e.conftest import Namespaces

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

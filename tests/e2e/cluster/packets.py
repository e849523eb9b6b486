"""Pods that try to reach something and tell what happened."""

import json
from typing import Any

from tests.e2e.cluster.environments import Environment
from tests.e2e.support.cluster import Cluster
from tests.e2e.support.waiting import eventually

_SCRIPT = """
import json, socket, sys, time

def tcp(host, port):
    socket.create_connection((host, port), timeout=2).close()

def udp(host, port):
    # A DNS question for the root's name servers: whoever serves DNS answers it with something.
    question = bytes.fromhex("abcd01000001000000000000") + bytes.fromhex("0000020001")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(2)
        asking.sendto(question, (host, port))
        asking.recv(512)

def reaches(protocol, host, port):
    try:
        (udp if protocol == "udp" else tcp)(host, port)
        return True
    except OSError:
        return False

# Rules reach a new pod a moment after its start, so each target gets a while to behave as expected.
results = {}
for name, protocol, host, port, expected in json.loads(sys.argv[1]):
    deadline = time.monotonic() + 12
    while (found := reaches(protocol, host, port)) != expected and time.monotonic() < deadline:
        time.sleep(0.3)
    results[name] = found
print("RESULT " + json.dumps(results), flush=True)
"""

Target = tuple[str, str, str, int, bool]
"""Name, `tcp` or `udp`, host, port, and whether it should be reached."""


def make_listener(image: str, name: str) -> dict[str, Any]:
    """A pod that listens on port 8080, labelled `app: name`."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "terminationGracePeriodSeconds": 0,
            "containers": [
                {
                    "name": "listener",
                    "image": image,
                    "command": ["python", "-m", "http.server", "8080"],
                    "readinessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 1},
                }
            ],
        },
    }


async def address_of(cluster: Cluster, namespace: str, pod: str) -> str:
    """The pod's address once it is ready."""

    async def look() -> str | None:
        found = await cluster.get(f"/api/v1/namespaces/{namespace}/pods/{pod}")
        conditions = (found or {}).get("status", {}).get("conditions", [])
        is_ready = any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
        return str(found["status"]["podIP"]) if found and is_ready else None

    return await eventually(look, within=60, what=f"pod {pod} is ready")


async def try_to_reach(
    environment: Environment, targets: list[Target], namespace: str = ""
) -> dict[str, bool]:
    """What a pod in that namespace (the environment's, when empty) reached."""
    place = namespace or environment.namespace
    return await reached_from(environment.cluster, place, environment.image, targets)


async def reached_from(
    cluster: Cluster, namespace: str, image: str, targets: list[Target]
) -> dict[str, bool]:
    """What a new pod of an image with Python reached."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "asking", "namespace": namespace},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 0,
            "containers": [
                {
                    "name": "asking",
                    "image": image,
                    "command": ["python3", "-c", _SCRIPT, json.dumps(targets)],
                }
            ],
        },
    }
    await cluster.apply(pod)

    async def look() -> dict[str, bool] | None:
        found = await cluster.get(f"/api/v1/namespaces/{namespace}/pods/asking")
        if not found or found["status"].get("phase") not in ("Succeeded", "Failed"):
            return None
        log = await cluster.logs(namespace, "asking", "asking")
        line = next(line for line in log.splitlines() if line.startswith("RESULT "))
        result: dict[str, bool] = json.loads(line.removeprefix("RESULT "))
        return result

    return await eventually(look, within=150, what="the asking pod has ended")

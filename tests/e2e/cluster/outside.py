"""A host of the public Internet, as a pod of the node's own network plays it, and programs that ask for it by name."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from tests.e2e.cluster.environments import Environment
from tests.e2e.cluster.packets import address_of
from tests.e2e.conftest import Namespaces
from tests.e2e.support.cluster import Cluster
from tests.e2e.support.waiting import eventually
from workflows import naming

_SERVER = """
import fcntl, http.server, os, signal, socket, struct, sys, threading

# Beside the loopback's own address.
NAMES = [b"lo:" + address.rpartition(".")[0].encode()[:2] + address.rpartition(".")[2].encode() for address in sys.argv[1:]]

def take(name, address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        def set(call, address):
            family = struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(address))
            fcntl.ioctl(asking, call, struct.pack("16s16s", name, family))
        set(0x8916, address)  # SIOCSIFADDR
        set(0x891C, "255.255.255.255")  # SIOCSIFNETMASK

def leave(*_):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for name in NAMES:
            fcntl.ioctl(asking, 0x8914, struct.pack("16sH14x", name, 0))  # SIOCSIFFLAGS: down
    os._exit(0)

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "7")
        self.end_headers()
        self.wfile.write(b"outside")

signal.signal(signal.SIGTERM, leave)
for name, address in zip(NAMES, sys.argv[1:]):
    take(name, address)
    for port in (443, 8081, 80):
        server = http.server.ThreadingHTTPServer((address, port), Handler)
        threading.Thread(target=server.serve_forever).start()
"""
_ASKING = """
import http.client, json, socket, sys, time
from urllib.parse import urlsplit

proxy, asked = json.loads(sys.argv[1])

def direct(url):
    parts = urlsplit(url)
    socket.create_connection((parts.hostname, parts.port or 80), timeout=2).close()
    return "reached"

def proxied(url):
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(*proxy, timeout=15)
    if parts.scheme == "https":  # the tunnel is what counts, not what is spoken in it
        connection.set_tunnel(parts.hostname, parts.port or 443)
        connection.request("GET", "/")
    else:
        connection.request("GET", url)
    return str(connection.getresponse().status)

def found(way, url):
    try:
        return {"direct": direct, "proxied": proxied}[way](url)
    except OSError as error:
        return "403" if "403" in str(error) else "nothing"

# Rules reach a new pod a moment after its start.
results = {}
for name, way, url, expected in asked:
    deadline = time.monotonic() + 12
    while (result := found(way, url)) != expected and time.monotonic() < deadline:
        time.sleep(0.3)
    results[name] = result
print("RESULT " + json.dumps(results), flush=True)
"""

Question = tuple[str, str, str, str]
"""Name, `direct` or `proxied`, URL, and what should come of it: a status, `reached` or `nothing`."""


@dataclass(frozen=True)
class Outside:
    """The host, and the namespace whose Services are its names."""

    cluster: Cluster
    namespace: str
    public: str
    """Address of a block that nobody has (RFC 5737), and that nothing here takes for private."""
    private: str
    """The same host in a network of somebody's own."""

    def name(self, service: str) -> str:
        return f"{service}.{self.namespace}.svc.cluster.local"

    async def resolve(self, service: str, address: str) -> str:
        """A name that the cluster's DNS answers with that address."""
        metadata = {"name": service, "namespace": self.namespace}
        ports = [{"name": "any", "port": 80, "protocol": "TCP"}]
        await self.cluster.apply(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": metadata,
                "spec": {"clusterIP": "None", "ports": ports},
            }
        )
        await self.cluster.apply(
            {
                "apiVersion": "discovery.k8s.io/v1",
                "kind": "EndpointSlice",
                "metadata": {**metadata, "labels": {"kubernetes.io/service-name": service}},
                "addressType": "IPv4",
                "ports": ports,
                "endpoints": [{"addresses": [address], "conditions": {"ready": True}}],
            }
        )
        return self.name(service)


async def open_outside(cluster: Cluster, namespaces: Namespaces, image: str) -> Outside:
    """The host answers on ports 80, 443 and 8081; it goes with its namespace."""
    # Of its own: another test's may be there at the same time.
    number = secrets.randbelow(254) + 1
    namespace = await namespaces.create()
    outside = Outside(cluster, namespace, f"203.0.113.{number}", f"10.254.113.{number}")
    container = {
        "name": "outside",
        "image": image,
        "command": ["python", "-u", "-c", _SERVER, outside.public, outside.private],
        "securityContext": {"capabilities": {"add": ["NET_ADMIN"]}},
        "readinessProbe": {"tcpSocket": {"host": outside.private, "port": 80}, "periodSeconds": 1},
    }
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "outside", "namespace": outside.namespace},
        "spec": {"hostNetwork": True, "containers": [container]},
    }
    await cluster.apply(pod)
    await address_of(cluster, outside.namespace, "outside")
    return outside


async def ask(
    environment: Environment,
    questions: list[Question],
    *,
    namespace: str = "",
    labels: dict[str, str] | None = None,
) -> dict[str, str]:
    """What a pod in that namespace (the environment's, when empty) is answered, through that environment's proxy."""
    cluster, place = environment.cluster, namespace or environment.namespace
    proxy = naming.egress_proxy_url(environment.namespace).removeprefix("http://").split(":")
    argument = json.dumps([proxy, questions])
    pod = _asking_pod(environment.image, argument)
    pod["metadata"] = {"name": f"asking-{environment.ref.project}", "namespace": place}
    pod["metadata"]["labels"] = labels or {}
    name = pod["metadata"]["name"]
    await cluster.delete(f"/api/v1/namespaces/{place}/pods/{name}")
    await cluster.apply(pod)

    async def look() -> dict[str, str] | None:
        found = await cluster.get(f"/api/v1/namespaces/{place}/pods/{name}")
        if not found or found["status"].get("phase") not in ("Succeeded", "Failed"):
            return None
        log = await cluster.logs(place, name, "asking")
        line = next(line for line in log.splitlines() if line.startswith("RESULT "))
        result: dict[str, str] = json.loads(line.removeprefix("RESULT "))
        return result

    answers = await eventually(look, within=200, what="the asking pod has ended")
    await cluster.delete(f"/api/v1/namespaces/{place}/pods/{name}")
    return answers


def _asking_pod(image: str, argument: str) -> dict[str, Any]:
    """Confined enough for the namespace of the proxies themselves."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 0,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 65532,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [
                {
                    "name": "asking",
                    "image": image,
                    "command": ["python", "-c", _ASKING, argument],
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"]},
                    },
                }
            ],
        },
    }

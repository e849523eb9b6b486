"""A small application for the generic chart: it tells what it was given and what it may do."""

from typing import Any

_SERVE = """
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(page).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("", port), Handler).serve_forever()
"""
_WEB = (
    """
import http.server, json, os, pathlib, signal
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
port = 80
page = {
    "commit": os.environ["CATALYST_COMMIT"],
    "component": os.environ["CATALYST_COMPONENT"],
    "url": os.environ["DATABASE_URL"],
    "file": pathlib.Path("/etc/shop/shop.ini").read_text(),
    "key": pathlib.Path("/run/keys/the.key").read_text(),
    "user": os.getuid(),
    "token": pathlib.Path("/var/run/secrets/kubernetes.io").exists(),
}
"""
    + _SERVE
)
_STORE = (
    """
import http.server, json, os, pathlib, signal
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
port = 8000
starts = pathlib.Path("/data/starts")
starts.write_text(starts.read_text() + "x" if starts.exists() else "x")
page = {"starts": len(starts.read_text())}
"""
    + _SERVE
)
_WORKER = """
import json, os, signal, time, urllib.request
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
last = None
while True:
    seen = {}
    for url in os.environ["PAGES"].split():
        try:
            seen |= json.load(opener.open(url, timeout=2))
        except (OSError, ValueError):
            continue
    if seen != last:
        print(json.dumps(seen), flush=True)
        last = seen
    time.sleep(0.2)
"""
_CRON = "import os; print('cleaned with ' + os.environ['password'])"


def values(image: str) -> dict[str, Any]:
    """`image` is one with Python that would run as root if it were let."""
    components = {"web": _web(), "worker": _worker(), "store": _store(), "nightly": _cron()}
    for component in components.values():
        component["image"] = image
    return {
        "fullnameOverride": "shop",
        "secrets": {"shop-database": {"checksum": "1"}},
        "security": {"runAsUser": 10001, "readOnlyRootFilesystem": True},
        "components": components,
    }


def _web() -> dict[str, Any]:
    settings = {"shop.ini": "currency = EUR 🎉\n"}
    return {
        "kind": "web",
        "command": ["python", "-u", "-c", _WEB],
        "ports": [{"name": "http", "port": 80}],
        "env": {"DATABASE_URL": "postgres://shop:$(PASSWORD)@db/shop"},
        "secretEnv": {"PASSWORD": {"secret": "shop-database", "key": "password"}},
        "probes": {"readiness": {"type": "http", "periodSeconds": 1}},
        "volumes": {
            "settings": {"type": "config", "mountPath": "/etc/shop", "files": settings},
            "keys": {
                "type": "secret",
                "mountPath": "/run/keys",
                "readOnly": True,
                "secret": "shop-database",
                "files": {"the.key": "password"},
            },
        },
    }


def _store() -> dict[str, Any]:
    """As databases are: root, and a volume that outlives its pods."""
    data = {"type": "persistent", "mountPath": "/data", "size": "8Mi", "keep": True}
    return {
        "kind": "worker",
        "command": ["python", "-u", "-c", _STORE],
        "catalystEnv": False,
        "security": {"profile": "baseline", "runAsUser": 0},
        "ports": [{"name": "store", "port": 8000}],
        "service": {"aliases": ["db"], "headless": True},
        "probes": {"readiness": {"type": "tcp", "periodSeconds": 1}},
        "volumes": {
            "data": data,
            "cache": {"type": "persistent", "mountPath": "/cache", "size": "8Mi"},
        },
    }


def _worker() -> dict[str, Any]:
    return {
        "kind": "worker",
        "command": ["python", "-u", "-c", _WORKER],
        "env": {"PAGES": "http://shop-web http://db:8000"},
    }


def _cron() -> dict[str, Any]:
    return {
        "kind": "cron",
        "schedule": "0 3 1 1 *",
        "args": ["python", "-c", _CRON],
        "envFrom": ["shop-database"],
    }

"""A webhook door that only writes down what arrives."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.github.models import Body

WAIT = 10.0


@dataclass(frozen=True)
class Arrival:
    """One request at the door."""

    headers: dict[str, str]
    raw: bytes

    @property
    def event(self) -> str:
        return self.headers["x-github-event"]

    @property
    def guid(self) -> str:
        return self.headers["x-github-delivery"]

    @property
    def payload(self) -> Body:
        body: Body = json.loads(self.raw)
        return body

    @property
    def name(self) -> str:
        action = self.payload.get("action")
        return f"{self.event}.{action}" if action else self.event

    def is_signed_with(self, secret: str) -> bool:
        wanted = "sha256=" + hmac.new(secret.encode(), self.raw, hashlib.sha256).hexdigest()
        return hmac.compare_digest(wanted, self.headers["x-hub-signature-256"])


class Receiver:
    """What arrived, and what is answered (202 unless told otherwise)."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._changed = threading.Condition()
        self.arrivals: list[Arrival] = []
        self.status = 202
        self.url = f"http://127.0.0.1:{server.server_port}/webhooks"

    def add(self, arrival: Arrival) -> None:
        with self._changed:
            self.arrivals.append(arrival)
            self._changed.notify_all()

    def named(self, name: str) -> list[Arrival]:
        """Arrivals of `push` or `pull_request.closed`."""
        return [one for one in self.arrivals if name in (one.event, one.name)]

    def wait_for(self, name: str, count: int = 1) -> Arrival:
        """The `count`th arrival of that name; fails when it does not come."""
        self.wait_until(lambda: len(self.named(name)) >= count, f"{count} x {name}")
        return self.named(name)[count - 1]

    def wait_until(self, is_so: Callable[[], bool], what: str) -> None:
        with self._changed:
            came = self._changed.wait_for(is_so, WAIT)
        seen = [one.name for one in self.arrivals]
        assert came, f"waited for {what}, seen: {seen}"


@contextmanager
def receiver() -> Iterator[Receiver]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    door = _Handler.door[server.server_port] = Receiver(server)
    thread = threading.Thread(target=server.serve_forever, name="receiver", daemon=True)
    thread.start()
    try:
        yield door
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    door: dict[int, Receiver] = {}  # noqa: RUF012 - the handler class is all http.server knows

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        door = self.door[self.server.server_address[1]]  # type: ignore[index]
        door.add(Arrival({k.lower(): v for k, v in self.headers.items()}, raw))
        self.send_response(door.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Nothing: a test's output is for the test."""

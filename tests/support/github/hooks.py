"""The App's webhook: deliveries, their list, redelivery. Nothing is retried, as at GitHub."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path

import httpx
from pydantic import BaseModel

from tests.support.github.errors import not_found
from tests.support.github.faults import Fault, FaultKind, Faults
from tests.support.github.models import App, Body, now

DELIVERY_TIMEOUT = 10.0
"""Seconds GitHub waits for the receiver before it lists the delivery as failed."""

KEPT = 2000
"""Deliveries remembered; GitHub keeps three days."""


class Delivery(BaseModel):
    """One attempt to deliver one event; attempts of one event share the GUID."""

    id: int
    guid: str
    event: str
    action: str | None
    installation_id: int | None
    repository_id: int | None
    url: str
    payload: str
    headers: dict[str, str] = {}
    redelivery: bool = False
    delivered_at: datetime
    duration: float = 0.0
    status: str = "pending"
    status_code: int = 0
    response_headers: dict[str, str] = {}
    response_body: str = ""

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status_code < 300

    @property
    def payload_body(self) -> Body:
        found: Body = json.loads(self.payload)
        return found


class Hooks:
    """Sends deliveries on the running event loop and remembers how they went."""

    def __init__(
        self, journal: Path, secret: str, faults: Faults, app: App, new_id: Callable[[], int]
    ) -> None:
        self._journal = journal
        self._secret = secret
        self._faults = faults
        self._app = app
        self._new_id = new_id
        self._tasks: set[asyncio.Task[None]] = set()
        # No connection is kept: one that the receiver closed meanwhile would fail the next delivery.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.AsyncClient(timeout=DELIVERY_TIMEOUT, trust_env=False, limits=limits)
        self.deliveries: dict[int, Delivery] = {}
        if journal.exists():
            for line in journal.read_text().splitlines()[-KEPT:]:
                delivery = Delivery.model_validate_json(line)
                self.deliveries[delivery.id] = delivery

    def emit(
        self,
        event: str,
        payload: Body,
        *,
        installation_id: int | None = None,
        repository_id: int | None = None,
    ) -> None:
        """Send in the background; without a configured URL nothing happens, as at GitHub."""
        if not self._app.hook.url:
            return
        delivery = Delivery(
            id=self._new_id(),
            guid=str(uuid.uuid4()),
            event=event,
            action=payload.get("action"),
            installation_id=installation_id,
            repository_id=repository_id,
            url=self._app.hook.url,
            payload=json.dumps(payload, separators=(",", ":")),
            delivered_at=now(),
        )
        fault = self._faults.for_delivery(event, delivery.action, repository_id or 0)
        self._start(self._deliver(delivery, fault))

    def redeliver(self, delivery_id: int) -> Delivery:
        """Another attempt with the same GUID and body; raises 404."""
        old = self.find(delivery_id)
        again = old.model_copy(
            update={
                "id": self._new_id(),
                "redelivery": True,
                "delivered_at": now(),
                "url": self._app.hook.url or old.url,
            }
        )
        self._start(self._deliver(again, None))
        return again

    def find(self, delivery_id: int) -> Delivery:
        found = self.deliveries.get(delivery_id)
        if found is None:
            raise not_found()
        return found

    def newest_first(self) -> list[Delivery]:
        return sorted(self.deliveries.values(), key=lambda d: d.id, reverse=True)

    @property
    def in_flight(self) -> int:
        return len(self._tasks)

    async def settle(self, timeout: float) -> None:  # noqa: ASYNC109 - asyncio.wait's own kind
        """Wait until nothing is on its way any more, `timeout` seconds at most."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=timeout)

    async def forget(self) -> None:
        """Stop what is being sent and drop what was."""
        await self._stop()
        self.deliveries.clear()
        self._journal.unlink(missing_ok=True)

    async def close(self) -> None:
        """Stop what is still being sent, then the connections."""
        await self._stop()
        await self._client.aclose()

    async def _stop(self) -> None:
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start(self, delivery: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(delivery)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, delivery: Delivery, fault: Fault | None) -> None:
        kind = fault.kind if fault else None
        if kind is FaultKind.HOOK_VANISHED:
            return
        if fault and kind is FaultKind.HOOK_DELAYED:
            await asyncio.sleep(fault.seconds)
        secret = "not the secret" if kind is FaultKind.HOOK_FORGED else self._secret
        delivery.headers = self._headers(delivery, secret)
        if kind is FaultKind.HOOK_LOST:
            delivery.status, delivery.status_code = "Bad Gateway", 502
        else:
            await self._send(delivery)
        self._remember(delivery)
        if kind is FaultKind.HOOK_DOUBLED:
            twin = delivery.model_copy(update={"id": self._new_id()})
            await self._send(twin)
            self._remember(twin)

    async def _send(self, delivery: Delivery) -> None:
        started = time.monotonic()
        try:
            answer = await self._client.post(
                delivery.url, content=delivery.payload.encode(), headers=delivery.headers
            )
        except httpx.TimeoutException:
            delivery.status, delivery.status_code = "timed out", 504
        except httpx.HTTPError:
            delivery.status, delivery.status_code = "failed to connect to host", 502
        else:
            delivery.status_code = answer.status_code
            delivery.status = (
                "OK" if delivery.is_ok else f"Invalid HTTP Response: {answer.status_code}"
            )
            delivery.response_headers = dict(answer.headers)
            delivery.response_body = answer.text[:10_000]
        delivery.duration = round(time.monotonic() - started, 2)

    def _headers(self, delivery: Delivery, secret: str) -> dict[str, str]:
        body, key = delivery.payload.encode(), secret.encode()
        return {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/local",
            "X-GitHub-Delivery": delivery.guid,
            "X-GitHub-Event": delivery.event,
            "X-GitHub-Hook-ID": str(self._app.hook_id),
            "X-GitHub-Hook-Installation-Target-ID": str(self._app.id),
            "X-GitHub-Hook-Installation-Target-Type": "integration",
            "X-Hub-Signature": "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest(),
            "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(),
        }

    def _remember(self, delivery: Delivery) -> None:
        self.deliveries[delivery.id] = delivery
        while len(self.deliveries) > KEPT:
            del self.deliveries[min(self.deliveries)]
        with self._journal.open("a") as journal:
            journal.write(delivery.model_dump_json() + "\n")

"""Knocking at the webhook door as GitHub does, with what GitHub itself would never send."""

import asyncio
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from deploy.local.control.github import webhook_url
from tests.e2e.support.stack import Stack

_PIECE = b"x" * 65_536


@dataclass(frozen=True)
class Delivery:
    """What was sent, and what the door said."""

    guid: str
    status: int
    answer: dict[str, Any]


async def deliver(stack: Stack, payload: dict[str, Any]) -> Delivery:
    """Send a signed `pull_request` event."""
    body, guid = json.dumps(payload).encode(), secrets.token_hex(16)
    signature = hmac.new(stack.github.webhook_secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "pull_request",
        "X-GitHub-Delivery": guid,
        "X-Hub-Signature-256": f"sha256={signature}",
    }
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(webhook_url(stack.instance), content=body, headers=headers)
    return Delivery(guid, answer.status_code, answer.json())


async def pour(stack: Stack, *, most: int) -> tuple[int, int]:
    """Send a body that announces no length until the door answers; its status, and the bytes sent until then.

    Raises AssertionError when it has taken `most` bytes and still says nothing.
    """
    url = urlsplit(webhook_url(stack.instance))
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    answer = asyncio.create_task(reader.readline())
    sent = 0
    try:
        writer.write(
            f"POST {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nX-GitHub-Event: pull_request\r\n"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        while not answer.done():
            assert sent < most, f"{sent} bytes were taken and nothing was said"
            writer.write(f"{len(_PIECE):x}\r\n".encode() + _PIECE + b"\r\n")
            await writer.drain()
            sent += len(_PIECE)
            await asyncio.sleep(0)  # a drain that need not wait lets nobody else run
        return int((await answer).split()[1]), sent
    finally:
        answer.cancel()
        writer.close()

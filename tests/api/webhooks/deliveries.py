"""Deliveries as GitHub sends them, from its own published examples."""

import copy
import gzip
import hashlib
import hmac
import json
from functools import cache
from pathlib import Path
from typing import Any, cast

EXAMPLES = Path(__file__).parents[2] / "data" / "github" / "octokit-webhooks" / "examples.json.gz"
GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958"


@cache
def published() -> dict[str, list[dict[str, Any]]]:
    """Event -> examples."""
    return cast(
        "dict[str, list[dict[str, Any]]]", json.loads(gzip.decompress(EXAMPLES.read_bytes()))
    )


def pull_request(action: str, *, number: int = 12, repository_id: int = 1001) -> dict[str, Any]:
    """A published `pull_request` event, made to be about our own repository.

    `edited` is published for no pull request: it is derived from `opened`.
    """
    found = next(
        example
        for example in published()["pull_request"]
        if example["action"] == ("opened" if action == "edited" else action)
        and "installation" in example
    )
    payload = copy.deepcopy(found)
    payload["action"] = action
    payload["number"] = payload["pull_request"]["number"] = number
    payload["repository"] |= {"id": repository_id, "full_name": "acme/shop"}
    payload["installation"]["id"] = 7
    return payload


def sign(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def make_headers(body: bytes, event: str, secret: str, guid: str = GUID) -> dict[str, str]:
    return {
        "content-type": "application/json",
        "x-github-event": event,
        "x-github-delivery": guid,
        "x-hub-signature-256": sign(body, secret),
    }

"""GitHub's published schemas, to hold our bodies against."""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from typing import cast

import jsonschema
from openapi_schema_validator import OAS30Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from tests.support.github.bodies.templates import DATA
from tests.support.github.models import Body

KNOWN_NOISE = (
    ("get /app/installations", r"\$\[\d+\]\.account", "the schema wants an enterprise at once"),
    ("get .*/contents/", r"\$", "GitHub's own example of a folder does not fit either"),
    ("get .*/issues/", r"\$\.state_reason", "null is sent, and allowed only by OpenAPI 3.1"),
    (".*check-runs", r".*\.conclusion", "null is sent, and allowed only by OpenAPI 3.1"),
    ("get .*/pulls", r".*\.labels\[\d+\]\.description", "null is sent for labels without one"),
)
"""Where GitHub's answers disagree with its own schema: operation, path in the body, reason."""

_NAMESPACE = "urn:github"


@cache
def _openapi() -> Body:
    raw = gzip.decompress((DATA / "octokit-openapi" / "openapi.json.gz").read_bytes())
    return cast("Body", json.loads(raw.replace(b'"#/', f'"{_NAMESPACE}#/'.encode())))


@cache
def _registry() -> Registry[Body]:
    resource = DRAFT4.create_resource(_openapi())
    return cast("Registry[Body]", Registry().with_resource(_NAMESPACE, resource))


@cache
def operations() -> dict[str, re.Pattern[str]]:
    """`get /repos/{owner}/{repo}` to a pattern of concrete paths, the most literal first."""
    found: dict[str, re.Pattern[str]] = {}
    for path, methods in _openapi()["paths"].items():
        # Paths of files and refs hold slashes, other parameters do not.
        regex = re.sub(r"\{[^}]+\}", "[^/]+", path)
        pattern = re.compile(re.sub(r"(contents|git/ref)/\[\^/\]\+", r"\1/.+", regex))
        found |= {f"{method} {path}": pattern for method in methods}
    return dict(sorted(found.items(), key=lambda item: item[0].count("{")))


def operation(method: str, path: str) -> str | None:
    """The published operation that a request is, or None."""
    for name, pattern in operations().items():
        if name.startswith(f"{method.lower()} ") and pattern.fullmatch(path):
            return name
    return None


def rest_errors(name: str, status: int, body: object) -> list[str]:
    """What is wrong with an answer of the operation, known noise left out."""
    method, path = name.split(" ")
    responses = _openapi()["paths"][path][method]["responses"]
    if str(status) not in responses:
        return [f"status {status} is not documented for {name}"]
    schema = responses[str(status)].get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return []
    errors = OAS30Validator(schema, registry=_registry()).iter_errors(body)
    return [
        f"{name} {status} {error.json_path}: {error.message[:200]}"
        for error in errors
        if not _is_noise(name, error.json_path)
    ]


def _is_noise(name: str, path: str) -> bool:
    return any(
        re.match(operation, name) and re.fullmatch(where, path)
        for operation, where, _ in KNOWN_NOISE
    )


@cache
def _webhooks() -> Body:
    raw = gzip.decompress((DATA / "octokit-webhooks" / "schema.json.gz").read_bytes())
    return cast("Body", json.loads(raw))


def webhook_errors(event: str, payload: Body) -> list[str]:
    """What is wrong with a webhook body."""
    name = f"{event}${payload.get('action', 'event')}"
    schema = {**_webhooks(), "$ref": f"#/definitions/{name}"}
    if name not in schema["definitions"]:
        return [f"GitHub publishes no {name}"]
    errors = jsonschema.Draft7Validator(schema).iter_errors(payload)
    return [f"{name} {error.json_path}: {error.message[:200]}" for error in errors]

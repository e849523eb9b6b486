"""Loads the published examples and fills them in.

A body starts as a copy of an example, so it has every field GitHub sends, those included that
nobody here thinks of. `fill` writes only fields which the example has: the published webhook schemas
forbid others, and one set of values can serve the REST and the webhook form of a thing.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import cast

from tests.support.github.models import Body
from tests.support.github.state import State

DATA = Path(__file__).parents[3] / "data" / "github"


@dataclass(frozen=True)
class View:
    """For whom a body is made: the base of its URLs, and whether it goes into a webhook."""

    state: State
    base: str
    is_webhook: bool = False

    def template(self, rest: str, webhook: str) -> str:
        return webhook if self.is_webhook else rest


@cache
def _webhooks() -> dict[str, list[Body]]:
    return cast("dict[str, list[Body]]", _read("octokit-webhooks/examples.json.gz"))


@cache
def _openapi() -> dict[str, Body]:
    document = cast("Body", _read("octokit-openapi/openapi.json.gz"))
    return cast("dict[str, Body]", document["components"]["examples"])


def _read(name: str) -> object:
    return json.loads(gzip.decompress((DATA / name).read_bytes()))


@cache
def _text(path: str) -> str:
    """`rest:NAME/key/0` of the REST examples or `hook:EVENT/INDEX/key` of the webhook ones."""
    kind, _, rest = path.partition(":")
    first, *keys = rest.split("/")
    value: object = _openapi()[first]["value"] if kind == "rest" else _webhooks()[first]
    for key in keys:
        value = cast("list[object]", value)[int(key)] if key.isdigit() else cast("Body", value)[key]
    return json.dumps(value)


def fill(path: str, values: Body, replace: Mapping[str, str] | None = None) -> Body:
    """The example at `path`, texts replaced (URLs mostly), then fields overwritten.

    Raises:
        KeyError: there is no such example; a mistake in this package.
    """
    text = _text(path)
    for old, new in (replace or {}).items():
        text = text.replace(old, json.dumps(new)[1:-1])
    body: Body = json.loads(text)
    body.update({key: value for key, value in values.items() if key in body})
    return body


def node_id(kind: str, number: int) -> str:
    return base64.b64encode(f"{len(kind):03}:{kind}{number}".encode()).decode()


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp_or_none(moment: datetime | None) -> str | None:
    return stamp(moment) if moment else None

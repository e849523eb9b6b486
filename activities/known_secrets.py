"""The secrets that an environment was given, taken out of what its programs say (invariant 4).

`masking` knows secrets by their form alone; what a project calls a secret may look like any word, and a program that
prints its variables prints them too. Where such text leaves the cluster, their exact values go first.
"""

import asyncio
import json
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, quote_plus

from kubernetes.aio.client import ApiClient

from activities import kube
from activities.kube import KubeObject
from activities.log_masking import pieces_of
from activities.masking import HIDDEN, mask_lines
from workflows import naming
from workflows.errors import ClusterError

LEFT_OUT: Final = (
    "(left out: the environment's secrets, which these lines may hold, could not be read)"
)
SHORTEST: Final = 4
"""Characters. Shorter values are no secrets, and to hide them would make every line unreadable; as in builds."""
LONGEST: Final = 1_000
"""Characters of a line that are shown: some programs write a megabyte in one."""
_LAST_WORD = re.compile(r"\S*$")
_MADE_PREFIX: Final = naming.service_secret("")
_PLAIN = re.compile(rb"(?![a-z0-9]{20})[a-z0-9.:/_-]*")
"""Hosts, ports, regions and names in a Secret that Catalyst made: what it made up has capital letters, or is long."""


class KnownSecrets:
    """Values that nobody may read. Shows none of them, whatever happens."""

    def __init__(self, values: Iterable[bytes] | None) -> None:
        """None where they could not be read: then nothing that a program said is safe."""
        needles = {each for value in values or () for each in _spellings(value)}
        # The longest first: a value may be a part of another one.
        self._needles = sorted(needles, key=lambda each: (-len(each), each))
        self._is_safe = values is not None

    def hide(self, lines: Iterable[str]) -> list[str]:
        """The lines without the values; one that says why where those are not known."""
        found = list(lines)
        if not found:
            return []
        return self._without("\n".join(found)).split("\n") if self._is_safe else [LEFT_OUT]

    def shown(self, lines: Iterable[str]) -> tuple[str, ...]:
        """The lines as people see them in a failure: without the values, masked, and none longer than anybody reads."""
        return mask_lines(_shortened(line) for line in self.hide(lines))

    def hide_words(self, text: str) -> str:
        """The same for a sentence of ours that quotes a program after a colon; where they are not known, without that."""
        return self._without(text) if self._is_safe else text.partition(": ")[0]

    async def hide_log(self, lines: Iterable[str]) -> list[str]:
        """As `hide`, for any number of lines: it gives way to others between pieces."""
        hidden: list[str] = []
        for piece in pieces_of(lines):
            hidden += self.hide(piece)
            await asyncio.sleep(0)
        return hidden

    def _without(self, text: str) -> str:
        for needle in self._needles:
            text = text.replace(needle, HIDDEN)
        return text


async def read_known(api: ApiClient, namespace: str) -> KnownSecrets:
    """What that environment holds now of its project's secrets, and of those made for its services.

    Raises nothing: where they cannot be read, what they would hide is left out.
    """
    try:
        return await require_known(api, namespace)
    except ClusterError:
        return KnownSecrets(None)


async def require_known(api: ApiClient, namespace: str) -> KnownSecrets:
    """The same for whoever would rather try again. Raises ClusterError."""
    path = kube.collection_path("v1", "Secret", namespace)
    query = [("labelSelector", f"{naming.MANAGED_BY_LABEL}={naming.MANAGED_BY}")]
    found = (await kube.request(api, "GET", path, query=query))["items"]
    return KnownSecrets([value for secret in found for value in _values_of(secret)])


def _shortened(line: str) -> str:
    """Before it is masked by form, which takes seconds for a megabyte; and not within a word, which may be half a token."""
    if len(line) <= LONGEST:
        return line
    return f"{_LAST_WORD.sub('', line[:LONGEST]).rstrip()} …"


def _values_of(secret: KubeObject) -> Iterator[bytes]:
    name = str(secret["metadata"]["name"])
    data: Mapping[str, str] = secret.get("data") or {}
    values = [b64decode(each) for each in data.values()]
    if name == naming.PROJECT_SECRETS:
        yield from values
    elif name.startswith(_MADE_PREFIX):
        yield from (each for each in values if not _PLAIN.fullmatch(each))
    elif name == naming.REGISTRY_SECRET:
        for each in values:
            yield from _credentials_of(each)


def _credentials_of(config: bytes) -> Iterator[bytes]:
    """Of a `.dockerconfigjson`: names of registries and users are told in failures, and have to be."""
    try:
        registries: Any = json.loads(config)["auths"].values()
        for registry in registries:
            yield from (
                str(registry[key]).encode()
                for key in ("auth", "password", "identitytoken", "registrytoken")
                if registry.get(key)
            )
    except (ValueError, LookupError, TypeError, AttributeError):
        yield config


def _spellings(value: bytes) -> Iterator[str]:
    """Each line on its own, since logs have lines; and the whole in the ways that programs write a value down."""
    text = value.decode(errors="replace")
    whole = text.strip()
    if len(whole) < SHORTEST:
        return
    lines = [each.strip() for each in text.splitlines()]
    written = [json.dumps(whole)[1:-1], quote(whole, safe=""), quote(whole), quote_plus(whole)]
    encoded = [
        way(raw).decode().rstrip("=")
        for raw in (value, value.strip())
        for way in (b64encode, urlsafe_b64encode)
    ]
    yield from (each for each in (whole, *lines, *written, *encoded) if len(each) >= SHORTEST)

"""Searching what people can read for what nobody may read (invariant 4): the secrets of a stack, in every spelling."""

import asyncio
import base64
import contextlib
import json
import os
import re
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import yaml

from deploy.local.control.github import github_data
from deploy.local.node.layout import NodeFiles
from tests.e2e.support.sightings import helm_processes
from tests.e2e.support.stack import Stack

_AT_ONCE = 1_000
"""Files that one `grep` is given."""
_LOOK_EVERY = 0.05
"""Seconds: Helm's shortest run takes several times that."""
_PEM_LINE = 64
_WEB_TOKEN = re.compile(rb"eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}")


@dataclass(frozen=True)
class Secret:
    """A value that nobody may read. Shown by its name alone: a failed test must not be the leak."""

    name: str
    value: str = field(repr=False)


@dataclass(frozen=True)
class Text:
    """Something that people can read."""

    kind: str
    """`history`, `log`, `comment` …: where a reader meets it."""
    place: str
    data: bytes = field(repr=False)

    @cached_property
    def unescaped(self) -> bytes:
        """Without the backslashes by which Markdown and JSON would break a value into pieces."""
        return self.data.replace(b"\\", b"")


def find_leaks(texts: Iterable[Text], secrets: Iterable[Secret]) -> list[str]:
    """Which secret stands where, without repeating it.

    `grep` looks for all of them at once: a stack that has lived has thousands, and hundreds of megabytes to read.
    """
    named = {needle: secret.name for secret in secrets for needle in spellings(secret.value)}
    assert not any(b"\n" in needle for needle in named)
    with tempfile.TemporaryDirectory(prefix="catalyst-texts-") as directory:
        root = Path(directory)
        (root / "needles").write_bytes(b"\n".join(named))
        places = {}
        for at, text in enumerate(texts):
            places[str(at)] = f"{text.kind}: {text.place}"
            (root / str(at)).write_bytes(text.data + b"\n" + text.unescaped)
        found = set(_matches(root, list(places)))
    return sorted({f"{named[needle]} in {places[at]}" for at, needle in found})


def _matches(root: Path, files: list[str]) -> Iterator[tuple[str, bytes]]:
    """File and needle."""
    for start in range(0, len(files), _AT_ONCE):
        done = subprocess.run(
            [
                *("grep", "--only-matching", "--with-filename", "--text", "--fixed-strings"),
                *("--file", "needles", "--", *files[start : start + _AT_ONCE]),
            ],
            cwd=root,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            stdout=subprocess.PIPE,
            check=False,
        )
        assert done.returncode in (0, 1), "grep could not search"
        for line in done.stdout.splitlines():
            name, _, needle = line.partition(b":")
            yield name.decode(), needle


def find_web_tokens(texts: Iterable[Text]) -> list[str]:
    """Where anything stands that has the form of a JSON Web Token: nobody keeps those of which to ask."""
    return [f"{text.kind}: {text.place}" for text in texts if _WEB_TOKEN.search(text.data)]


def kinds_showing(value: str, texts: Iterable[Text]) -> set[str]:
    """The kinds of text in which a value is found: what is planted must be found, or a search proves nothing."""
    needles = spellings(value)
    return {text.kind for text in texts if any(needle in text.data for needle in needles)}


def spellings(value: str) -> set[bytes]:
    """The value as it is, in JSON, in a URL, in hexadecimal, and inside anything that was encoded as base64."""
    raw = value.encode()
    found = {raw, json.dumps(value)[1:-1].encode(), quote(value).encode(), raw.hex().encode()}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw)
        # Only the characters that depend on the value alone, not on its neighbours.
        inner = encoded[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]
        found |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return found


def secrets_of(stack: Stack) -> list[Secret]:
    """Every secret at rest in the stack. Its registry has none: it is reached by this machine alone."""
    found = [
        Secret("the webhook secret", stack.github.webhook_secret),
        *lines_of("the App's private key", stack.github.private_key),
    ]
    state = json.loads((github_data(stack.instance) / "state.json").read_text())
    for token, about in state["installation_tokens"].items():
        permissions = ",".join(sorted(about["permissions"]))
        of = f"{about['repository_ids']} to {permissions}"
        found.append(Secret(f"an installation token for {of}", token))
    found += [Secret("a person's token", token) for token in state["user_tokens"]]
    for path in sorted(NodeFiles(stack.instance).pki.glob("*.key")):
        found += lines_of(f"the cluster's {path.name}", path.read_text())
    found += lines_of("the worker's client key", client_key(stack))
    return found


def tokens_for(stack: Stack, repository_id: int) -> list[str]:
    """The installation tokens that Catalyst was given for a repository, oldest first."""
    state = json.loads((github_data(stack.instance) / "state.json").read_text())
    return [
        token
        for token, about in state["installation_tokens"].items()
        if about["repository_ids"] == [repository_id]
    ]


def client_key(stack: Stack) -> str:
    """The private key with which the worker speaks to the cluster, PEM."""
    return base64.b64decode(client_key_data(stack)).decode()


def client_key_data(stack: Stack) -> str:
    """The same as it stands in the kubeconfig."""
    users = yaml.safe_load(stack.connection.kubeconfig.read_text())["users"]
    return str(users[0]["user"]["client-key-data"])


def lines_of(name: str, pem: str) -> Iterator[Secret]:
    """A key's lines each on its own, since a part of a key is a leak too.

    Its last line is left out: too short to be told from anything else, and of EC keys the public half.
    """
    lines = [line for line in pem.splitlines() if line and not line.startswith("-----")]
    for number, line in enumerate(lines[:-1], 1):
        assert len(line) == _PEM_LINE, name
        yield Secret(f"{name} (line {number})", line)


@asynccontextmanager
async def watching_helm(stack: Stack, namespace: str) -> AsyncIterator[list[Secret]]:
    """Collect the tokens of the namespace's identity while Helm uses them; nobody keeps them afterwards."""
    seen: dict[str, Secret] = {}
    found: list[Secret] = []
    helm = str(stack.connection.helm)

    async def keep_looking() -> None:
        while True:
            for pid in helm_processes(helm, namespace):
                with contextlib.suppress(OSError, ValueError, KeyError):
                    token = _token_of(pid)
                    if token not in seen:
                        seen[token] = Secret("a token of the namespace's identity", token)
                        found.append(seen[token])
            await asyncio.sleep(_LOOK_EVERY)

    task = asyncio.create_task(keep_looking())
    try:
        yield found
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _token_of(pid: int) -> str:
    """The token in the kubeconfig that a process of Helm was given."""
    arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    content = Path(arguments[arguments.index("--kubeconfig") + 1]).read_text()
    return str(json.loads(content)["users"][0]["user"]["token"])

"""A preview in development mode, as its developer works with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx

from activities import kube
from deploy.gallery.examples import DIRECTORY, read_example
from tests.e2e.support.preview import READY, Files, Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.waiting import eventually
from workflows.models import HealthCheck, Phase

COMPONENT = "web"
PAGE = "page.js"
TITLE = "From grandmother's recipe box"
RECONNECT = 0.25
"""Seconds, as the example asks of a browser."""


@dataclass
class Workshop:
    """One of them; `files` are those of the example."""

    preview: Preview
    files: dict[str, str]

    @property
    def namespace(self) -> str:
        return self.preview.expected_namespace

    async def pod(self) -> dict[str, Any]:
        """The only one of the application that is not ending."""
        selector = f"app.kubernetes.io/component={COMPONENT}"
        pods = await self.preview.stack.cluster.pods(self.namespace, selector=selector)
        (found,) = [each for each in pods if not each["metadata"].get("deletionTimestamp")]
        return found

    async def uid(self) -> str:
        return str((await self.pod())["metadata"]["uid"])

    async def run(self, script: str, *, container: str = COMPONENT) -> str:
        """What a shell in the environment answers."""
        name = (await self.pod())["metadata"]["name"]
        connection = self.preview.stack.connection
        api = await kube.connect(connection.kubeconfig)
        try:
            done = await kube.execute(
                api,
                kube.Container(self.namespace, name, container),
                ["/bin/sh", "-c", script],
                seconds=30,
            )
        finally:
            await kube.close(api)
        assert done.code == 0, f"{script}: {done.complaints}"
        return "\n".join(done.lines)

    async def log(self) -> str:
        name = (await self.pod())["metadata"]["name"]
        return await self.preview.stack.cluster.logs(self.namespace, name, COMPONENT, tail=200)

    def titled(self, title: str) -> Files:
        """The change of one line of code."""
        return {PAGE: self.files[PAGE].replace(TITLE, title)}

    async def until_page_says(self, text: str) -> None:
        async def says() -> bool:
            page = await self.preview.page()
            return page.status == 200 and text in page.text

        await eventually(says, within=READY, what=f"the page says {text!r}", poll=0.05)

    @asynccontextmanager
    async def page_is_open(self) -> AsyncIterator[list[str]]:
        """What a browser that shows the page hears of changes, each time something else than before."""
        heard: list[str] = []
        listening = asyncio.create_task(self._listen(heard))
        try:
            yield heard
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening

    async def _listen(self, heard: list[str]) -> None:
        url = f"http://127.0.0.1:{self.preview.stack.connection.browser_port}/changes"
        headers, timeout = {"Host": self.preview.host}, httpx.Timeout(10, read=None)
        async with httpx.AsyncClient(trust_env=False, timeout=timeout, headers=headers) as http:
            while True:
                with suppress(httpx.HTTPError):
                    async with http.stream("GET", url) as answer:
                        async for line in answer.aiter_lines():
                            if line.startswith("data: ") and line not in heard:
                                heard.append(line)
                await asyncio.sleep(RECONNECT)

    async def until_degraded(self, commit: str) -> None:
        await self.preview.until(
            lambda s: s.phase is Phase.DEGRADED and s.commit == commit,
            what=f"{commit[:7]} is degraded",
        )


async def open_workshop(
    previews: Previews, changes: Files | None = None, **fields: Any
) -> tuple[Workshop, str]:
    """A preview of the example, opened with these changes, and the commit; it may not be ready yet."""
    example = read_example(DIRECTORY / "development")
    template: dict[str, Any] = {
        "health": HealthCheck(timeout_seconds=20),
        **example.fields,
        **fields,
    }
    preview = await previews.create(tree=example.files, **template)
    commit = await preview.open(changes or {"NOTES.md": "Nothing yet.\n"})
    return Workshop(preview, dict(example.files)), commit

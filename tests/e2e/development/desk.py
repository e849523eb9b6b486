"""An environment that an agent asks for, as the agent works with it: by REST alone."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.gallery.examples import DIRECTORY, read_example
from deploy.local.control.worker import catalyst_url
from tests.e2e.support.preview import GONE, Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.waiting import eventually
from workflows import naming
from workflows.models import HealthCheck

NAME = "desk"
PROCESSES = "for each in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $each; echo; done 2> /dev/null"


@dataclass
class AgentPreview(Preview):
    """Of a branch, without a pull request."""

    @property
    def environment(self) -> str:
        return naming.agent_environment_name(self.source, NAME)


@dataclass
class Desk:
    """The environment, and the agent's connection to Catalyst."""

    preview: AgentPreview
    http: httpx.AsyncClient

    async def ask(self, **wish: Any) -> httpx.Response:
        path = f"/projects/{self.preview.project}/agent-environments"
        return await self.http.post(path, json={"name": NAME, **wish})

    async def send(self, *command: str, **how: Any) -> httpx.Response:
        path = f"/environments/{self.preview.project}/{self.preview.environment}/execute"
        return await self.http.post(path, json={"command": list(command), **how})

    async def run(self, *command: str, **how: Any) -> dict[str, Any]:
        """How it ended, whatever its exit code."""
        answer = await self.send(*command, **how)
        assert answer.status_code == httpx.codes.OK, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def says(self, *command: str, **how: Any) -> str:
        """What it prints when all is well."""
        found = await self.run(*command, **how)
        assert found["exit_code"] == 0, found
        return str(found["stdout"]["text"])

    async def processes(self) -> str:
        """Command lines of everything in the container."""
        return await self.says("sh", "-c", PROCESSES)

    async def until_page_says(self, text: str) -> None:
        async def says() -> bool:
            page = await self.preview.page()
            return page.status == httpx.codes.OK and text in page.text

        await eventually(says, within=60, what=f"the page says {text!r}")

    async def delete(self) -> None:
        """And wait until nothing is left."""
        preview = self.preview
        await preview.stack.catalyst.command("delete", preview.project, preview.environment)

        async def is_gone() -> bool:
            return not await preview.leftovers_in_cluster()

        await eventually(is_gone, within=GONE, what="nothing of it is left")


@asynccontextmanager
async def open_desk(
    previews: Previews, tree: Mapping[str, str] | None = None
) -> AsyncIterator[Desk]:
    """These files, or the example, in a project of its own, and whoever works in it; nothing is asked for yet."""
    example = read_example(DIRECTORY / "development")
    fields = {key: value for key, value in example.fields.items() if key != "mode"}
    template: dict[str, Any] = {"health": HealthCheck(timeout_seconds=20), **fields}
    made = await previews.create(tree=tree or example.files, **template)
    preview = AgentPreview(made.stack, made.repository, made.project, made.source, made.sample)
    previews.made.append(preview)
    url = f"{catalyst_url(made.stack.instance)}/api/v1"
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=120) as http:
        try:
            yield Desk(preview, http)
        finally:
            if await made.stack.has_workflow(preview.workflow_id):
                await made.stack.temporal.get_workflow_handle(preview.workflow_id).cancel()

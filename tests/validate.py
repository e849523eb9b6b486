"""`make validate`: the cases that Catalyst exists for, lived through on the local stack of this checkout (OPS-2).

Each repository is opened as a pull request, looked at where its comment leads, pushed to, looked at again, and closed
until nothing is left. The stack is brought up where it is not, and stays.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.e2e.examples.scene import SCENES, Scene, create, page_by_its_comment
from tests.e2e.support.preview import Preview
from tests.e2e.support.previews import Previews
from tests.e2e.support.stack import Stack, open_stack

CASES: Mapping[str, str] = {
    "compose": "a compose application with its database",
    "node": "a Node application without any configuration",
}
"""Example -> what it stands for."""


@dataclass
class Case:
    """One example on its way; it prints how far it is."""

    name: str
    about: str
    began: float = field(default_factory=time.monotonic)

    def say(self, text: str) -> None:
        print(f"  {time.monotonic() - self.began:6.1f} s  {self.name}: {text}", flush=True)

    async def live_through(self, stack: Stack) -> None:
        """Raises AssertionError, saying what was expected."""
        scene = SCENES[self.name]
        preview = await create(Previews(stack), scene)
        try:
            await self._serve(preview, scene)
        finally:
            if preview.number:
                await preview.close()
        await preview.until_gone()
        self.say("closed, and nothing is left")

    async def _serve(self, preview: Preview, scene: Scene) -> None:
        commit = await preview.open({"CHANGES.md": "One line more.\n"})
        self.say("pull request opened")
        await preview.until_ready(commit)
        self._check(await page_by_its_comment(preview), *scene.shows)
        self.say(f"{preview.url} shows what it should, with commit {commit[:7]}")
        commit = await preview.push(scene.change)
        await preview.until_ready(commit)
        self._check(await page_by_its_comment(preview), scene.new)
        self.say(f"the push is there: {commit[:7]} shows `{scene.new}`")

    def _check(self, page: str, *texts: str) -> None:
        for text in texts:
            assert text in page, f"{self.name}: the page does not say {text!r}"


async def _run() -> int:
    failed = []
    async with open_stack() as stack:
        await stack.ensure_all()
        for name, about in CASES.items():
            print(f"{about} ({name})", flush=True)
            try:
                await Case(name, about).live_through(stack)
            except AssertionError as error:
                failed.append(name)
                print(f"  failed: {error}", flush=True)
    print(f"{len(CASES) - len(failed)} of {len(CASES)} cases hold", flush=True)
    return 1 if failed else 0


def main() -> int:
    """0 when all cases hold."""
    up = subprocess.run([sys.executable, "-m", "deploy.local", "up"], check=False)
    return up.returncode or asyncio.run(_run())


if __name__ == "__main__":
    sys.exit(main())

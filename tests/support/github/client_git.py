"""Real pushes with the real `git` command, from throw-away clones."""

from __future__ import annotations

import asyncio
import base64
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.support.github.git import GIT_TIMEOUT, GitError, git_environment


class Checkout:
    """A clone in a temporary folder, removed by `close`."""

    def __init__(self, url: str, login: str, token: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="checkout-"))
        self.tree = self.folder / "tree"
        self._url = url
        self._environment = git_environment(self.folder) | _identity(login) | _credentials(token)

    async def git(self, *arguments: str) -> str:
        """Output of `git ARGUMENTS` in the clone; raises `GitError` with what git said."""
        where = self.tree if self.tree.exists() else self.folder
        process = await asyncio.create_subprocess_exec(
            "git",
            *arguments,
            cwd=where,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            output, error = await asyncio.wait_for(process.communicate(), GIT_TIMEOUT)
        except (TimeoutError, asyncio.CancelledError):
            process.kill()
            await process.wait()
            raise
        if process.returncode:
            raise GitError(error.decode(errors="replace").strip())
        return output.decode().strip()

    async def clone(self, *options: str) -> None:
        await self.git("clone", "--quiet", *options, self._url, str(self.tree))

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Write files below the clone; None deletes one."""
        for name, content in files.items():
            path = self.tree / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    async def commit(self, message: str) -> str:
        await self.git("add", "--all")
        await self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return await self.git("rev-parse", "HEAD")

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def _identity(login: str) -> dict[str, str]:
    who = {"NAME": login, "EMAIL": f"{login}@users.noreply.github.com"}
    return {f"GIT_{role}_{k}": v for role in ("AUTHOR", "COMMITTER") for k, v in who.items()}


def _credentials(token: str) -> dict[str, str]:
    """The token in an environment variable: not in the URL, the process list or the clone."""
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    parameter = f"'http.extraHeader'='Authorization: Basic {basic}'"
    return {"GIT_CONFIG_PARAMETERS": parameter} if token else {}

"""A working copy that is used with real git, as a developer would."""

import asyncio
import base64
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

_TIMEOUT = 60.0
"""Seconds for one git command against a server on this machine."""


class GitCommandError(RuntimeError):
    """A git command failed; the message holds what it wrote to stderr."""


class Checkout:
    """One clone of one repository, pushing as one person."""

    def __init__(self, directory: Path, url: str, *, author: str, token: str) -> None:
        self.directory = directory
        self.url = url
        """`http://…/owner/name.git`, without credentials."""
        self._environment = _environment(author, token)

    async def git(self, *arguments: str) -> str:
        """Run a git command and return its output. Raises GitCommandError."""
        process = await asyncio.create_subprocess_exec(
            "git",
            *arguments,
            cwd=self.directory,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            out, err = await asyncio.wait_for(process.communicate(), _TIMEOUT)
        except BaseException:
            if process.returncode is None:
                process.kill()
                await process.wait()
            raise
        if process.returncode:
            message = f"git {' '.join(arguments)}: {err.decode(errors='replace').strip()}"
            raise GitCommandError(message)
        return out.decode().strip()

    async def create(self, files: Mapping[str, str], *, message: str) -> str:
        """Begin the repository with these files on `main` and push it; return the commit."""
        self.directory.mkdir(parents=True)
        await self.git("init", "--quiet", "--initial-branch", "main")
        await self.git("remote", "add", "origin", self.url)
        commit = await self.commit(files, message=message)
        await self.push("main")
        return commit

    async def clone(self) -> None:
        """Clone what the server has; an earlier clone is replaced."""
        if self.directory.exists():
            await asyncio.to_thread(shutil.rmtree, self.directory)
        self.directory.mkdir(parents=True)
        await self.git("clone", "--quiet", self.url, ".")

    async def switch(self, branch: str, *, start: str = "") -> None:
        """Create the branch (or move it) to `start`, the present commit when empty, and check it out."""
        await self.git("switch", "--quiet", "--force-create", branch, *([start] if start else []))

    async def commit(
        self, files: Mapping[str, str | None], *, message: str, amend: bool = False
    ) -> str:
        """Write the files (None removes one) and commit them; return the commit's hash."""
        for name, content in files.items():
            path = self.directory / name
            if content is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
        await self.git("add", "--all")
        extra = ["--amend"] if amend else []
        await self.git("commit", "--quiet", "--allow-empty", "--message", message, *extra)
        return await self.head()

    async def head(self) -> str:
        """Return the hash of the commit that is checked out."""
        return await self.git("rev-parse", "HEAD")

    async def push(self, branch: str, *, force: bool = False) -> None:
        """Push what is checked out to the branch of that name."""
        extra = ["--force"] if force else []
        await self.git("push", "--quiet", *extra, "origin", f"HEAD:refs/heads/{branch}")

    def read(self, name: str) -> str:
        """Return the content of a file."""
        return (self.directory / name).read_text()


def read_tree(directory: Path) -> dict[str, str]:
    """Return the text files below a directory by their relative path."""
    return {
        str(path.relative_to(directory)): path.read_text()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def _environment(author: str, token: str) -> dict[str, str]:
    """Git that asks nobody and reads no configuration of this machine's user.

    The token travels as a header from the environment: it is in no URL, file or command line.
    """
    credential = base64.b64encode(f"{author}:{token}".encode()).decode()
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": "/nonexistent",
        "LANG": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": author,
        "GIT_AUTHOR_EMAIL": f"{author}@users.noreply.example",
        "GIT_COMMITTER_NAME": author,
        "GIT_COMMITTER_EMAIL": f"{author}@users.noreply.example",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {credential}",
    }

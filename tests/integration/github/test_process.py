"""The server as a process: it starts, keeps what it knows over a restart, and stops."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.integration.github.conftest import FILES, REPO
from tests.support.github.client import GitHubClient
from tests.support.github.server import serving

ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def process(data: Path, *arguments: str) -> AsyncIterator[str]:
    """Run the module until the block ends, then stop it as a supervisor would."""
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.support.github", "--port", "0", "--data", str(data)),
        *arguments,
        cwd=ROOT,
        env=os.environ | {"PYTHONWARNINGS": "error::ResourceWarning"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert started.stdout is not None
    try:
        line = await asyncio.wait_for(started.stdout.readline(), 30)
        found = re.search(r"http://\S+", line.decode())
        assert found, await started.communicate()
        yield found[0]
    finally:
        started.send_signal(signal.SIGTERM)
        output, errors = await asyncio.wait_for(started.communicate(), 30)
    assert (output, errors, started.returncode) == (b"", b"", -signal.SIGTERM)


async def test_a_restart_keeps_pull_requests_and_the_app(tmp_path: Path) -> None:
    with serving(tmp_path) as url:
        async with GitHubClient.connect(url) as github:
            facts = github.facts
            await github.create_repository(REPO, FILES)
            await github.push(REPO, "feature", {"README.md": "# Better\n"})
            pull = await github.open_pull_request(REPO, "feature")
            await github.comment(REPO, 1, "Ready")
    with serving(tmp_path) as url:
        async with GitHubClient.connect(url) as github:
            assert github.facts.model_copy(update={"base_url": facts.base_url}) == facts
            assert (await github.pull_request(REPO, 1)).head_sha == pull.head_sha
            assert [one.body for one in await github.comments(REPO, 1)] == ["Ready"]
            later = await github.push(REPO, "feature", {"more.txt": "more\n"})
            assert (await github.pull_request(REPO, 1)).head_sha == later


async def test_the_process_says_where_it_is_and_writes_down_its_secrets(tmp_path: Path) -> None:
    async with process(tmp_path, "--base-url", "http://github.test/") as announced:
        assert announced == "http://github.test"
        facts = json.loads((tmp_path / "app.json").read_text())
    assert facts["base_url"] == "http://github.test"
    assert facts["private_key"] == (tmp_path / "app.pem").read_text()
    assert facts["webhook_secret"] == (tmp_path / "webhook-secret").read_text()


async def test_absolute_urls_have_the_host_that_was_asked(tmp_path: Path) -> None:
    with serving(tmp_path) as url:
        port = url.rpartition(":")[2]
        for host in (f"127.0.0.1:{port}", f"localhost:{port}", "github.test"):
            async with GitHubClient.connect(url) as github:
                await github.create_user("octocat")
                answer = await github.http.get("/users/octocat", headers={"Host": host})
                assert answer.json()["url"] == f"http://{host}/users/octocat"


async def test_a_port_in_use_is_said_before_anything_starts(tmp_path: Path) -> None:
    with serving(tmp_path / "one") as url:
        port = url.rpartition(":")[2]
        second = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.github"),
            *("--port", port, "--data", str(tmp_path / "two")),
            cwd=ROOT,
            stderr=asyncio.subprocess.PIPE,
        )
        _, errors = await asyncio.wait_for(second.communicate(), 30)
    assert second.returncode == 1
    assert b"cannot listen on" in errors
    assert not (tmp_path / "two").exists()

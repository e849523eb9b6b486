"""`make status` tells what runs and where, and what is not well."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from deploy.local.control.worker import catalyst_url
from tests.e2e.support.stack import Stack

pytestmark = [pytest.mark.cluster, pytest.mark.disruptive, pytest.mark.timeout(300)]
ROOT = Path(__file__).resolve().parents[3]


async def status(**environment: str) -> tuple[int | None, str]:
    """Exit code and everything that was printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.local", "status"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=ROOT,
        env={**os.environ, **environment},
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, output.decode()


@pytest.mark.spec("ENV-002", "OPS-7")
async def test_what_does_not_run_is_named_with_what_to_do(stack: Stack) -> None:
    code, said = await status()
    assert code == 0, said
    assert "everything is up and ready" in said
    assert f"{catalyst_url(stack.instance)}/" in said

    async with stack.without("worker"):
        code, said = await status()
    assert code == 1
    assert "worker does not run: `make demo` starts it" in said
    assert "everything is up" not in said


async def test_a_stack_that_is_not_up_is_said() -> None:
    code, said = await status(CATALYST_LOCAL_INSTANCE="never-up")
    assert code == 1
    assert "never-up is not up: `make demo` brings it up" in said

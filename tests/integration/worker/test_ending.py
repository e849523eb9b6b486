"""A worker that cannot begin says in one plain line what to correct, and ends with a failure."""

import asyncio
import os
import socket
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.integration.worker.test_process import KUBECONFIG
from tests.support.temporal_server import TemporalServer, free_port

ROOT = Path(__file__).parents[3]
PASSWORD = "kept-to-itself"


@pytest.fixture
def environment(server: TemporalServer, tmp_path: Path) -> dict[str, str]:
    """All that a worker needs."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "kubeconfig").write_text(KUBECONFIG)
    settings = {
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'catalyst.db'}",
        "KUBECONFIG": str(tmp_path / "kubeconfig"),
        "GITHUB_APP_ID": "1",
        "GITHUB_APP_KEY": str(tmp_path / "key.pem"),
        "REGISTRY": "r.test:5000",
        "BUILDER_IMAGE": "b",
        "HEALTH_LISTEN": f"127.0.0.1:{free_port()}",
    }
    temporal = {"TEMPORAL_ADDRESS": server.address, "TEMPORAL_CONFIG_FILE": "/nonexistent/t.toml"}
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CATALYST_")}
    named = {f"CATALYST_WORKER_{key}": value for key, value in settings.items()}
    return kept | temporal | named


async def ended(environment: dict[str, str]) -> tuple[int, str]:
    """Exit code and all it wrote."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "worker"),
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        written, _ = await asyncio.wait_for(process.communicate(), 90)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, written.decode()


@pytest.mark.spec("OPS-7")
async def test_a_missing_key_file_is_named_with_its_variable(environment: dict[str, str]) -> None:
    code, written = await ended(environment | {"CATALYST_WORKER_GITHUB_APP_KEY": "/none/key.pem"})
    assert code == 1
    last = written.splitlines()[-1]
    assert "the worker has ended: CATALYST_WORKER_GITHUB_APP_KEY: /none/key.pem: No such" in last
    assert "Traceback" not in written


@pytest.mark.spec("OPS-7")
async def test_an_address_in_use_is_named_with_its_variable(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        code, written = await ended(environment | {"CATALYST_WORKER_HEALTH_LISTEN": listen})
    assert code == 1
    assert f"CATALYST_WORKER_HEALTH_LISTEN: {listen}: Address already in use" in written
    assert "Traceback" not in written


@pytest.mark.spec("OPS-7")
async def test_a_missing_or_wrong_setting_is_named_without_its_value(
    environment: dict[str, str],
) -> None:
    wrong = {"CATALYST_WORKER_PYPI_MIRROR": f"https://me:{PASSWORD}@mirror.test"}
    del environment["CATALYST_WORKER_KUBECONFIG"]
    code, written = await ended(environment | wrong)
    assert code == 2
    lines = written.splitlines()
    assert "CATALYST_WORKER_KUBECONFIG: Field required" in lines
    assert any(each.startswith("CATALYST_WORKER_PYPI_MIRROR: Value error") for each in lines)
    assert PASSWORD not in written

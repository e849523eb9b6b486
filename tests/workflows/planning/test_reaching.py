"""How a job waits for a port: run here as it is, with bash and with what stands in for BusyBox's `nc`."""

import os
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from workflows.planning.reaching import SECONDS, until_reached

pytestmark = pytest.mark.spec("ENV-018")
LIMIT = 20
"""Seconds until a test gives up."""


def wait(port: int, seconds: int = SECONDS, path: str = "") -> tuple[int, str]:
    """Exit code and complaints of the very command."""
    made = until_reached("localhost", port)["command"]
    assert isinstance(made, list)
    words = [str(seconds) if each == str(SECONDS) else str(each) for each in made]
    environment = {"PATH": path or os.environ["PATH"]}
    done = subprocess.run(
        words, capture_output=True, text=True, env=environment, timeout=LIMIT, check=False
    )
    return done.returncode, done.stderr


def test_it_ends_once_the_port_accepts_connections_and_not_before() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))  # taken, and refused until it listens
        began = time.monotonic()
        later = threading.Timer(1.0, listener.listen)
        later.start()
        assert wait(listener.getsockname()[1]) == (0, "")
        assert time.monotonic() - began >= 1.0
        later.join()


def test_what_never_listens_holds_a_job_up_for_a_while_and_does_not_fail_it() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        code, told = wait(port, seconds=1)
    assert code == 0
    assert told.endswith(f"localhost:{port} is not reached after 1 seconds\n")


def test_where_there_is_no_bash_busybox_is_asked(tmp_path: Path) -> None:
    """Its second answer is the good one."""
    (tmp_path / "nc").write_text(
        f'#!/bin/sh\necho "$*" >> {tmp_path}/asked\n[ "$(wc -l < {tmp_path}/asked)" -gt 1 ]\n'
    )
    (tmp_path / "nc").chmod(0o755)
    for name in ("timeout", "sleep", "wc"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    assert wait(5432, path=str(tmp_path)) == (0, "")
    assert (tmp_path / "asked").read_text() == "-z -w 2 localhost 5432\n" * 2


def test_nothing_in_it_is_filled_in_by_kubernetes_or_by_catalyst_but_the_image() -> None:
    made = until_reached("db", 5432)
    assert made["image"] == "{tools_image}"
    assert isinstance(made["command"], list)
    texts = [str(each) for each in made["command"]]
    assert not any("$(" in text or "{" in text for text in texts)
    assert texts[-2:] == ["db", "5432"]

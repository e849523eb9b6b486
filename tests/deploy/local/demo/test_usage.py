"""What `make status` counts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.demo.usage import age, directory_size, memory_of
from deploy.local.processes import start_time

_MIB = 1 << 20
HOLDING = """
import subprocess, sys
block = bytearray(b"x" * (40 << 20))
if len(sys.argv) > 1:
    child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdin=subprocess.PIPE)
print("ready", flush=True)
sys.stdin.read()
"""


def test_memory_includes_descendants() -> None:
    child = "block = bytearray(b'x' * (40 << 20)); import sys; print('ready', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, child], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdin
        assert [process.stdout.readline() for _ in range(2)] == [b"ready\n"] * 2
        assert memory_of(process.pid) > 80 * _MIB
        process.stdin.close()


def test_a_process_that_is_gone_uses_nothing() -> None:
    with subprocess.Popen(["true"]) as process:
        process.wait()
    assert memory_of(process.pid) == 0


def test_a_directory_counts_what_its_files_take(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(os.urandom(_MIB))
    assert _MIB <= directory_size(tmp_path) < 2 * _MIB
    assert directory_size(tmp_path / "missing") == 0


@pytest.mark.parametrize(("seconds", "text"), [(5, "5 s"), (65, "1 min"), (7260, "2 h 1 min")])
def test_an_age_is_told_in_the_unit_that_fits(seconds: int, text: str) -> None:
    ticks = os.sysconf("SC_CLK_TCK")
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    assert age(int((uptime - seconds) * ticks) - ticks // 10) == text


def test_a_process_that_just_started_is_young() -> None:
    started = start_time(os.getpid())
    assert started
    assert age(started)

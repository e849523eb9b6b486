"""What processes and directories use, read from /proc and the file system."""

import contextlib
import os
from collections import defaultdict
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_MINUTE = 60
_HOUR = 60 * _MINUTE


def memory_of(pid: int) -> int:
    """Return the resident bytes of a process and everything that descends from it.

    Pages shared between them count more than once, so it is an upper bound.
    """
    children = _children()
    total, todo = 0, [pid]
    while todo:
        current = todo.pop()
        todo += children[current]
        with contextlib.suppress(OSError, IndexError):
            total += int(Path(f"/proc/{current}/statm").read_text().split()[1]) * _PAGE
    return total


def age(start_time: int) -> str:
    """Return how long a process runs, from its start time in ticks since boot."""
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    seconds = max(0, int(uptime - start_time / _TICKS))
    if seconds >= _HOUR:
        return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE} min"
    return f"{seconds // _MINUTE} min" if seconds >= _MINUTE else f"{seconds} s"


def directory_size(path: Path) -> int:
    """Return the bytes that the files below a directory take on its own file system.

    What is mounted inside is somebody else's; what vanishes meanwhile counts nothing.
    """
    total, todo = 0, [path]
    device = path.stat().st_dev if path.exists() else -1
    while todo:
        with contextlib.suppress(OSError), os.scandir(todo.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    found = entry.stat(follow_symlinks=False)
                    if found.st_dev != device:
                        continue
                    total += found.st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(Path(entry.path))
    return total


def _children() -> defaultdict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError, IndexError):
            # The command's name is in parentheses and may hold spaces and parentheses itself.
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            found[int(fields[1])].append(int(entry.name))
    return found

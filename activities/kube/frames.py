"""What comes over the websocket of a program in a container: a byte that names the channel, and data. Pure."""

import json
from dataclasses import dataclass, field

from workflows.errors import ClusterError

STDIN, STDOUT, STDERR, STATUS, CLOSE = 0, 1, 2, 3, 255
KEPT = 64 * 1024
"""Bytes kept of each output; what a container writes must not fill a process's memory."""


@dataclass
class Executed:
    """How a program has ended, or what is known of it so far."""

    code: int = -1
    """Exit code; below zero until it has ended."""
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    written: int = 0
    """Bytes of its standard output, those that were not kept too."""
    complained: int = 0
    """Bytes of its standard error, likewise."""

    @property
    def lines(self) -> list[str]:
        """Of its standard output; not masked."""
        return self.stdout.decode(errors="replace").splitlines()

    @property
    def complaints(self) -> list[str]:
        """Of its standard error; not masked."""
        return self.stderr.decode(errors="replace").splitlines()

    def take(self, channel: int, data: bytes, keep: int = KEPT) -> bool:
        """Keep what it wrote, up to `keep` bytes of each output; True when it was standard output."""
        if channel == STDOUT:
            self.written += len(data)
            self.stdout += data[: max(0, keep - len(self.stdout))]
        elif channel == STDERR:
            self.complained += len(data)
            self.stderr += data[: max(0, keep - len(self.stderr))]
        return channel == STDOUT


def exit_code(data: bytes) -> int:
    """Of the API's `Status`. Raises ClusterError where the program was not run at all."""
    try:
        status = json.loads(data)
        if status.get("status") == "Success":
            return 0
        causes = (status.get("details") or {}).get("causes") or ()
        codes = [int(each["message"]) for each in causes if each.get("reason") == "ExitCode"]
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise ClusterError(
            "the end of a program in a container was told in unknown words"
        ) from error
    if not codes:
        raise ClusterError("a program could not be run in a container")
    return codes[0]

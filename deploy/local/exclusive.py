"""One run at a time works on a stack.

The lock is a socket's name that exists only in the kernel: it goes with the process that holds it,
however that ends, and leaves no file behind.
"""

import contextlib
import errno
import socket
import struct
from collections.abc import Iterator

from deploy.local.instance import Instance, InstanceError

_PEER = struct.Struct("3i")


@contextlib.contextmanager
def exclusively(instance: Instance) -> Iterator[None]:
    """Hold the stack; raises InstanceError naming the process that holds it already."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as holder:
        address = f"\0catalyst-local/{instance.name}"
        try:
            holder.bind(address)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            message = f"process {_holder_of(address)} is at work on {instance.name}; let it finish"
            raise InstanceError(message) from error
        holder.listen()
        yield


def _holder_of(address: str) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        try:
            peer.connect(address)
        except OSError:
            return "(just ended)"
        pid, _, _ = _PEER.unpack(peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
    return str(pid)

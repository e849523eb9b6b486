"""The letter box: a Redis, spoken to without a library (https://redis.io/docs/latest/develop/reference/protocol-spec/)."""

import os
import socket
from urllib.parse import unquote, urlsplit

SECONDS = 30


class Box:
    """One connection, with the password that stands in the URL."""

    def __init__(self) -> None:
        url = urlsplit(os.environ.get("REDIS_URL", "redis://localhost:6379/0"))
        self._socket = socket.create_connection((url.hostname or "", url.port or 6379), SECONDS)
        self._answers = self._socket.makefile("rb")
        if url.password:
            self.ask("AUTH", unquote(url.password))

    def ask(self, *words: str) -> str | list[str | None] | None:
        """What Redis answers; None for what is not there. Raises OSError."""
        parts = [word.encode() for word in words]
        told = b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
        self._socket.sendall(b"*%d\r\n%s" % (len(parts), told))
        return self._answer()

    def text(self, *words: str) -> str:
        """The same as a text, empty for what is not there."""
        return str(self.ask(*words) or "")

    def _answer(self) -> str | list[str | None] | None:
        line = self._answers.readline().decode().rstrip("\r\n")
        if not line:
            raise OSError("the letter box has closed")
        kind, rest = line[0], line[1:]
        if kind == "-":
            raise OSError(rest)
        if kind == "$":
            size = int(rest)
            return None if size < 0 else self._answers.read(size + 2)[:-2].decode()
        if kind == "*":
            found = [self._answer() for _ in range(int(rest))] if int(rest) >= 0 else []
            return [each for each in found if not isinstance(each, list)]
        return rest

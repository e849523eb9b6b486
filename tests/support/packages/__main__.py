"""`python -m tests.support.packages --data DIR --host 127.0.0.1 --port 9490`: serves `/npm/` and `/pypi/simple/`."""

import argparse
import json
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.support.packages.shelf import Shelf


class Handler(BaseHTTPRequestHandler):
    """Answers from the shelf of its server."""

    protocol_version = "HTTP/1.1"
    shelf = Shelf()

    def do_GET(self) -> None:
        """One document or file, or 404."""
        path = unquote(urlsplit(self.path).path)
        if path.startswith("/npm/"):
            self._npm(path.removeprefix("/npm/"))
        elif path.startswith("/pypi/simple/"):
            name = path.removeprefix("/pypi/simple/").strip("/")
            page = self.shelf.project(name, "/pypi/files")
            self._answer(page.encode() if page else None, "text/html")
        elif path.startswith("/pypi/files/"):
            self._file(self.shelf.wheel(path.removeprefix("/pypi/files/")))
        else:
            self._answer(b"{}" if path == "/" else None, "application/json")

    do_HEAD = do_GET  # noqa: N815  (the library's name)

    def _npm(self, name: str) -> None:
        if "/-/" in name:
            self._file(self.shelf.tarball(name))
            return
        found = self.shelf.package(name, f"http://{self.headers['Host']}/npm")
        self._answer(json.dumps(found).encode() if found else None, "application/json")

    def _file(self, path: Path | None) -> None:
        self._answer(path.read_bytes() if path else None, "application/octet-stream")

    def _answer(self, body: bytes | None, kind: str) -> None:
        self.send_response(HTTPStatus.NOT_FOUND if body is None else HTTPStatus.OK)
        data = b'{"error": "there is no such package here"}' if body is None else body
        self.send_header("Content-Type", kind if body is not None else "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


class Server(ThreadingHTTPServer):
    """Many builds ask at once."""

    daemon_threads = True
    request_queue_size = 64


def main() -> int:
    """Serve until TERM; exit status 1 when the port is taken."""
    parser = argparse.ArgumentParser(prog="tests.support.packages", description=__doc__)
    parser.add_argument(
        "--data", type=Path, action="append", required=True, help="folder of packages"
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9490)
    chosen = parser.parse_args()
    Handler.shelf = Shelf.read(*chosen.data)
    try:
        server = Server((chosen.host, chosen.port), Handler)
    except OSError as error:
        sys.stderr.write(f"cannot listen on {chosen.host}:{chosen.port}: {error.strerror}\n")
        return 1
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())

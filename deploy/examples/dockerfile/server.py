"""Serves the rendered guide."""

import os
import signal
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PORT = int(os.environ.get("PORT", "8080"))
COMMIT = os.environ.get("CATALYST_COMMIT", "not a preview")
PAGE = Path("pages/index.html").read_text(encoding="utf-8").replace("${commit}", COMMIT)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the name is http.server's
        is_found = self.path.split("?")[0] == "/"
        body = (PAGE if is_found else "There is no such page.\n").encode()
        self.send_response(HTTPStatus.OK if is_found else HTTPStatus.NOT_FOUND)
        self.send_header("Content-Type", f"text/{'html' if is_found else 'plain'}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    # Process 1 of a container has no default handlers: without this, TERM would be ignored.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    print(f"listening on port {PORT}", flush=True)
    ThreadingHTTPServer(("", PORT), Handler).serve_forever()

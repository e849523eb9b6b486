"""The page of the harbour office: what it shows, it asks the backend for."""

import json
import os
import signal
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from urllib.error import URLError
from urllib.request import urlopen

PORT = int(os.environ.get("PORT", "8080"))
COMMIT = os.environ.get("CATALYST_COMMIT", "not a preview")
BACKEND = os.environ.get("BACKEND_URL", "http://localhost:8000")
PAGE = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))


def render_page() -> str:
    with urlopen(f"{BACKEND}/api/ships", timeout=5) as answer:  # noqa: S310  (http alone)
        ships = json.load(answer)
    rows = "\n    ".join(
        f"<li>{escape(each['name'])}, {escape(each['from'])}</li>" for each in ships
    )
    return PAGE.substitute(rows=rows, commit=escape(COMMIT))


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the name is http.server's
        status, text, kind = HTTPStatus.NOT_FOUND, "There is no such page.\n", "plain"
        if self.path.split("?")[0] == "/":
            try:
                status, text, kind = HTTPStatus.OK, render_page(), "html"
            except (URLError, TimeoutError) as error:
                status, text = HTTPStatus.BAD_GATEWAY, f"The backend does not answer: {error}\n"
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"text/{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    # Process 1 of a container has no default handlers: without this, TERM would be ignored.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    print(f"listening on port {PORT}", flush=True)
    ThreadingHTTPServer(("", PORT), Handler).serve_forever()

"""Shows what is going on in the post office."""

import os
import signal
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template

from post_office.box import Box

PORT = int(os.environ.get("PORT", "8000"))
COMMIT = os.environ.get("CATALYST_COMMIT", "not a preview")
PAGE = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))


def render_page() -> str:
    box = Box()
    collected = box.text("GET", "collected")
    return PAGE.substitute(
        sorter=escape(box.text("GET", "sorter") or "Nobody is at the table yet."),
        letters=box.text("GET", "sorted") or "0",
        collected=escape(
            f"Last collection at {collected} UTC." if collected else "No collection yet."
        ),
        commit=escape(COMMIT),
    )


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the name is http.server's
        if self.path.split("?")[0] != "/":
            self.answer(HTTPStatus.NOT_FOUND, "plain", "There is no such page.\n")
            return
        try:
            page = render_page()
        except OSError as error:
            self.answer(
                HTTPStatus.SERVICE_UNAVAILABLE, "plain", f"The letter box is stuck: {error}\n"
            )
        else:
            self.answer(HTTPStatus.OK, "html", page)

    def answer(self, status: HTTPStatus, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"text/{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    # Process 1 of a container has no default handlers: without this, TERM would be ignored.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    print(f"listening on port {PORT}", flush=True)
    ThreadingHTTPServer(("", PORT), Handler).serve_forever()


if __name__ == "__main__":
    main()

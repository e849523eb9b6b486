"""Serves the reading list."""

import os
import signal
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template

from reading_list.books import read_books, share_read

PORT = int(os.environ.get("PORT", "8000"))
COMMIT = os.environ.get("CATALYST_COMMIT", "not a preview")
PAGE = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))


def render_page() -> str:
    books = read_books()
    rows = "\n".join(
        f'<li class="{"read" if book.is_read else "open"}">{escape(book.title)}'
        f" <small>{book.pages} pages</small></li>"
        for book in books
    )
    return PAGE.substitute(rows=rows, share=share_read(books), commit=escape(COMMIT))


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the name is http.server's
        is_found = self.path.split("?")[0] == "/"
        body = (render_page() if is_found else "There is no such page.\n").encode()
        self.send_response(HTTPStatus.OK if is_found else HTTPStatus.NOT_FOUND)
        self.send_header("Content-Type", f"text/{'html' if is_found else 'plain'}; charset=utf-8")
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

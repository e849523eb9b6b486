"""Shows the entries of a guest book; where it lies open is said in the ConfigMap."""

import os
import signal
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PORT = int(os.environ.get("PORT", "8080"))
PLACE = os.environ.get("PLACE", "somewhere")

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Guest book of {place}</title>
<style>
  :root {{ color-scheme: light dark; --accent: #96702a; }}
  body {{ margin: 0 auto; max-width: 38rem; padding: 10vh 1.5rem 2rem;
         font: 18px/1.6 Georgia, serif; background: Canvas; color: CanvasText; }}
  h1 {{ margin: 0 0 1.5rem; font-weight: 500; color: var(--accent); }}
  blockquote {{ margin: 0 0 1.2rem; padding-left: 1rem; border-left: .25rem solid var(--accent); }}
  cite {{ display: block; opacity: .65; font-size: .85em; }}
</style>
<h1>Guest book of {place}</h1>
{entries}
</html>
"""


def render_page() -> str:
    lines = Path("entries.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("|") for line in lines if line.strip()]
    entries = "\n".join(
        f"<blockquote>{escape(text.strip())}<cite>{escape(who.strip())}</cite></blockquote>"
        for text, _, who in pairs
    )
    return PAGE.format(place=escape(PLACE), entries=entries)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the name is http.server's
        is_found = self.path.split("?")[0] == "/"
        body = (render_page() if is_found else "There is no such page.\n").encode()
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

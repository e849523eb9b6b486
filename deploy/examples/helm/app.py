"""A page that says which commit answers: the smallest application worth a preview.

Standard library only, so that building its image downloads nothing but the base image. Everything
it shows comes from the environment, which the chart fills; the image itself knows no commit, so
equal content stays one image.
"""

import os
import signal
import sys
import time
from hashlib import sha256
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = int(os.environ.get("PORT", "8080"))
COMMIT = os.environ.get("CATALYST_COMMIT") or "unknown"
ENVIRONMENT = os.environ.get("CATALYST_ENVIRONMENT") or "local"
BRANCH = os.environ.get("CATALYST_BRANCH") or "unknown"
GREETING = os.environ.get("GREETING", "Hello from the shop")
FAULT = os.environ.get("FAULT", "")
"""`error` answers 500 on the page, `crash` ends at start, empty behaves."""
START_SECONDS = float(os.environ.get("START_SECONDS", "0"))
STARTED_AT = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{greeting} · {short}</title>
<style>
  :root {{ color-scheme: light dark; --accent: {colour}; }}
  body {{ margin: 0; min-height: 100vh; display: grid; place-items: center;
         font: 16px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }}
  main {{ max-width: 36rem; margin: 1.5rem; padding: 2rem 2.5rem; border-radius: 1rem;
         border: 1px solid color-mix(in srgb, var(--accent) 40%, transparent);
         border-top: .5rem solid var(--accent); }}
  h1 {{ margin: 0 0 1rem; }}
  dl {{ display: grid; grid-template-columns: auto 1fr; gap: .4rem 1rem; margin: 0; }}
  dt {{ opacity: .7; }}
  dd {{ margin: 0; font-family: ui-monospace, monospace; overflow-wrap: anywhere; }}
</style>
<main>
  <h1>{greeting}</h1>
  <dl>
    <dt>commit</dt><dd id="commit">{commit}</dd>
    <dt>branch</dt><dd id="branch">{branch}</dd>
    <dt>environment</dt><dd id="environment">{environment}</dd>
    <dt>up since</dt><dd>{started_at}</dd>
  </dl>
</main>
</html>
"""


def render_page() -> str:
    """Return the page; its colour follows the commit, so that a new version is seen at a glance."""
    hue = int(sha256(COMMIT.encode()).hexdigest()[:4], 16) % 360
    return PAGE.format(
        greeting=escape(GREETING),
        commit=escape(COMMIT),
        short=escape(COMMIT[:7]),
        branch=escape(BRANCH),
        environment=escape(ENVIRONMENT),
        started_at=STARTED_AT,
        colour=f"hsl({hue} 70% 50%)",
    )


class Handler(BaseHTTPRequestHandler):
    """Answers `/` with the page and `/healthz` for the kubelet."""

    def do_GET(self) -> None:  # the name is http.server's
        if self.path == "/healthz":
            self._answer(HTTPStatus.OK, "ok\n", "text/plain")
        elif FAULT == "error":
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, "the shop is broken\n", "text/plain")
        elif self.path.split("?")[0] == "/":
            self._answer(HTTPStatus.OK, render_page(), "text/html")
        else:
            self._answer(HTTPStatus.NOT_FOUND, "no such page\n", "text/plain")

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Leave out the kubelet's questions, one a second: they would hide everything else."""
        if self.path != "/healthz":
            super().log_request(code, size)

    def _answer(self, status: HTTPStatus, body: str, kind: str) -> None:
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def main() -> None:
    # Process 1 of a container has no default handlers: without this, TERM would be ignored.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    if FAULT == "crash":
        sys.exit("cannot start: FAULT=crash was asked for")
    time.sleep(START_SECONDS)
    print(f"{ENVIRONMENT}: commit {COMMIT} listens on port {PORT}", flush=True)
    ThreadingHTTPServer(("", PORT), Handler).serve_forever()


if __name__ == "__main__":
    main()

"""Shows when the water is high at a harbour that does not exist."""

import os
import signal
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = int(os.environ.get("PORT", "8080"))
COMMIT = os.environ.get("CATALYST_COMMIT", "not a preview")
HARBOUR = "Little Sandbank"
FIRST_HIGH = 2 * 60 + 10
"""Minutes after midnight of the first high water."""
BETWEEN = 12 * 60 + 25
"""Minutes from one high water to the next."""

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tides at {harbour}</title>
<style>
  :root {{ color-scheme: light dark; --accent: #1d6fb8; }}
  body {{ margin: 0; min-height: 100vh; display: grid; place-items: center;
         font: 18px/1.6 system-ui, sans-serif; background: Canvas; color: CanvasText; }}
  main {{ width: min(28rem, 100% - 3rem); padding: 2rem; border-radius: 1rem;
         background: color-mix(in srgb, var(--accent) 12%, Canvas); }}
  h1 {{ margin: 0 0 1rem; font-size: 1.5rem; }}
  dl {{ display: grid; grid-template-columns: 1fr auto; gap: .3rem; margin: 0; }}
  dd {{ margin: 0; color: var(--accent); font-variant-numeric: tabular-nums; font-weight: 600; }}
  footer {{ margin-top: 1.5rem; opacity: .65; font: 13px/1.6 ui-monospace, monospace; overflow-wrap: anywhere; }}
</style>
<main>
  <h1>Tides at {harbour}</h1>
  <dl>{rows}</dl>
  <footer>commit <span id="commit">{commit}</span></footer>
</main>
</html>
"""


def clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def render_page() -> str:
    highs = [FIRST_HIGH, FIRST_HIGH + BETWEEN]
    times = sorted(
        [("high water", high) for high in highs]
        + [("low water", high + BETWEEN // 2) for high in highs],
        key=lambda pair: pair[1],
    )
    rows = "".join(f"<dt>{word}</dt><dd>{clock(minutes)}</dd>" for word, minutes in times)
    return PAGE.format(harbour=escape(HARBOUR), rows=rows, commit=escape(COMMIT))


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

"""The board of departures."""

import csv
import os
import signal
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PORT = int(os.environ.get("PORT", "8100"))
COMMIT = os.environ.get("CATALYST_COMMIT", "not a preview")
FILE = Path(__file__).with_name("departures.csv")

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Departures</title>
<style>
  :root {{ color-scheme: light dark; --accent: light-dark(#8a6a00, #ffd54a); }}
  body {{ margin: 0; min-height: 100vh; display: grid; place-items: center;
         font: 18px/1.6 ui-monospace, monospace; background: Canvas; color: CanvasText; }}
  main {{ width: min(34rem, 100% - 3rem); }}
  h1 {{ margin: 0 0 1rem; font-size: 1.4rem; letter-spacing: .15em; color: var(--accent); }}
  table {{ width: 100%; border-collapse: collapse; }}
  th {{ font-weight: 400; opacity: .65; }}
  th, td {{ padding: .4rem 0; text-align: left; border-bottom: 1px dotted; }}
  footer {{ margin-top: 1rem; opacity: .65; font-size: 13px; overflow-wrap: anywhere; }}
</style>
<main>
  <h1>DEPARTURES</h1>
  <table>
    <tr><th>time</th><th>to</th><th>stop</th></tr>
    {rows}
  </table>
  <footer>commit <span id="commit">{commit}</span></footer>
</main>
</html>
"""


def render_page() -> str:
    with FILE.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    rows = "\n    ".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in line)}</tr>" for line in lines
    )
    return PAGE.format(rows=rows, commit=escape(COMMIT))


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

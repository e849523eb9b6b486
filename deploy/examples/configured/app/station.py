"""What the weather station on the roof measures; the numbers are made up."""

import json
import os
import signal
from hashlib import sha256
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PORT = int(os.environ.get("PORT", "8080"))
COMMIT = os.environ.get("CATALYST_COMMIT", "not a preview")
STATION = os.environ.get("STATION", "a desk")
FIRMWARE = os.environ.get("FIRMWARE", "unknown")
KEY = os.environ.get("STATION_KEY", "")
FORECAST = Path(__file__).with_name("forecast.json")
MEASURED = {"temperature": (18.4, "°C"), "pressure": (1014, "hPa"), "rain": (0.2, "mm")}

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Weather: {station}</title>
<style>
  :root {{ color-scheme: light dark; --accent: #2a8ca8; }}
  body {{ margin: 0; min-height: 100vh; display: grid; place-items: center;
         font: 17px/1.6 system-ui, sans-serif; background: Canvas; color: CanvasText; }}
  main {{ width: min(36rem, 100% - 3rem); }}
  h1 {{ margin: 0 0 1rem; }}
  section {{ display: grid; grid-template-columns: repeat(3, 1fr); gap: 1rem; }}
  div {{ padding: 1rem; border-radius: .8rem; text-align: center;
        background: color-mix(in srgb, var(--accent) 14%, Canvas); }}
  b {{ display: block; font-size: 1.6rem; color: var(--accent); }}
  dl {{ display: grid; grid-template-columns: auto 1fr; gap: .2rem 1rem; opacity: .75;
       font: 13px/1.6 ui-monospace, monospace; }}
  dd {{ margin: 0; overflow-wrap: anywhere; }}
</style>
<main>
  <h1>{station}</h1>
  <section>{measured}</section>
  <dl>
    <dt>firmware</dt><dd id="firmware">{firmware}</dd>
    <dt>units</dt><dd id="units">{units}</dd>
    <dt>key</dt><dd id="key">{key}</dd>
    <dt>commit</dt><dd id="commit">{commit}</dd>
  </dl>
</main>
</html>
"""


def units() -> str:
    """What the image was built for."""
    return json.loads(FORECAST.read_text())["units"] if FORECAST.exists() else "unknown"


def render_page() -> str:
    measured = "".join(
        f"<div><b>{number} {unit}</b>{escape(name)}</div>"
        for name, (number, unit) in MEASURED.items()
    )
    # A key is never shown; its beginning of a hash tells whether it is the right one.
    key = f"sha256 {sha256(KEY.encode()).hexdigest()[:8]}" if KEY else "none"
    return PAGE.format(
        station=escape(STATION),
        measured=measured,
        firmware=escape(FIRMWARE),
        units=escape(units()),
        key=key,
        commit=escape(COMMIT),
    )


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the name is http.server's
        path = self.path.split("?")[0]
        if path == "/healthz":
            is_well = bool(KEY)
            status = HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE
            self._answer(status, "well\n" if is_well else "STATION_KEY is not set\n", "plain")
        elif path == "/":
            self._answer(HTTPStatus.OK, render_page(), "html")
        else:
            self._answer(HTTPStatus.NOT_FOUND, "There is no such page.\n", "plain")

    def _answer(self, status: HTTPStatus, text: str, kind: str) -> None:
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

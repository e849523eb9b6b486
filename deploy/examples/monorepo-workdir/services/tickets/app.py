"""Prices of tickets as JSON, for the machines at the stops."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer

PORT = int(os.environ.get("PORT", "8200"))
CENTS = {"single": 260, "day": 680, "month": 5400}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the name is http.server's
        body = json.dumps(CENTS).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    HTTPServer(("", PORT), Handler).serve_forever()

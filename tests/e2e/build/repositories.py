"""Small applications without a Dockerfile, one a language; none downloads anything while it is built."""

import json

GREETING = "hello from the image"
_SERVER_JS = """import { createServer } from 'node:http';
import { greeting } from './greeting.js';
createServer((_, answer) => answer.end(greeting)).listen(process.env.PORT ?? 3000);
"""
_LOCK = {"name": "hello", "version": "1.0.0", "lockfileVersion": 3, "requires": True}
NODE = {
    "package.json": json.dumps(
        {
            "name": "hello",
            "version": "1.0.0",
            "type": "module",
            "scripts": {
                "build": "node -e \"require('fs').writeFileSync('built', 'yes')\"",
                "start": "node server.js",
            },
        }
    ),
    "package-lock.json": json.dumps(
        {**_LOCK, "packages": {"": {"name": "hello", "version": "1.0.0"}}}
    ),
    "server.js": _SERVER_JS,
    "greeting.js": f"export const greeting = '{GREETING}';\n",
}
_MEMBER = {
    "name": "web",
    "version": "1.0.0",
    "type": "module",
    "scripts": {"start": "node server.js"},
}
WORKSPACE = {
    "package.json": json.dumps({"name": "shop", "private": True, "workspaces": ["apps/*"]}),
    "package-lock.json": json.dumps(
        {
            **_LOCK,
            "name": "shop",
            "packages": {
                "": {"name": "shop", "workspaces": ["apps/*"]},
                "apps/my web": {"name": "web", "version": "1.0.0"},
                "node_modules/web": {"resolved": "apps/my web", "link": True},
            },
        }
    ),
    "apps/my web/package.json": json.dumps(_MEMBER),
    "apps/my web/server.js": _SERVER_JS,
    "apps/my web/greeting.js": NODE["greeting.js"],
}
PYTHON = {
    "requirements.txt": "# nothing yet\n",
    "app.py": f"""import os
from http.server import BaseHTTPRequestHandler, HTTPServer


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{GREETING}")


if __name__ == "__main__":
    HTTPServer(("0.0.0.0", int(os.environ["PORT"])), Hello).serve_forever()
""",
}
GO = {
    "go.mod": "module example.test/hello\n\ngo 1.22\n",
    "main.go": f"""package main

import (
	"fmt"
	"net/http"
)

func main() {{
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {{ fmt.Fprint(w, "{GREETING}") }})
	http.ListenAndServe(":8080", nil)
}}
""",
}
STATIC = {"index.html": f"<p>{GREETING}</p>\n", "style.css": "p { margin: 1em }\n"}
MAKE = {
    "Makefile": "dev:\n\tpython app.py\n",
    **PYTHON,
}

"""Go programs of the standard library alone."""

from tests.bench.candidates.base import Candidate

_PROGRAM = """\
package main

import (
\t"fmt"
\t"log"
\t"net/http"
\t"os"
)

func main() {
\tport := os.Getenv("PORT")
\tif port == "" {
\t\tport = "@PORT@"
\t}
\thttp.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
\t\tw.Header().Set("Content-Type", "text/html; charset=utf-8")
\t\tfmt.Fprintf(w, "<!doctype html><h1>@TEXT@</h1><p>%s</p>", os.Getenv("CATALYST_COMMIT"))
\t})
\tlog.Fatal(http.ListenAndServe(":"+port, nil))
}
"""


def program(text: str, port: int = 8080) -> str:
    return _PROGRAM.replace("@TEXT@", text).replace("@PORT@", str(port))


def module(name: str, version: str = "1.22") -> str:
    return f"module example.com/{name}\n\ngo {version}\n"


CANDIDATES = (
    Candidate(
        "go-root",
        "`main.go` at the root",
        {"go.mod": module("root"), "main.go": program("go-root")},
    ),
    Candidate(
        "go-cmd",
        "a program in `cmd/`",
        {
            "go.mod": module("several"),
            "cmd/server/main.go": program("go-cmd", 9090),
            "internal/store/store.go": "package store\n",
        },
    ),
    Candidate(
        "go-in-server",
        "in `server/`",
        {"server/go.mod": module("server"), "server/main.go": program("go-in-server", 8181)},
    ),
)

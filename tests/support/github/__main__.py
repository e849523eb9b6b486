"""`python -m tests.support.github --host 127.0.0.1 --port 9480 --data DIR`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.support.github.core import Settings
from tests.support.github.server import Server, bind, url_of


def main() -> int:
    """Serve until SIGINT or SIGTERM; exit status 1 when the port is taken."""
    arguments = _arguments()
    hosts = arguments.host or ["127.0.0.1"]
    try:
        socks = [bind(host, arguments.port) for host in hosts]
    except OSError as error:
        where = f"port {arguments.port} of {' and '.join(hosts)}"
        sys.stderr.write(f"cannot listen on {where}: {error.strerror}\n")
        return 1
    settings = Settings(
        data=arguments.data,
        base_url=arguments.base_url.rstrip("/") or url_of(socks[0]),
        webhook_url=arguments.webhook_url,
        webhook_secret=arguments.webhook_secret,
    )

    def announce() -> None:
        sys.stdout.write(f"local GitHub: {settings.base_url} (data in {settings.data})\n")
        sys.stdout.flush()

    Server(settings, announce).run(sockets=socks)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.support.github", description="A local GitHub.")
    parser.add_argument(
        "--host",
        action="append",
        help="address to listen on (default: 127.0.0.1); repeat it for several",
    )
    parser.add_argument("--port", type=int, default=9480, help="port to listen on, 0 for any")
    parser.add_argument("--data", type=Path, required=True, help="folder of repositories and state")
    parser.add_argument(
        "--base-url", default="", help="of URLs in webhooks (default: the listening address)"
    )
    parser.add_argument("--webhook-url", default="", help="where the App's webhooks are sent")
    parser.add_argument(
        "--webhook-secret", default="", help="default: made once, kept in the data folder"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

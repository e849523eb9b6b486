"""A web server for files, as a user without rights."""

from typing import Final

from workflows.planning.dockerfiles.blocks import NAMING_USER
from workflows.planning.dockerfiles.model import HOME, USER, Layout, Recipe
from workflows.planning.dockerfiles.text import Instructions

IMAGE: Final = "docker.io/library/nginx:1.28-alpine"
_SETTINGS = """
pid /tmp/nginx.pid;
daemon off;
error_log /dev/stderr warn;
events { }
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log /dev/stdout;
  sendfile on;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server {
    listen @port@;
    root /site;
    absolute_redirect off;
    location / { try_files $uri $uri/ $uri.html @fallback@; }
    location ~ /\\.(?!well-known/) { return 404; }
  }
}
"""


def make_static(layout: Layout) -> Recipe:
    """The directory as it is."""
    lines = Instructions()
    serve_site(lines, layout.port, source=".", fallback="=404")
    return Recipe(lines, ("The generated Dockerfile serves the files with nginx.",))


def serve_site(
    lines: Instructions, port: int, *, source: str, stage: str = "", fallback: str
) -> None:
    """`fallback` is what is answered where no file is: another file's path, or a status."""
    lines.base(IMAGE)
    lines.comment("It runs as a user without rights, by its number.")
    lines.run(*NAMING_USER, f"mkdir -p {HOME}", f"chown {USER}:{USER} {HOME}")
    lines.file("/etc/nginx/nginx.conf", _settings(port, fallback))
    lines.env({"HOME": HOME, "PORT": str(port)})
    lines.user(USER)
    lines.expose(port)
    # The image's own entry point rewrites settings, which this user may not.
    lines.entry("nginx")
    lines.copy([source], "/site/", owner=USER, stage=stage, is_linked=True)


def _settings(port: int, fallback: str) -> str:
    return _SETTINGS.replace("@port@", str(port)).replace("@fallback@", fallback)

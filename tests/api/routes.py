"""Every route of the application with what it takes to call it, so that a test can ask all of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
from starlette.routing import BaseRoute, Mount, Route

from api.app import create_app
from api.rest import examples
from api.rest.routes import PREFIX
from api.settings import APISettings
from tests.support.examples import COMMIT
from workflows.commands import CATALOGUE, ENVIRONMENT_COMMANDS

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
GITHUBS_DOOR = "/webhooks/github"
VALUES = {
    "project": "web-shop",
    "environment": "pr-shop-12",
    "key": "web-shop",
    "template": "development",
    "service": "db",
}
"""Of the paths' parameters: the environment that the fixture `running` has."""
CHANGES = tuple(command.name for command in CATALOGUE if command.is_change)
ENVIRONMENT_CHANGES = ENVIRONMENT_COMMANDS
"""What a person can press on the page of an environment."""
SETUP_CHANGES = {"/setup": "set_overrides", "/setup/reset": "reset_overrides"}
"""What a person can press on its set-up page, by the end of the path."""
BROWSER = {"accept": "text/html", "content-type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Call:
    """One way to ask for something."""

    method: str
    path: str
    face: str
    """`rest`, `web`, or empty where nobody's operation is called."""
    command: str
    """Of the catalogue; for reads on pages, empty: one page may ask several."""
    body: dict[str, Any] = field(default_factory=dict, hash=False)

    @property
    def is_change(self) -> bool:
        return self.method not in SAFE

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    async def send(self, http: httpx.AsyncClient) -> httpx.Response:
        if self.face == "web":
            content = urlencode(self.body) if self.is_change else None
            return await http.request(self.method, self.path, content=content, headers=BROWSER)
        return await http.request(self.method, self.path, json=self.body or None)


def every_call() -> tuple[Call, ...]:
    """Each route of the application; one with a command in its path once for each that it may name."""
    app = create_app(APISettings(webhook_secret="a secret of both sides"))
    return tuple(call for route in flat(app.routes) for call in _calls(route))


def flat(routes: Iterable[BaseRoute]) -> Iterator[Route]:
    """Routes without the routers they were included from; files that are served are no routes of ours."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from flat(included.routes)
        elif not isinstance(route, Mount):
            assert isinstance(route, Route), route
            yield route


def environment_call(face: str, command: str) -> Call:
    """The way in which that face asks for a change of an environment."""
    wanted = [call for call in every_call() if (call.face, call.command) == (face, command)]
    return wanted[0]


def _calls(route: Route) -> Iterator[Call]:
    methods = (route.methods or set()) - {"HEAD"}
    for method in sorted(methods):
        if route.path.startswith(f"{PREFIX}/") and route.name != "openapi":
            yield _call(method, route.path, "rest", route.name)
        elif "{command}" in route.path:
            for command in ENVIRONMENT_CHANGES:
                yield _call(method, route.path.replace("{command}", command), "web", command)
        elif method not in SAFE and "/setup" in route.path:
            command = SETUP_CHANGES[f"/setup{route.path.partition('/setup')[2]}"]
            body = {"start": "node server.js"} if command == "set_overrides" else {}
            yield Call(method, route.path.format(**VALUES), "web", command, body)
        elif route.path in (GITHUBS_DOOR, "/healthz", "/readyz", f"{PREFIX}/openapi.json"):
            yield _call(method, route.path, "", "")
        else:
            yield _call(method, route.path, "web", "")


def _call(method: str, path: str, face: str, command: str) -> Call:
    body = examples.BODIES.get(command, {}) | ({"commit": COMMIT} if command == "approve" else {})
    if face == "web" and command in ("reset_service", "back_up_service", "restore_backup"):
        body = {**body, "service": VALUES["service"]}
    return Call(method, path.format(**VALUES), face, command, body)

"""How a REST route is declared and what surrounds every call.

Authentication, permissions, faults, rate limit, pagination, ETags and error bodies are here, so
that a route is only what it does.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from json import JSONDecodeError
from typing import TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.github import misbehaviour
from tests.support.github.bodies.templates import View
from tests.support.github.core import GitHub
from tests.support.github.errors import GitHubError, moved
from tests.support.github.faults import Fault, FaultKind
from tests.support.github.models import Account, Body, Repository
from tests.support.github.permissions import Need, authorize
from tests.support.github.state import State
from tests.support.github.tokens import Caller

MAX_PER_PAGE = 100
PER_PAGE = 30


class Input(BaseModel):
    """The body of a request; unknown fields are ignored, as GitHub does."""

    model_config = ConfigDict(frozen=True, extra="ignore")


InputT = TypeVar("InputT", bound=Input)
ItemT = TypeVar("ItemT")


@dataclass(frozen=True)
class Answer:
    """An answer other than a plain 200."""

    body: object = None
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)


def created(body: object) -> Answer:
    return Answer(body, HTTPStatus.CREATED)


def no_content() -> Answer:
    return Answer(status=HTTPStatus.NO_CONTENT)


@dataclass(frozen=True)
class Call:
    """One authorised request."""

    request: Request
    github: GitHub
    caller: Caller
    found: Repository | None
    payload: Body

    @property
    def state(self) -> State:
        return self.github.state

    @property
    def repository(self) -> Repository:
        """Of the path; only in routes that were declared with a need."""
        assert self.found is not None
        return self.found

    @property
    def actor(self) -> Account:
        return self.caller.actor()

    @property
    def base(self) -> str:
        return base_of(self.request)

    @property
    def view(self) -> View:
        return View(self.state, self.base)

    def text(self, name: str) -> str:
        return str(self.request.path_params[name])

    def number(self, name: str) -> int:
        return int(self.request.path_params[name])

    def query(self, name: str, default: str = "") -> str:
        return self.request.query_params.get(name, default)

    def parse(self, model: type[InputT]) -> InputT:
        """The request's body as `model`; raises 422 naming the field, like GitHub."""
        try:
            return model.model_validate(self.payload)
        except ValidationError as error:
            first = error.errors()[0]
            is_missing = first["type"] == "missing"
            detail = {
                "resource": model.__name__.removeprefix("New"),
                "field": ".".join(str(part) for part in first["loc"]),
                "code": "missing_field" if is_missing else "invalid",
                "message": first["msg"],
            }
            status = HTTPStatus.UNPROCESSABLE_ENTITY
            raise GitHubError(status, "Validation Failed", errors=[detail]) from None

    def page(
        self, items: Sequence[ItemT], render: Callable[[ItemT], object], key: str = ""
    ) -> Answer:
        """The asked-for page of `items` with its `Link` header; `key` wraps it with the total."""
        size = min(MAX_PER_PAGE, max(1, integer(self.query("per_page"), PER_PAGE)))
        number = max(1, integer(self.query("page"), 1))
        last = max(1, -(-len(items) // size))
        part = [render(item) for item in items[(number - 1) * size : number * size]]
        targets = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
        shown = {
            name: target
            for name, target in targets.items()
            if 1 <= target <= last and target != number
        }
        links = ", ".join(f'<{self._with(page)}>; rel="{name}"' for name, page in shown.items())
        body: object = {"total_count": len(items), key: part} if key else part
        return Answer(body, headers={"Link": links} if links else {})

    def _with(self, page: int) -> str:
        url = self.request.url.include_query_params(page=page)
        return f"{self.base}{url.path}?{url.query}"


Handler: TypeAlias = Callable[[Call], Awaitable[object]]


class Routes:
    """Collects routes; a module of this package has one."""

    def __init__(self) -> None:
        self._routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def add(self, method: str, path: str, need: Need | None = None) -> Callable[[Handler], Handler]:
        """Declare a route; with a need, the path names a repository and the need is enforced."""

        def register(handler: Handler) -> Handler:
            endpoint = Endpoint(handler, need)
            self._routes.append(Route(path, endpoint.answer, methods=[method]))
            if path.startswith("/repos/{owner}/{repo}"):
                by_id = path.replace("/repos/{owner}/{repo}", "/repositories/{repository_id:int}")
                self._routes.append(Route(by_id, endpoint.answer, methods=[method]))
            return handler

        return register

    def get(self, path: str, need: Need | None = None) -> Callable[[Handler], Handler]:
        return self.add("GET", path, need)

    def post(self, path: str, need: Need | None = None) -> Callable[[Handler], Handler]:
        return self.add("POST", path, need)

    def put(self, path: str, need: Need | None = None) -> Callable[[Handler], Handler]:
        return self.add("PUT", path, need)

    def patch(self, path: str, need: Need | None = None) -> Callable[[Handler], Handler]:
        return self.add("PATCH", path, need)

    def delete(self, path: str, need: Need | None = None) -> Callable[[Handler], Handler]:
        return self.add("DELETE", path, need)


@dataclass(frozen=True)
class Endpoint:
    """A handler with everything around it."""

    handler: Handler
    need: Need | None

    async def answer(self, request: Request) -> Response:
        github: GitHub = request.app.state.github
        fault = misbehaviour.fault_for(github, request)
        headers: dict[str, str] = {}
        try:
            await misbehaviour.before(fault)
            response = await self._respond(github, request, headers, fault)
        except GitHubError as error:
            headers |= error.headers
            response = JSONResponse(error.body(), error.status)
        if request.method != "GET":
            github.save()
        _finish(response, headers)
        return await misbehaviour.after(fault, response)

    async def _respond(
        self, github: GitHub, request: Request, headers: dict[str, str], fault: Fault | None
    ) -> Response:
        caller = github.tokens.caller(request.headers.get("authorization"))
        window = github.limits.window(caller.key)
        if not window.remaining and not request.url.path.endswith("/rate_limit"):
            raise misbehaviour.primary_limit(caller.key.replace(":", " ID "), window.reset)
        window.used += 1
        headers |= window.headers()
        call = Call(
            request, github, caller, self._repository(github, request, caller), await _json(request)
        )
        result = await self.handler(call)
        if isinstance(result, Response):
            return result
        answer = result if isinstance(result, Answer) else Answer(result)
        if fault and fault.kind is FaultKind.SHORT_PAGE and isinstance(answer.body, list):
            answer = Answer(answer.body[: len(answer.body) // 2])
        headers |= answer.headers
        if answer.status == HTTPStatus.NO_CONTENT:
            return Response(status_code=answer.status)
        response = JSONResponse(answer.body, answer.status)
        if _is_unchanged(request, response, headers):
            window.used -= 1
            return Response(status_code=HTTPStatus.NOT_MODIFIED)
        return response

    def _repository(self, github: GitHub, request: Request, caller: Caller) -> Repository | None:
        if self.need is None:
            return None
        found = repository_of(github.state, request)
        authorize(github.state, caller, found, self.need)
        owner, name = request.path_params.get("owner"), request.path_params.get("repo")
        if owner and f"{owner}/{name}".lower() != github.state.full_name(found).lower():
            rest = request.url.path.split("/", 4)[4:]
            url = "/".join([base_of(request), "repositories", str(found.id), *rest])
            raise moved(url, is_read=request.method == "GET")
        return found


def repository_of(state: State, request: Request) -> Repository:
    """The repository a path names, by id or by name; raises 404."""
    params = request.path_params
    if "repository_id" in params:
        return state.repository_by_id(int(params["repository_id"]))
    return state.repository(str(params["owner"]), str(params["repo"]))


def base_of(request: Request) -> str:
    """Scheme, host and port as the client wrote them: PyGithub compares them with its own."""
    return f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}"


async def _json(request: Request) -> Body:
    raw = await request.body()
    if not raw.strip():
        return {}
    try:
        found = json.loads(raw)
    except (JSONDecodeError, UnicodeDecodeError):
        raise GitHubError(HTTPStatus.BAD_REQUEST, "Problems parsing JSON") from None
    if isinstance(found, list):
        return {"list": found}
    if not isinstance(found, dict):
        raise GitHubError(HTTPStatus.BAD_REQUEST, "Body should be a JSON object")
    return found


def _is_unchanged(request: Request, response: Response, headers: dict[str, str]) -> bool:
    """Set the ETag of a read, and say whether the client has that version already."""
    if request.method != "GET" or response.status_code != HTTPStatus.OK:
        return False
    digest = hashlib.sha256(bytes(response.body)).hexdigest()
    headers["ETag"] = f'W/"{digest}"'
    headers["Cache-Control"] = "private, max-age=60, s-maxage=60"
    wanted = request.headers.get("if-none-match", "")
    return digest in wanted


def _finish(response: Response, headers: dict[str, str]) -> None:
    common = {
        "X-GitHub-Request-Id": uuid.uuid4().hex[:24].upper(),
        "X-GitHub-Media-Type": "github.v3; format=json",
        "x-github-api-version-selected": "2022-11-28",
    }
    for name, value in (common | headers).items():
        response.headers[name] = value


def integer(text: str, default: int) -> int:
    """A number out of a query; GitHub ignores what is none."""
    return int(text) if text.isdigit() else default

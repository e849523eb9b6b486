"""Git's smart HTTP protocol: `git http-backend` behind GitHub's authentication."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import AsyncIterator
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from tests.support.github import misbehaviour
from tests.support.github.core import GitHub
from tests.support.github.errors import GitHubError
from tests.support.github.git import GIT_TIMEOUT, ZERO
from tests.support.github.models import Repository
from tests.support.github.permissions import authorize, read, write
from tests.support.github.refs import ref_changed
from tests.support.github.tokens import Caller

_PULL = read("contents")
_PUSH = write("contents")
_CHUNK = 65536
_REALM = {"WWW-Authenticate": 'Basic realm="GitHub"'}


async def git_http(request: Request) -> Response:
    """`/{owner}/{repo}.git/(info/refs|git-upload-pack|git-receive-pack)`; `.git` may be left out."""
    github: GitHub = request.app.state.github
    service = request.url.path.split("/", 3)[3]
    name = request.query_params.get("service", "") if service == "info/refs" else service
    is_push = name == "git-receive-pack"
    fault = misbehaviour.fault_for(github, request)
    try:
        await misbehaviour.before(fault)
        repo, caller = _authorized(github, request, is_push=is_push)
    except GitHubError as error:
        return _refusal(request, error)
    if service == "git-receive-pack":
        return await _push(github, request, repo, caller)
    return await _stream(github, request, repo, service)


def _authorized(github: GitHub, request: Request, *, is_push: bool) -> tuple[Repository, Caller]:
    caller = github.tokens.caller(request.headers.get("authorization"))
    params = request.path_params
    repo = github.state.repository(params["owner"], params["repo"].removesuffix(".git"))
    authorize(github.state, caller, repo, _PUSH if is_push else _PULL)
    return repo, caller


def _refusal(request: Request, error: GitHubError) -> Response:
    """Without credentials git must be asked for them, so a 404 becomes a 401, as at GitHub."""
    if "authorization" not in request.headers:
        return PlainTextResponse("Authentication required", 401, _REALM)
    if error.status == HTTPStatus.UNAUTHORIZED:
        return PlainTextResponse("Invalid username or token.", 401, _REALM)
    text = "Repository not found." if error.status == HTTPStatus.NOT_FOUND else error.message
    return PlainTextResponse(text, error.status)


async def _stream(github: GitHub, request: Request, repo: Repository, service: str) -> Response:
    """Ref advertisements and fetches, passed on as they come."""
    body = await _body(request)
    process = await _backend(github, request, repo, service, len(body))
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(body)
    process.stdin.close()
    head = await asyncio.wait_for(process.stdout.readuntil(b"\r\n\r\n"), GIT_TIMEOUT)
    status, headers = _cgi_headers(head)
    return StreamingResponse(_chunks(process), status, headers)


async def _chunks(process: asyncio.subprocess.Process) -> AsyncIterator[bytes]:
    assert process.stdout is not None
    try:
        while chunk := await asyncio.wait_for(process.stdout.read(_CHUNK), GIT_TIMEOUT):
            yield chunk
    finally:
        # A client that goes away leaves the process blocked on its pipe.
        if process.returncode is None and not process.stdout.at_eof():
            process.kill()
        await process.wait()


async def _push(github: GitHub, request: Request, repo: Repository, caller: Caller) -> Response:
    """Receive a push, then let pull requests follow, then answer: tests see the final state."""
    body = await _body(request)
    sender = caller.actor()
    async with github.refs_lock:
        before = await github.git.refs(repo.id, "refs/")
        process = await _backend(github, request, repo, "git-receive-pack", len(body))
        output, _ = await asyncio.wait_for(process.communicate(body), GIT_TIMEOUT)
        after = await github.git.refs(repo.id, "refs/")
        for ref in sorted(before.keys() | after.keys()):
            old, new = before.get(ref, ZERO), after.get(ref, ZERO)
            if old != new:
                await ref_changed(github, repo, sender, ref, old, new)
    github.save()
    head, _, content = output.partition(b"\r\n\r\n")
    status, headers = _cgi_headers(head)
    return Response(content, status, headers)


async def _body(request: Request) -> bytes:
    """Small by nature here, so it is read whole; git packs large request bodies with gzip."""
    body = await request.body()
    return gzip.decompress(body) if request.headers.get("content-encoding") == "gzip" else body


async def _backend(
    github: GitHub, request: Request, repo: Repository, service: str, length: int
) -> asyncio.subprocess.Process:
    cgi = {
        "GIT_PROJECT_ROOT": str(github.git.root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": f"/{repo.id}.git/{service}",
        "QUERY_STRING": request.url.query,
        "REQUEST_METHOD": request.method,
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(length),
        "REMOTE_USER": "authenticated",
        "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
    }
    return await asyncio.create_subprocess_exec(
        "git",
        "http-backend",
        env=github.git.environment | cgi,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )


def _cgi_headers(head: bytes) -> tuple[int, dict[str, str]]:
    status, headers = 200, {}
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "status":
            status = int(re.findall(r"\d+", value)[0])
        elif value:
            headers[name] = value.strip()
    return status, headers

"""Commands in containers, asked for by REST: who may, in which environments, and what is answered."""

import asyncio
from typing import Any

import pytest
from starlette.types import Message

from activities.cluster_reader import NamespaceStanding
from activities.executing import (
    BusyError,
    Finished,
    NotRunningError,
    Output,
    UnclearComponentError,
    UnknownComponentError,
    UnknownContainerError,
    UnknownDirectoryError,
)
from api.failures import RefusedError
from api.rest.routes import PREFIX
from tests.api.conftest import Catalyst
from tests.support.examples import make_snapshot
from workflows.commands import MAX_ARGUMENTS
from workflows.errors import ClusterError
from workflows.models import Phase

pytestmark = pytest.mark.spec("OPS-4", "ENV-033")
PATH = f"{PREFIX}/environments/web-shop/pr-shop-12/execute"
NOTHING = Output("", 0, False)
NOT_SHOWN = (
    "its time was up after 5 s; it could not be shown that nothing of it is left, and what is ends by itself within "
    "half a minute"
)


async def test_a_command_is_run_as_it_is_and_its_end_is_told(running: Catalyst) -> None:
    wanted = {
        "command": ["grep", "-c", "a b; $(id)"],
        "component": "web",
        "container": "code",
        "directory": "src",
        "stdin": "a b\n",
        "timeout_seconds": 5,
    }
    answer = await running.http.post(PATH, json=wanted)
    assert answer.status_code == 200
    assert answer.json() == {
        "component": "web",
        "pod": "shop-1",
        "exit_code": 0,
        "is_timed_out": False,
        "seconds": 0.2,
        "stdout": {"text": "hello\n", "bytes": 6, "is_cut": False},
        "stderr": {"text": "", "bytes": 0, "is_cut": False},
        "message": "ended with exit code 0",
    }
    ((namespace, execution),) = running.runner.runs
    assert namespace == "web-shop-pr-shop-12"
    assert execution.command == ("grep", "-c", "a b; $(id)")
    assert (execution.component, execution.container, execution.directory) == ("web", "code", "src")
    assert (execution.stdin, execution.seconds) == ("a b\n", 5)


@pytest.mark.parametrize(
    ("finished", "told"),
    [
        (
            Finished("web", "p", Output("a\n", 900_000, True), NOTHING, 1, 3),
            "ended with exit code 3; stdout is cut, of 900000 bytes",
        ),
        (
            Finished("web", "p", NOTHING, NOTHING, 5.02, None),
            "ended after 5 s, with all that it had started: its time was up",
        ),
        (
            Finished("web", "p", NOTHING, NOTHING, 5, None, is_gone=False),
            NOT_SHOWN,
        ),
    ],
)
async def test_what_is_left_out_or_ended_is_said(
    running: Catalyst, finished: Finished, told: str
) -> None:
    running.runner.finished = finished
    answer = (await running.http.post(PATH, json={"command": ["make"]})).json()
    assert answer["message"] == told
    assert answer["exit_code"] == finished.exit_code
    assert answer["is_timed_out"] is (finished.exit_code is None)


@pytest.mark.invariant(7)
async def test_nobody_works_in_the_code_of_a_fork(running: Catalyst) -> None:
    running.gateway.running["pr-shop-12"] = make_snapshot(is_fork=True)
    answer = await running.http.post(PATH, json={"command": ["env"]})
    assert answer.status_code == 403
    assert "the code of a fork" in answer.json()["detail"]
    running.gateway.running["pr-shop-12"] = make_snapshot(is_fork=None)
    answer = await running.http.post(PATH, json={"command": ["env"]})
    assert answer.status_code == 409
    assert "whose code" in answer.json()["detail"]
    assert running.runner.runs == []


@pytest.mark.invariant(10)
@pytest.mark.parametrize(
    ("standing", "status", "words"),
    [
        (NamespaceStanding.MISSING, 409, "has no namespace in the cluster"),
        (NamespaceStanding.TERMINATING, 409, "is being removed"),
        (NamespaceStanding.FOREIGN, 409, "somebody else's"),
        (NamespaceStanding.UNREACHABLE, 503, "cannot be reached"),
        (NamespaceStanding.NOT_CONFIGURED, 503, "not configured"),
    ],
)
async def test_missing_and_unreachable_are_different_words(
    running: Catalyst, standing: NamespaceStanding, status: int, words: str
) -> None:
    running.cluster.says = standing
    answer = await running.http.post(PATH, json={"command": ["ls"]})
    assert answer.status_code == status
    assert words in answer.json()["detail"]
    assert running.runner.runs == []


@pytest.mark.invariant(10)
async def test_an_environment_that_is_unknown_or_does_not_run_is_said(catalyst: Catalyst) -> None:
    answer = await catalyst.http.post(PATH, json={"command": ["ls"]})
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    await catalyst.store.environments.record(make_snapshot())
    answer = await catalyst.http.post(PATH, json={"command": ["ls"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
    assert "does not run" in answer.json()["detail"]
    catalyst.gateway.running["pr-shop-12"] = make_snapshot(phase=Phase.DELETED)
    answer = await catalyst.http.post(PATH, json={"command": ["ls"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
    assert "was removed" in answer.json()["detail"]
    catalyst.gateway.is_down = True
    assert (await catalyst.http.post(PATH, json={"command": ["ls"]})).status_code == 503


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (NotRunningError("`web` is not running now (waiting: ContainerCreating)"), 409),
        (BusyError("16 commands are running already"), 409),
        (UnknownComponentError("there is no component `x`; there are: `web`"), 404),
        (UnknownContainerError("`web` has no container `x`; there are: `web`, `code`"), 404),
        (UnclearComponentError("say in which component: `db`, `web`"), 422),
        (UnknownDirectoryError("there is no directory `x`"), 422),
        (ClusterError("the Kubernetes API did not answer within 5 s"), 503),
    ],
)
async def test_what_stands_in_its_way_is_told(
    running: Catalyst, failure: Exception, status: int
) -> None:
    running.runner.failure = failure
    answer = await running.http.post(PATH, json={"command": ["ls"]})
    assert (answer.status_code, answer.json()["detail"]) == (status, str(failure))


@pytest.mark.spec("OPS-5")
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "command: is missing"),
        ({"command": []}, "at least 1 item"),
        ({"command": [""]}, "must begin with a program"),
        ({"command": "ls -l"}, "body.command"),
        ({"command": ["a\0b"]}, "command"),
        ({"command": ["x"] * (MAX_ARGUMENTS + 1)}, "at most 200"),
        ({"command": ["x" * 32_000] * 3}, "at most 65536 characters"),
        ({"command": ["ls"], "directory": "../etc"}, "must be a path below `/code`"),
        ({"command": ["ls"], "directory": "/etc"}, "must be a path below `/code`"),
        ({"command": ["ls"], "timeout_seconds": 601}, "must be at most 600"),
        ({"command": ["ls"], "timeout": 5}, "did you mean `timeout_seconds`?"),
    ],
)
async def test_what_cannot_be_meant_is_refused_where_it_enters(
    running: Catalyst, body: dict[str, Any], words: str
) -> None:
    answer = await running.http.post(PATH, json=body)
    assert answer.status_code == 422
    assert words in answer.text
    assert running.runner.runs == []


@pytest.mark.spec("T-4")
@pytest.mark.invariant(4)
async def test_the_audit_tells_the_program_and_not_what_it_was_given(running: Catalyst) -> None:
    await running.http.post(PATH, json={"command": ["psql", "postgres://ada:hunter2@db/shop"]})
    [entry] = await running.store.audit.list(subject="web-shop/pr-shop-12")
    assert (entry.operation, entry.result) == ("execute", "done")
    assert entry.detail == "`psql`: ended with exit code 0"


@pytest.mark.invariant(6)
@pytest.mark.spec("T-4")
async def test_a_command_is_ended_when_whoever_asked_has_gone(running: Catalyst) -> None:
    running.runner.answers = asyncio.Event()
    gone = asyncio.Event()
    body = b'{"command": ["sleep", "600"]}'
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if messages:
            return messages.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(_: Message) -> None:
        pass

    scope = {
        "type": "http",
        "method": "POST",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1:8080"), (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8080),
        "scheme": "http",
        "http_version": "1.1",
    }
    asking = asyncio.create_task(_call(running, scope, receive, send))
    await asyncio.wait_for(running.runner.has_begun.wait(), 10)
    assert not running.runner.was_cancelled.is_set()
    gone.set()
    await asyncio.wait_for(asking, 10)
    assert running.runner.was_cancelled.is_set()
    [entry] = await running.store.audit.list(subject="web-shop/pr-shop-12")
    assert (entry.operation, entry.result) == ("execute", "cancelled")


async def _call(catalyst: Catalyst, scope: Any, receive: Any, send: Any) -> None:
    await catalyst.asgi(scope, receive, send)


async def test_a_refusal_of_the_environment_is_passed_on(running: Catalyst) -> None:
    running.runner.failure = RefusedError("not now")
    assert (await running.http.post(PATH, json={"command": ["ls"]})).status_code == 409

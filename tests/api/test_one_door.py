"""Every face asks the same operations: what one refuses, all refuse, and each change leaves a line (invariant 8)."""

import html
import re
from collections.abc import Callable

import pytest

from activities.cluster_reader import NamespaceStanding
from api.failures import RefusedError
from api.schemas import Problem
from tests.api.conftest import Catalyst
from tests.api.routes import (
    CHANGES,
    ENVIRONMENT_CHANGES,
    GITHUBS_DOOR,
    SETUP_CHANGES,
    VALUES,
    Call,
    environment_call,
    every_call,
)
from tests.support.examples import make_project, make_snapshot
from workflows.commands import CATALOGUE
from workflows.models import Phase, Template

pytestmark = pytest.mark.invariant(8)

CALLS = every_call()
OURS = [call for call in CALLS if call.face]
SUBJECT = "web-shop/pr-shop-12"
OF_A_PROJECT = {each.name for each in CATALOGUE if "environment" not in each.input.model_fields}
AUTO = {"development": Template(type="auto")}
REDEPLOYING = {"set_overrides": "redeploy"}
"""What is asked of the environment when the settings of one are changed."""


def test_whatever_changes_something_is_a_command_of_the_catalogue_or_githubs_door() -> None:
    changing = [call for call in CALLS if call.is_change]
    assert {call.command for call in changing if call.face == "rest"} == set(CHANGES)
    on_pages = {*ENVIRONMENT_CHANGES, *SETUP_CHANGES.values()}
    assert {call.command for call in changing if call.face == "web"} == on_pages
    assert [call.path for call in changing if not call.face] == [GITHUBS_DOOR]


@pytest.mark.spec("T-4", "OPS-5")
@pytest.mark.parametrize("call", [call for call in OURS if call.is_change], ids=str)
async def test_a_change_is_carried_out_by_its_operation_and_leaves_one_line(
    running: Catalyst, call: Call
) -> None:
    await running.store.projects.put(make_project().model_copy(update={"templates": AUTO}))
    answer = await call.send(running.http)
    assert answer.status_code == (303 if call.face == "web" else 200), answer.text
    (entry,) = await running.store.audit.list()
    assert (entry.operation, entry.face, entry.result) == (call.command, call.face, "done")
    assert (entry.actor, entry.origin) == ("operator", "127.0.0.1")
    assert entry.subject == (VALUES["key"] if call.command in OF_A_PROJECT else SUBJECT)
    asked = [(name, command.actor) for name, _, command, _ in running.gateway.commands]
    told = {name: name for name in ENVIRONMENT_CHANGES} | REDEPLOYING
    assert asked == ([(told[call.command], "operator")] if call.command in told else [])


@pytest.mark.parametrize("call", [call for call in OURS if not call.is_change], ids=str)
async def test_a_read_changes_nothing_and_leaves_no_line(running: Catalyst, call: Call) -> None:
    await running.store.projects.put(make_project())
    assert (await call.send(running.http)).status_code == 200
    assert await running.store.audit.list() == ()
    assert (running.gateway.commands, running.gateway.started) == ([], [])


@pytest.mark.parametrize("call", OURS, ids=str)
async def test_who_may_do_nothing_is_refused_on_every_route(
    running: Catalyst, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    monkeypatch.setattr("api.dependencies.Permission", ())
    answer = await call.send(running.http)
    text = html.unescape(answer.text)
    # The form that was typed is answered in its place.
    if call.face == "web" and call.is_change and call.command != "set_overrides":
        assert answer.status_code == 303
        text = await told_on_the_page(running, call)
    else:
        assert answer.status_code == 403
    if call.face == "rest":
        assert Problem.model_validate(answer.json()).code == "UNAUTHORIZED"
    assert "operator may not" in text
    assert (running.gateway.commands, running.gateway.started) == ([], [])
    assert await running.store.projects.list() == ()
    audited = [(each.operation, each.result) for each in await running.store.audit.list()]
    assert audited == [(call.command, "ForbiddenError")] * call.is_change


def refused(catalyst: Catalyst) -> None:
    catalyst.gateway.running["pr-shop-12"] = make_snapshot()
    catalyst.gateway.refusal = RefusedError("revision 1 <succeeded> already", hint="Push first.")


def unknown(_: Catalyst) -> None:
    """Neither running nor recorded."""


def unreachable(catalyst: Catalyst) -> None:
    catalyst.gateway.is_down = True


@pytest.mark.spec("OPS-5")
@pytest.mark.parametrize("command", ENVIRONMENT_CHANGES)
@pytest.mark.parametrize("arrange", [refused, unknown, unreachable])
async def test_what_rest_refuses_the_page_refuses_in_the_same_words(
    catalyst: Catalyst, command: str, arrange: Callable[[Catalyst], None]
) -> None:
    arrange(catalyst)
    answer = await environment_call("rest", command).send(catalyst.http)
    problem = Problem.model_validate(answer.json())
    kind = {"unknown": "NOT_FOUND", "refused": "CONFLICT", "unreachable": "UNAVAILABLE"}
    # An approval starts nothing, so an environment that does not run has nothing to approve.
    expected = "CONFLICT" if (command, arrange) == ("approve", unknown) else kind[arrange.__name__]
    assert problem.code == expected
    assert problem.type == f"urn:catalyst:problem:{expected.lower().replace('_', '-')}"
    assert problem.status == answer.status_code

    call = environment_call("web", command)
    assert (await call.send(catalyst.http)).status_code == 303
    told = await told_on_the_page(catalyst, call)
    assert plain(problem.detail) in told
    assert plain(problem.hint) in told
    web, rest = await catalyst.store.audit.list()
    assert (rest.face, web.face) == ("rest", "web")
    assert (rest.operation, rest.result, rest.detail) == (web.operation, web.result, web.detail)
    assert rest.result != "done"
    assert (catalyst.gateway.commands, catalyst.gateway.started) == ([], [])


async def test_a_removal_that_is_over_is_refused_on_both_faces(catalyst: Catalyst) -> None:
    await catalyst.store.environments.record(make_snapshot(phase=Phase.DELETED))
    catalyst.cluster.says = NamespaceStanding.MISSING
    answer = await environment_call("rest", "delete").send(catalyst.http)
    assert answer.json()["code"] == "CONFLICT"
    call = environment_call("web", "delete")
    await call.send(catalyst.http)
    assert answer.json()["detail"] in await told_on_the_page(catalyst, call)


@pytest.mark.parametrize("command", ENVIRONMENT_CHANGES)
@pytest.mark.parametrize(
    ("name", "wrong"), [("project", "Web_Shop"), ("environment", "pr.shop"), ("environment", "-")]
)
async def test_names_that_cannot_be_are_invalid_on_both_faces(
    running: Catalyst, command: str, name: str, wrong: str
) -> None:
    for face in ("rest", "web"):
        call = environment_call(face, command)
        path = call.path.replace(VALUES[name], wrong)
        answer = await Call(call.method, path, face, command, call.body).send(running.http)
        assert answer.status_code == 422
        assert name in answer.text
        if face == "rest":
            assert Problem.model_validate(answer.json()).code == "INVALID_INPUT"
    assert running.gateway.commands == []


@pytest.mark.invariant(7)
@pytest.mark.parametrize("body", [{}, {"commit": "main"}, {"commit": "4f2a9c0"}], ids=str)
async def test_an_approval_without_a_whole_commit_is_invalid_on_both_faces(
    running: Catalyst, body: dict[str, str]
) -> None:
    for face in ("rest", "web"):
        call = environment_call(face, "approve")
        answer = await Call(call.method, call.path, face, "approve", body).send(running.http)
        assert answer.status_code == 422
        assert "commit" in answer.text
    assert running.gateway.commands == []


async def told_on_the_page(catalyst: Catalyst, call: Call) -> str:
    """What the person reads after pressing: the page that the answer leads to, whatever its status."""
    page = "/".join(call.path.split("/")[:4])
    shown = await catalyst.http.get(page, headers={"accept": "text/html"})
    return html.unescape(re.sub(r"<[^>]*>", "", shown.text))


def plain(text: str) -> str:
    """As a page shows it: words between backticks are set as code."""
    return text.replace("`", "")

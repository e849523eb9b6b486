"""Whatever goes wrong is a problem document that reveals nothing."""

import pytest

from api.rest.routes import PREFIX
from api.schemas import Problem
from tests.api.conftest import Catalyst
from workflows.errors import StoreError

ONE = f"{PREFIX}/environments/web-shop/pr-shop-12"


async def test_an_unknown_path_is_a_problem_document(catalyst: Catalyst) -> None:
    answer = await catalyst.http.get(f"{PREFIX}/nothing", headers={"accept": "text/html"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert Problem.model_validate(answer.json()).code == "NOT_FOUND"
    wrong_method = await catalyst.http.patch(ONE)
    assert wrong_method.status_code == 405
    assert "DELETE" in wrong_method.headers["allow"] or "GET" in wrong_method.headers["allow"]


@pytest.mark.invariant(4)
async def test_an_unexpected_failure_says_nothing_of_its_inside(
    running: Catalyst, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("password=hunter22 in /srv/app/secret.py")

    monkeypatch.setattr(running.store.environments, "get", fail)
    answer = await running.http.get(ONE)
    assert (answer.status_code, answer.json()["code"]) == (500, "SERVER_ERROR")
    assert "hunter22" not in answer.text
    assert "secret.py" not in answer.text


async def test_an_audit_that_cannot_be_written_does_not_deny_what_happened(
    running: Catalyst, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise StoreError("writing to the database failed: disk full")

    monkeypatch.setattr(running.store.audit, "add", fail)
    assert (await running.http.post(f"{ONE}/redeploy")).status_code == 200
    assert len(running.gateway.commands) == 1

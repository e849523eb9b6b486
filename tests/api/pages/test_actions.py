"""What people do from the page of an environment, and what it answers."""

import pytest

from api.failures import RefusedError
from tests.api.conftest import Catalyst
from tests.api.pages.browser import BROWSER, ONE, hidden, press, read
from tests.support.examples import COMMIT, make_snapshot
from workflows.models import Phase


async def test_a_pressed_button_is_carried_out_and_answered_once(failed: Catalyst) -> None:
    request = hidden(await read(failed, ONE), "request")
    answer = await press(failed, "retry", request=request)
    assert (answer.status_code, answer.headers["location"]) == (303, ONE)
    ((name, _, command, request_id),) = failed.gateway.commands
    assert (name, command.face, request_id) == ("retry", "web", request)
    assert '<p class="flash good" role="status">retry accepted</p>' in await read(failed, ONE)
    assert "flash" not in await read(failed, ONE)


async def test_a_refusal_is_told_on_the_page(failed: Catalyst) -> None:
    failed.gateway.refusal = RefusedError("nothing has failed <yet>", hint="Wait.")
    await press(failed, "retry", request="r")
    assert "nothing has failed &lt;yet&gt; Wait." in await read(failed, ONE)


@pytest.mark.invariant(7)
async def test_an_approval_from_the_page_is_for_the_commit_it_showed(catalyst: Catalyst) -> None:
    fork = make_snapshot(phase=Phase.PENDING, reason=f"fork: needs approval of {COMMIT}")
    await catalyst.store.environments.record(fork)
    catalyst.gateway.running["pr-shop-12"] = fork
    page = await read(catalyst, ONE)
    assert hidden(page, "commit") == COMMIT
    await press(catalyst, "approve", request="r", commit=COMMIT)
    assert catalyst.gateway.commands[0][2].model_dump()["commit"] == COMMIT
    assert (await press(catalyst, "approve", request="r", commit="main")).status_code == 422


@pytest.mark.spec("ENV-017")
async def test_each_service_can_be_reset_from_the_page(catalyst: Catalyst) -> None:
    snapshot = make_snapshot(services=("db", "cache"))
    await catalyst.store.environments.record(snapshot)
    catalyst.gateway.running["pr-shop-12"] = snapshot
    page = await read(catalyst, ONE)
    assert "Reset db…" in page
    assert "Reset cache…" in page
    await press(catalyst, "reset_service", request="r", service="cache")
    assert catalyst.gateway.commands[0][2].model_dump()["service"] == "cache"
    assert (await press(catalyst, "reset_service", request="r", service="")).status_code == 422


async def test_a_forged_cookie_cannot_put_markup_on_a_page(failed: Catalyst) -> None:
    cookie = "catalyst_flash=good%20%3Cscript%3Ealert(1)%3C/script%3E"
    answer = await failed.http.get("/", headers=BROWSER | {"cookie": cookie})
    assert "<script>alert" not in answer.text

"""Where nothing to run was found, people are led to a form, and what they say there counts and is kept."""

import html
import re

import httpx
import pytest

from tests.api.conftest import Catalyst
from tests.api.pages.browser import BROWSER, ONE, read, send
from tests.support.examples import COMMIT, NOW, make_project, make_revision, make_snapshot
from workflows.errors import StoreError
from workflows.models import Application, ApplicationKind, DetectionOverrides, Phase, Serving
from workflows.overrides import EnvironmentOverrides

SETUP = f"{ONE}/setup"
HOSTILE = "<script>alert(1)</script> && echo '\"><img/src=x/onerror=alert(2)>' "
WHY = "Nothing that serves was found in the root: looked for a `Dockerfile`."
pytestmark = pytest.mark.spec("EC-1", "ENV-008", "ENV-011")


@pytest.fixture
async def shop(catalyst: Catalyst) -> Catalyst:
    """A registered project with an environment in which nothing to run was found."""
    await catalyst.store.projects.put(make_project())
    await deploy(catalyst, Application(is_base_container=True))
    return catalyst


async def deploy(catalyst: Catalyst, application: Application | None, **changes: object) -> None:
    serving = Serving(commit=COMMIT, url="http://web-shop-pr-shop-12.localhost/", since=NOW)
    revision = make_revision(application=application, reasons=(WHY,))
    snapshot = make_snapshot(revisions=(revision,), serving=serving).model_copy(update=changes)
    await catalyst.store.environments.record(snapshot)
    catalyst.gateway.running["pr-shop-12"] = snapshot


async def keep(catalyst: Catalyst, values: EnvironmentOverrides) -> None:
    await catalyst.store.overrides.change("web-shop", "pr-shop-12", lambda _: values, by="ada")


async def kept(catalyst: Catalyst) -> EnvironmentOverrides:
    return (await catalyst.store.overrides.get("web-shop", "pr-shop-12")).values


def fields(page: str) -> dict[str, str]:
    """What a browser would send of the form if nothing were typed."""
    inputs = re.findall(r'<input [^>]*?name="([^"]+)" value="([^"]*)"', page)
    areas = re.findall(r'<textarea [^>]*?name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    chosen = re.search(r"<option selected>([^<]+)</option>", page)
    found = {name: html.unescape(value) for name, value in (*inputs, *areas)}
    return found | {"kind": chosen[1] if chosen else ""}


async def type_in(catalyst: Catalyst, page: str, **typed: str) -> httpx.Response:
    """Fill the form of that page and press the button; `apply` says which."""
    return await send(catalyst, SETUP, **(fields(page) | {"apply": "true"} | typed))


async def test_the_environments_page_says_what_is_missing_and_leads_to_the_form(
    shop: Catalyst,
) -> None:
    page = await read(shop, ONE)
    assert "Nothing to run was found" in page
    assert f'<a href="{SETUP}">give the command</a>' in page
    assert f'<a class="button" href="{SETUP}">Set up</a>' in page


@pytest.mark.parametrize(
    ("application", "phase"),
    [
        (Application(kind=ApplicationKind.NODE, start="npm start"), Phase.READY),
        (Application(start="perl serve.pl"), Phase.READY),
        (None, Phase.READY),
        (Application(is_base_container=True), Phase.DELETED),
    ],
)
async def test_where_something_runs_or_nothing_is_left_there_is_the_button_alone(
    shop: Catalyst, application: Application | None, phase: Phase
) -> None:
    await deploy(shop, application, phase=phase, sequence=2)
    page = await read(shop, ONE)
    assert "Nothing to run was found" not in page
    assert f'href="{SETUP}">Set up</a>' in page


async def test_nothing_found_is_told_with_reasons_and_a_file_to_copy(shop: Catalyst) -> None:
    page = await read(shop, SETUP)
    assert "Nothing to run was found" in page
    assert "looked for a <code>Dockerfile</code>" in page
    assert "version: 1\nport: 3000\ncommands:\n  start: npm start\n" in page
    assert "Reset all" not in page


async def test_a_command_is_kept_and_deployed_at_once_and_the_answer_is_told(
    shop: Catalyst,
) -> None:
    page = await read(shop, SETUP)
    answer = await type_in(shop, page, start="perl serve.pl", port="4500")
    assert (answer.status_code, answer.headers["location"]) == (303, ONE)
    assert (await kept(shop)).detection == DetectionOverrides(start="perl serve.pl", port=4500)
    ((name, _, command, request_id),) = shop.gateway.commands
    assert (name, command.face, request_id) == ("redeploy", "web", fields(page)["request"])
    flash = '<p class="flash good" role="status">Kept. The environment is deployed again now.</p>'
    assert flash in await read(shop, ONE)
    shown = await read(shop, SETUP)
    assert fields(shown)["start"] == "perl serve.pl"
    assert "counts with the next deployment" in shown
    (entry,) = await shop.store.audit.list()
    assert (entry.operation, entry.face, entry.detail) == ("set_overrides", "web", "start, port")


async def test_it_may_wait_for_the_next_push(shop: Catalyst) -> None:
    await type_in(shop, await read(shop, SETUP), dev="vite", apply="false")
    assert shop.gateway.commands == []
    assert "next push or redeploy" in await read(shop, ONE)


async def test_two_people_who_change_different_fields_lose_nothing(shop: Catalyst) -> None:
    await keep(shop, EnvironmentOverrides(variables={"A": "1", "LINES": "one\r\ntwo\n"}))
    first, second = await read(shop, SETUP), await read(shop, SETUP)
    await type_in(shop, first, start="npm start", variables="A=1\nB=2")
    await type_in(shop, second, port="3000", variables="A=1\nC=3")
    after = await kept(shop)
    assert after.detection == DetectionOverrides(start="npm start", port=3000)
    assert after.variables == {"A": "1", "B": "2", "C": "3", "LINES": "one\r\ntwo\n"}


async def test_an_emptied_field_is_left_to_detection_again(shop: Catalyst) -> None:
    await keep(shop, EnvironmentOverrides(detection=DetectionOverrides(start="a", dev="b")))
    await type_in(shop, await read(shop, SETUP), start="")
    assert (await kept(shop)).detection == DetectionOverrides(dev="b")


async def test_a_mistake_is_told_at_its_field_and_nothing_typed_is_lost(shop: Catalyst) -> None:
    await keep(shop, EnvironmentOverrides(detection=DetectionOverrides(dev="vite")))
    page = await read(shop, SETUP)
    typed = {"start": HOSTILE.strip(), "port": "80a", "kind": "go", "variables": "A=1\n<b>"}
    answer = await type_in(shop, page, **typed)
    assert answer.status_code == 422
    assert "Port must be a whole number, not text." in answer.text
    assert "Line 2 must have the form <code>NAME=value</code>." in answer.text
    assert "<script>alert" not in answer.text
    again = fields(answer.text)
    assert {name: again[name] for name in typed} == typed
    assert (again["dev"], again["was.start"], again["was.dev"]) == ("vite", "", "vite")
    assert (await kept(shop)).detection == DetectionOverrides(dev="vite")
    assert shop.gateway.commands == []
    answer = await type_in(shop, answer.text, port="80", variables="A=1")
    assert answer.status_code == 303
    assert (await kept(shop)).variables == {"A": "1"}


async def test_a_form_that_changes_nothing_is_told(shop: Catalyst) -> None:
    answer = await type_in(shop, await read(shop, SETUP))
    assert answer.status_code == 422
    assert "because nothing was changed" in answer.text
    assert await shop.store.audit.list() == ()


async def test_what_the_operation_refuses_is_told_at_its_field(shop: Catalyst) -> None:
    page = await read(shop, SETUP)
    lines = "\n".join(f"V{number}=" for number in range(150))
    await type_in(shop, page, variables=lines, apply="false")
    more = "\n".join(f"W{number}=" for number in range(150))
    answer = await type_in(shop, page, variables=more)
    assert answer.status_code == 422
    assert '<p class="error">there would be 300 variables' in answer.text
    assert fields(answer.text)["variables"] == more


async def test_an_outage_while_saving_loses_nothing_that_was_typed(
    shop: Catalyst, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await read(shop, SETUP)

    async def fail(*_: object, **__: object) -> None:
        raise StoreError("the database does not answer")

    monkeypatch.setattr(shop.store.overrides, "change", fail)
    answer = await type_in(shop, page, start="npm start")
    assert answer.status_code == 503
    assert "the database does not answer" in answer.text
    assert fields(answer.text)["start"] == "npm start"
    answer = await send(shop, f"{SETUP}/reset")
    assert (answer.status_code, answer.headers["location"]) == (303, ONE)
    assert "the database does not answer" in await read(shop, ONE)


async def test_everything_is_reset_behind_a_question(shop: Catalyst) -> None:
    values = EnvironmentOverrides(
        detection=DetectionOverrides(start="a"), variables={"A": "1"}, image="shop:1"
    )
    await keep(shop, values)
    page = await read(shop, SETUP)
    assert f'<form method="post" action="{SETUP}/reset">' in page
    assert page.index("Reset all to detection…</summary>") < page.index("Yes, reset all")
    answer = await send(shop, f"{SETUP}/reset", request="r-1")
    assert (answer.status_code, answer.headers["location"]) == (303, ONE)
    assert await kept(shop) == EnvironmentOverrides()
    assert [(name, request) for name, _, _, request in shop.gateway.commands] == [
        ("redeploy", "r-1")
    ]


@pytest.mark.parametrize("length", [1, 4_000])
async def test_hostile_commands_are_shown_as_text(shop: Catalyst, length: int) -> None:
    command = (HOSTILE * length)[:4_096].strip()
    values = EnvironmentOverrides(
        detection=DetectionOverrides(start=command, dev=command, build=command),
        variables={"A": HOSTILE, "LINES": f"{HOSTILE}\n</textarea>{HOSTILE}"},
    )
    await keep(shop, values)
    found = Application(kind=ApplicationKind.NODE, start=command, install=command)
    await deploy(shop, found, sequence=2)
    page = await read(shop, SETUP)
    assert "<script>alert" not in page
    assert "<img/src" not in page
    assert fields(page)["start"] == command
    answer = await type_in(shop, page, port="80")
    assert answer.status_code == 303
    expected = values.detection.model_copy(update={"port": 80})
    assert await kept(shop) == values.model_copy(update={"detection": expected})


async def test_the_longest_variables_fit_into_the_form(shop: Catalyst) -> None:
    long = dict.fromkeys("ABCD", "👋" * 32000)
    await keep(shop, EnvironmentOverrides(variables=long))
    answer = await type_in(shop, await read(shop, SETUP), start="x")
    assert answer.status_code == 303
    assert (await kept(shop)).variables == long


@pytest.mark.parametrize("body", [b"start=\xff", b"start=%ff"])
async def test_a_form_that_cannot_be_read_is_told(shop: Catalyst, body: bytes) -> None:
    answer = await shop.http.post(SETUP, content=body, headers=BROWSER)
    assert answer.status_code == 422
    assert "the form cannot be read" in answer.text
    assert await kept(shop) == EnvironmentOverrides()


@pytest.mark.parametrize("path", [SETUP, f"{SETUP}/reset"])
async def test_another_sites_page_cannot_set_anything(shop: Catalyst, path: str) -> None:
    headers = BROWSER | {"origin": "http://evil.example"}
    answer = await shop.http.post(path, content="start=x", headers=headers)
    assert answer.status_code == 403
    assert await kept(shop) == EnvironmentOverrides()


async def test_an_environment_that_nobody_knows_has_no_set_up_page(shop: Catalyst) -> None:
    answer = await shop.http.get("/environments/web-shop/pr-shop-99/setup", headers=BROWSER)
    assert answer.status_code == 404
    assert "there is no environment web-shop/pr-shop-99" in answer.text

"""What detection found wrongly is set right for one environment, stays so, and is left to detection again."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from api.failures import RefusedError
from api.rest.routes import PREFIX
from api.schemas import OverridesWritten, Problem
from tests.api.conftest import Catalyst
from tests.support.examples import make_project, make_revision, make_snapshot
from workflows.models import Phase
from workflows.overrides import MAX_VARIABLES_TEXT

ENVIRONMENTS = f"{PREFIX}/environments/web-shop"
ONE = f"{ENVIRONMENTS}/pr-shop-12/overrides"
pytestmark = pytest.mark.spec("ENV-011")


@pytest.fixture
async def shop(running: Catalyst) -> Catalyst:
    """A registered project with an environment that runs."""
    await running.store.projects.put(make_project())
    return running


async def write(catalyst: Catalyst, body: object, url: str = ONE) -> OverridesWritten:
    answer = await catalyst.http.patch(url, json=body)
    assert answer.status_code == 200, answer.text
    return OverridesWritten.model_validate(answer.json())


async def test_what_is_set_is_shown_with_who_set_it_and_deployed_at_once(shop: Catalyst) -> None:
    answer = await shop.http.patch(
        ONE,
        json={"start": "node .", "port": 8080, "kind": "node", "workdir": "web"},
        headers={"Idempotency-Key": "set-1"},
    )
    written = OverridesWritten.model_validate(answer.json())
    assert written.changed == ("workdir", "kind", "start", "port")
    assert written.is_redeploying
    assert written.message == "Kept. The environment is deployed again now."
    ((name, environment, command, request_id),) = shop.gateway.commands
    assert (name, environment, request_id) == ("redeploy", "pr-shop-12", "set-1")
    assert (command.actor, command.face) == ("operator", "rest")
    shown = (await shop.http.get(ONE)).json()
    assert (shown["start"], shown["port"], shown["kind"]) == ("node .", 8080, "node")
    assert (shown["workdir"], shown["dev"], shown["set_by"]) == ("web", None, "operator")


async def test_only_what_is_named_changes_and_null_resets(shop: Catalyst) -> None:
    await write(shop, {"start": "node .", "dev": "vite", "variables": {"A": "1", "B": "2"}})
    written = await write(shop, {"dev": None, "variables": {"A": None, "C": ""}})
    assert written.changed == ("dev", "variables.A", "variables.C")
    assert written.overrides.start == "node ."
    assert written.overrides.dev is None
    assert written.overrides.variables == {"B": "2", "C": ""}
    assert (await write(shop, {"start": ""})).changed == ("start",)


async def test_a_reset_leaves_everything_to_detection_again(shop: Catalyst) -> None:
    await write(shop, {"start": "node .", "variables": {"A": "1"}, "image": "shop:1"})
    answer = await shop.http.post(f"{ONE}/reset")
    written = OverridesWritten.model_validate(answer.json())
    assert written.changed == ("start", "image", "variables.A")
    assert written.is_redeploying
    shown = (await shop.http.get(ONE)).json()
    assert (shown["start"], shown["image"], shown["variables"]) == (None, None, {})
    assert [name for name, *_ in shop.gateway.commands] == ["redeploy", "redeploy"]


async def test_a_reset_of_nothing_does_nothing(shop: Catalyst) -> None:
    answer = await shop.http.post(f"{ONE}/reset")
    assert answer.json()["message"] == "Nothing changed. Nothing was ever overridden."
    assert shop.gateway.commands == []


async def test_the_audit_tells_what_was_changed_and_no_value(shop: Catalyst) -> None:
    await write(shop, {"start": "node .", "variables": {"TOKEN": "hunter22"}})
    (entry,) = await shop.store.audit.list()
    assert (entry.operation, entry.subject) == ("set_overrides", "web-shop/pr-shop-12")
    assert entry.detail == "start, variables.TOKEN"


@pytest.mark.parametrize("body", [{"start": "x", "apply": False}, {"apply": False, "port": 80}])
async def test_they_may_wait_for_the_next_push(shop: Catalyst, body: dict[str, object]) -> None:
    written = await write(shop, body)
    assert not written.is_redeploying
    assert "next push" in written.message
    reset = await shop.http.post(f"{ONE}/reset", json={"apply": False})
    assert reset.json()["is_redeploying"] is False
    assert shop.gateway.commands == []


async def test_a_request_that_comes_again_redeploys_until_a_revision_was_made_with_it(
    shop: Catalyst,
) -> None:
    """The answer to the first may have been lost, and its redeploy with it."""
    await write(shop, {"start": "node ."})
    again = await write(shop, {"start": "node ."})
    assert (again.changed, again.is_redeploying) == ((), True)
    revision = make_revision(number=2, created_at=datetime.now(UTC) + timedelta(seconds=1))
    await shop.store.environments.record(make_snapshot(sequence=2, revisions=(revision,)))
    later = await write(shop, {"start": "node ."})
    assert (later.changed, later.is_redeploying) == ((), False)
    assert later.message == "Nothing changed. The newest revision was made with it already."
    assert len(shop.gateway.commands) == 2
    # What has just changed is deployed, whatever the clocks of Temporal and the API say.
    assert (await write(shop, {"start": "bun ."})).is_redeploying


@pytest.mark.parametrize("phase", [Phase.DELETED, Phase.DELETING])
async def test_what_was_removed_is_not_brought_back_by_a_setting(
    shop: Catalyst, phase: Phase
) -> None:
    await shop.store.environments.record(make_snapshot(sequence=2, phase=phase))
    written = await write(shop, {"start": "node ."})
    assert not written.is_redeploying
    assert "when it comes back" in written.message
    assert shop.gateway.commands == []


async def test_it_is_kept_when_the_environment_cannot_be_deployed_now(shop: Catalyst) -> None:
    shop.gateway.refusal = RefusedError("fork: needs approval of 4f2a9c0 first")
    refused = await write(shop, {"start": "one"})
    assert not refused.is_redeploying
    assert "needs approval" in refused.message
    shop.gateway.is_down = True
    unknown = await write(shop, {"start": "two"})
    assert not unknown.is_redeploying
    assert "not known" in unknown.message
    assert (await shop.http.get(ONE)).json()["start"] == "two"


async def test_it_may_be_set_before_the_pull_request_is_opened(catalyst: Catalyst) -> None:
    await catalyst.store.projects.put(make_project())
    written = await write(catalyst, {"start": "node ."}, f"{ENVIRONMENTS}/pr-shop-99/overrides")
    assert not written.is_redeploying
    assert "when its pull request is deployed" in written.message
    assert catalyst.gateway.started == []
    kept = await catalyst.store.overrides.get("web-shop", "pr-shop-99")
    assert kept.values.detection.start == "node ."


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (f"{ENVIRONMENTS}/pr-shp-12/overrides", "there is no environment web-shop/pr-shp-12"),
        (f"{PREFIX}/environments/web-blog/pr-blog-1/overrides", "no project `web-blog`"),
    ],
)
async def test_a_misspelt_name_is_told_and_nothing_kept(
    shop: Catalyst, url: str, told: str
) -> None:
    for answer in (
        await shop.http.get(url),
        await shop.http.patch(url, json={"start": "x"}),
        await shop.http.post(f"{url}/reset"),
    ):
        problem = Problem.model_validate(answer.json())
        assert (answer.status_code, problem.code) == (404, "NOT_FOUND")
        assert told in problem.detail


@pytest.mark.spec("OPS-5")
@pytest.mark.parametrize(
    ("body", "where", "told"),
    [
        ({"start": "a\nb"}, "body.start", "must be one line, without control characters"),
        ({"start": "a\u0000"}, "body.start", "must be one line, without control characters"),
        ({"start": 5}, "body.start", "must be text, not a number"),
        ({"workdir": "../x"}, "body.workdir", "must stay inside the repository"),
        ({"port": 70000}, "body.port", "must be at most 65535"),
        ({"port": "80"}, "body.port", "must be a whole number, not text"),
        ({"kind": "nodejs"}, "body.kind", "must be 'compose', 'dockerfile', 'node'"),
        ({"image": "Shop"}, "body.image", "must be an image such as"),
        ({"variables": {"1A": "x"}}, "body.variables.1A", "must be letters, digits and `_`"),
        ({"variables": {"CATALYST_X": "x"}}, "body.variables.CATALYST_X", "is reserved"),
        ({"variables": ["A"]}, "body.variables", "must be keys and values, not a list"),
        ({"strat": "x"}, "strat", "is unknown; did you mean `start`?"),
        ({"start": "x", "project": "web-blog"}, "project", "is unknown"),
        ({"apply": "perhaps"}, "body.apply", "valid boolean"),
    ],
    ids=str,
)
async def test_what_cannot_be_meant_is_told_with_its_field(
    shop: Catalyst, body: dict[str, object], where: str, told: str
) -> None:
    answer = await shop.http.patch(ONE, json=body)
    assert answer.status_code == 422, answer.text
    problem = Problem.model_validate(answer.json())
    (error,) = problem.errors
    assert error["where"] == where
    assert told in error["message"]
    assert (await shop.store.overrides.get("web-shop", "pr-shop-12")).set_at is None
    assert shop.gateway.commands == []


@pytest.mark.parametrize("body", [{}, {"apply": True}])
async def test_a_change_that_names_nothing_is_told(shop: Catalyst, body: dict[str, bool]) -> None:
    answer = await shop.http.patch(ONE, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")
    assert "no field is named" in answer.json()["detail"]
    assert "such as `start`" in answer.json()["hint"]


async def test_variables_that_become_too_many_by_and_by_are_refused(shop: Catalyst) -> None:
    value = "x" * (MAX_VARIABLES_TEXT // 4 - 1)
    for name in "ABCD":
        await write(shop, {"variables": {name: value}})
    answer = await shop.http.patch(ONE, json={"variables": {"E": ""}})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "variables"
    assert "131,073 characters" in answer.json()["detail"]
    kept = await shop.store.overrides.get("web-shop", "pr-shop-12")
    assert set(kept.values.variables) == set("ABCD")


async def test_text_of_any_language_comes_back_as_it_was_sent(shop: Catalyst) -> None:
    said = {"GREETING": "Grüß Gott, 世界 👋🏽 \u202eabc", "LINES": "one\ntwo\ttab"}
    await write(shop, {"start": "node сервер.js", "variables": said})
    shown = (await shop.http.get(ONE)).json()
    assert (shown["start"], shown["variables"]) == ("node сервер.js", said)


async def test_people_who_change_different_fields_at_once_lose_nothing(shop: Catalyst) -> None:
    bodies: list[dict[str, object]] = [{"start": "a"}, {"dev": "b"}, {"port": 80}]
    bodies += [{"variables": {f"V{number}": str(number)}} for number in range(12)]
    await asyncio.gather(*(write(shop, body) for body in bodies))
    shown = (await shop.http.get(ONE)).json()
    assert (shown["start"], shown["dev"], shown["port"]) == ("a", "b", 80)
    assert shown["variables"] == {f"V{number}": str(number) for number in range(12)}

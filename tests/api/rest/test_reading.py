"""Lists and single environments, and the words for what is missing, unknown or unreachable."""

import pytest

from activities.cluster_reader import NamespaceStanding
from api.rest.routes import PREFIX
from tests.api.conftest import Catalyst
from tests.support.examples import (
    COMMIT,
    make_snapshot,
)
from workflows.models import Phase

ONE = f"{PREFIX}/environments/web-shop/pr-shop-12"


@pytest.mark.spec("US2")
async def test_environments_are_listed_with_what_a_person_needs(running: Catalyst) -> None:
    answer = (await running.http.get(f"{PREFIX}/environments")).json()
    (found,) = answer["environments"]
    assert (answer["total"], answer["phases"]) == (1, {"ready": 1})
    assert found["url"] == "http://web-shop-pr-shop-12.localhost/"
    assert found["commit"] == found["serving_commit"] == COMMIT
    assert found["links"] == {
        "page": "http://127.0.0.1:8080/environments/web-shop/pr-shop-12",
        "logs": "http://127.0.0.1:8080/environments/web-shop/pr-shop-12/logs",
        "pull_request": "https://github.com/acme/shop/pull/12",
        "shared_with": [],
        "commit": f"https://github.com/acme/shop/commit/{COMMIT}",
        "workflow": "http://127.0.0.1:8233/namespaces/default/workflows/env%3Aweb-shop%3Apr-shop-12",
    }


async def test_lists_are_filtered_and_paged(catalyst: Catalyst) -> None:
    for number in range(1, 6):
        phase = Phase.FAILED if number % 2 else Phase.READY
        await catalyst.store.environments.record(make_snapshot(number, phase=phase))
    url = f"{PREFIX}/environments"
    failed = (await catalyst.http.get(url, params={"phase": "failed", "limit": 2})).json()
    assert [each["number"] for each in failed["environments"]] == [5, 3]
    assert (failed["total"], failed["limit"], failed["offset"]) == (3, 2, 0)
    rest = (
        await catalyst.http.get(url, params={"phase": "failed", "limit": 2, "offset": 2})
    ).json()
    assert [each["number"] for each in rest["environments"]] == [1]
    for wrong in ({"phase": "broken"}, {"limit": 0}, {"limit": 501}, {"offset": -1}):
        answer = await catalyst.http.get(url, params=wrong)
        assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")
        assert answer.json()["errors"][0]["where"] == f"query.{next(iter(wrong))}"


@pytest.mark.spec("EC-10")
@pytest.mark.invariant(10)
async def test_missing_unknown_and_unreachable_are_different_words(running: Catalyst) -> None:
    async def standing() -> tuple[str, str]:
        found = (await running.http.get(ONE)).json()["standing"]
        return found["state"], found["cluster"]

    assert await standing() == ("fine", "present")
    running.cluster.says = NamespaceStanding.MISSING
    assert await standing() == ("missing", "missing")
    running.cluster.says = NamespaceStanding.UNREACHABLE
    assert await standing() == ("unknown", "unreachable")
    running.gateway.is_down = True
    found = (await running.http.get(ONE)).json()["standing"]
    assert (found["state"], found["workflow"]) == ("unknown", "unreachable")


@pytest.mark.spec("EC-10")
async def test_an_unknown_environment_is_not_found_only_when_that_is_certain(
    catalyst: Catalyst,
) -> None:
    answer = await catalyst.http.get(ONE)
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    catalyst.gateway.is_down = True
    answer = await catalyst.http.get(ONE)
    assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")


async def test_an_environment_that_was_never_recorded_is_read_from_its_workflow(
    catalyst: Catalyst,
) -> None:
    catalyst.gateway.running["pr-shop-12"] = make_snapshot(phase=Phase.PENDING)
    answer = await catalyst.http.get(ONE)
    assert (answer.status_code, answer.json()["phase"]) == (200, "pending")


@pytest.mark.spec("US2")
async def test_one_environment_shows_its_revisions_and_why(running: Catalyst) -> None:
    found = (await running.http.get(ONE)).json()
    assert [each["number"] for each in found["revisions"]] == [1]
    assert found["standing"]["actions"] == ["redeploy", "delete"]


@pytest.mark.spec("OPS-5")
@pytest.mark.parametrize("name", ["PR-Shop", "a_b", "-a", "a" * 64, "pr shop"])
async def test_a_name_that_kubernetes_would_not_take_is_refused_at_the_door(
    catalyst: Catalyst, name: str
) -> None:
    answer = await catalyst.http.get(f"{PREFIX}/environments/web-shop/{name}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "path.environment"

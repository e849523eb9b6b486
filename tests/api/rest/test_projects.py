"""What people configure, through REST."""

import pytest

from api.rest.routes import PREFIX
from tests.api.conftest import Catalyst
from tests.support.examples import (
    make_project,
)


async def test_a_project_is_registered_and_replaced(catalyst: Catalyst) -> None:
    url, sent = f"{PREFIX}/projects/web-shop", make_project().model_dump(mode="json")
    assert (await catalyst.http.put(url, json=sent)).json()["is_new"] is True
    sent["drafts"] = "deploy"
    answer = await catalyst.http.put(url, json=sent)
    assert (answer.status_code, answer.json()["is_new"]) == (200, False)
    assert (await catalyst.http.get(url)).json()["drafts"] == "deploy"
    listed = (await catalyst.http.get(f"{PREFIX}/projects")).json()["projects"]
    assert [each["key"] for each in listed] == ["web-shop"]
    assert (await catalyst.http.get(f"{PREFIX}/projects/other")).status_code == 404


@pytest.mark.spec("OPS-5")
@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({"key": "other-shop"}, 422, "the path says"),
        ({"drafs": "skip"}, 422, "drafs"),
        ({"templates": {"development": {"chrat": "x"}}}, 422, "templates.development.chrat"),
        ({"drafts": "maybe"}, 422, "drafts"),
        ({"sources": []}, 422, "at least one repository"),
        ({"team": "web-shop", "name": "x"}, 422, "the key must be"),
    ],
)
async def test_settings_that_cannot_be_meant_are_refused_with_the_place(
    catalyst: Catalyst, changes: dict[str, object], status: int, told: str
) -> None:
    sent = make_project().model_dump(mode="json") | changes
    answer = await catalyst.http.put(f"{PREFIX}/projects/web-shop", json=sent)
    assert answer.status_code == status
    assert told in answer.json()["detail"]
    assert await catalyst.store.projects.list() == ()


async def test_a_repository_of_another_project_is_a_conflict(catalyst: Catalyst) -> None:
    await catalyst.store.projects.put(make_project())
    other = make_project("other", "shop").model_dump(mode="json")
    answer = await catalyst.http.put(f"{PREFIX}/projects/other-shop", json=other)
    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
    assert "remove the repository" in answer.json()["hint"]

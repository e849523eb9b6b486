"""Environments that an agent asks for, by REST."""

from typing import Any

import pytest

from api.rest.routes import PREFIX
from tests.api.conftest import Catalyst
from tests.support.examples import COMMIT, make_project, make_snapshot
from workflows.models import AskedFor, Phase, PullRequestRef, Source, Template

pytestmark = pytest.mark.spec("ENV-022")
PATH = f"{PREFIX}/projects/web-shop/agent-environments"
NAME = "agent-shop-basket"
ONE = f"{PREFIX}/environments/web-shop/{NAME}"
AUTO = {"development": Template(type="auto")}


async def put_project(catalyst: Catalyst, **changes: Any) -> None:
    project = make_project().model_copy(update={"templates": AUTO, **changes})
    await catalyst.store.projects.put(project)


async def test_an_environment_follows_the_branch_that_is_asked_for(catalyst: Catalyst) -> None:
    await put_project(catalyst)
    answer = await catalyst.http.post(PATH, json={"branch": "larger-basket", "name": "basket"})
    assert answer.status_code == 200
    assert answer.json() == {
        "project": "web-shop",
        "environment": NAME,
        "is_new": True,
        "message": f"{NAME} is being made: branch `larger-basket` of acme/shop",
        "page": f"http://127.0.0.1:8080/environments/web-shop/{NAME}",
    }
    ((ref, follows),) = catalyst.gateway.started
    assert (ref.team, ref.project, ref.environment) == ("web", "web-shop", NAME)
    assert follows == PullRequestRef(
        installation=7, repository_id=1001, repository="acme/shop", number=0, branch="larger-basket"
    )
    [entry] = await catalyst.store.audit.list(subject="web-shop")
    assert (entry.operation, entry.detail) == ("create_agent_environment", f"environment {NAME}")


async def test_the_same_name_again_is_the_same_environment(catalyst: Catalyst) -> None:
    await put_project(catalyst)
    body = {"name": "basket", "commit": COMMIT}
    await catalyst.http.post(PATH, json=body)
    catalyst.gateway.running[NAME] = make_snapshot(phase=Phase.READY)
    answer = (await catalyst.http.post(PATH, json=body)).json()
    assert (answer["environment"], answer["is_new"]) == (NAME, False)
    assert answer["message"] == f"{NAME} has the default branch of acme/shop at {COMMIT}"
    assert len(catalyst.gateway.started) == 1


@pytest.mark.spec("ENV-005")
async def test_code_in_a_directory_of_the_node_is_another_wish(catalyst: Catalyst) -> None:
    await put_project(catalyst)
    body = {"name": "basket", "on_host": True}
    made = (await catalyst.http.post(PATH, json=body)).json()
    assert made["message"].endswith("of acme/shop, with the code in a directory of the node")
    answer = await catalyst.http.post(PATH, json={"name": "basket"})
    assert answer.status_code == 409
    assert "with the code in a directory of the node" in answer.json()["detail"]


async def test_a_request_without_a_name_is_repeated_by_its_key(catalyst: Catalyst) -> None:
    await put_project(catalyst)
    made = [
        (await catalyst.http.post(PATH, json={}, headers={"Idempotency-Key": key})).json()
        for key in ("one", "two")
    ]
    catalyst.gateway.running[made[0]["environment"]] = make_snapshot()
    again = await catalyst.http.post(PATH, json={}, headers={"Idempotency-Key": "one"})
    assert again.json()["environment"] == made[0]["environment"] != made[1]["environment"]
    assert made[0]["environment"].startswith("agent-shop-")


async def test_a_name_stands_for_one_wish(catalyst: Catalyst) -> None:
    await put_project(catalyst)
    await catalyst.http.post(PATH, json={"name": "basket"})
    answer = await catalyst.http.post(PATH, json={"name": "basket", "branch": "other"})
    assert answer.status_code == 409
    assert answer.json()["detail"] == (
        f"{NAME} is there already, and has the default branch of acme/shop"
    )
    catalyst.gateway.running[NAME] = make_snapshot(phase=Phase.DELETING)
    answer = await catalyst.http.post(PATH, json={"name": "basket"})
    assert answer.status_code == 409
    assert "is being removed" in answer.json()["detail"]


async def test_what_cannot_be_made_says_what_to_do(catalyst: Catalyst) -> None:
    answer = await catalyst.http.post(PATH, json={})
    assert (answer.status_code, answer.json()["detail"]) == (404, "there is no project `web-shop`")
    await put_project(catalyst, templates={"development": Template(type="helm")})
    answer = await catalyst.http.post(PATH, json={})
    assert answer.status_code == 409
    assert "of the type `auto`; it is `helm`" in answer.json()["detail"]
    assert "PUT /api/v1/projects/web-shop/templates/development" in answer.json()["hint"]
    assert catalyst.gateway.started == []


async def test_of_several_sources_one_has_to_be_named(catalyst: Catalyst) -> None:
    more = Source(name="api", repository_id=1002, repository="acme/api", installation=7)
    await put_project(catalyst, sources=(*make_project().sources, more))
    answer = await catalyst.http.post(PATH, json={})
    assert answer.status_code == 422
    assert "`shop`, `api`" in answer.json()["detail"]
    answer = await catalyst.http.post(PATH, json={"source": "nothing"})
    assert answer.status_code == 404
    answer = await catalyst.http.post(PATH, json={"source": "api", "name": "one"})
    assert answer.json()["environment"] == "agent-api-one"


@pytest.mark.spec("OPS-5")
@pytest.mark.parametrize(
    "body",
    [
        *({"branch": each} for each in ("-x", "a b", "a..b", "x.lock", "a//b", "/a", "a/", "é")),
        {"commit": "main"},
        {"name": "Basket"},
        {"name": "x" * 31},
        {"nmae": "basket"},
    ],
)
async def test_names_that_git_or_kubernetes_would_refuse_are_refused(
    catalyst: Catalyst, body: dict[str, str]
) -> None:
    await put_project(catalyst)
    assert (await catalyst.http.post(PATH, json=body)).status_code == 422
    assert catalyst.gateway.started == []


async def test_it_is_shown_with_its_branch_and_without_a_pull_request(catalyst: Catalyst) -> None:
    shown = agent_snapshot()
    await catalyst.store.environments.record(shown)
    catalyst.gateway.running[NAME] = shown
    answer = (await catalyst.http.get(ONE)).json()
    assert (answer["type"], answer["number"], answer["decisions"]) == ("agent", 0, [])
    assert answer["links"]["pull_request"] == "https://github.com/acme/shop/tree/feat/basket"
    page = (await catalyst.http.get(f"/environments/web-shop/{NAME}")).text
    assert ">Branch</a>" in page
    assert "#0" not in page
    assert "Pull request" not in page


async def test_one_whose_workflow_is_gone_is_started_again_to_be_removed(
    catalyst: Catalyst,
) -> None:
    await catalyst.store.environments.record(agent_snapshot())
    answer = await catalyst.http.delete(ONE)
    assert (answer.status_code, answer.json()["message"]) == (200, "delete accepted")
    assert catalyst.gateway.asked == {NAME: "branch `feat/basket` of acme/shop"}
    assert catalyst.gateway.told == []


def agent_snapshot() -> Any:
    found = make_snapshot(
        branch="feat/basket", title="", author="operator", asked=AskedFor(by="operator")
    )
    follows = found.pull_request.model_copy(update={"number": 0, "branch": "feat/basket"})
    return found.model_copy(
        update={
            "ref": found.ref.model_copy(update={"environment": NAME}),
            "pull_request": follows,
        }
    )

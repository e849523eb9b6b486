"""The door, where pull requests of several sources share environments: which one is told, decided by the event alone."""

import json
from typing import Any

import pytest

from tests.api.conftest import SECRET, Catalyst
from tests.api.webhooks.deliveries import make_headers, pull_request
from tests.support.examples import make_project
from workflows.models import Source, SourceSettings, Template

pytestmark = pytest.mark.spec("ENV-016")

SHARED = "br-cart"


def event(action: str, repository_id: int, *, fork: bool = False) -> Any:
    payload = pull_request(action, number=repository_id % 1000, repository_id=repository_id)
    head = 999 if fork else repository_id
    payload["pull_request"]["head"] |= {"ref": "cart", "repo": {"id": head}}
    return payload


async def deliver(catalyst: Catalyst, payload: Any) -> Any:
    body = json.dumps(payload).encode()
    headers = make_headers(body, "pull_request", SECRET)
    answer = await catalyst.http.post("/webhooks/github", content=body, headers=headers)
    assert answer.status_code == 202
    return answer.json()


async def settle(catalyst: Catalyst, *, share: bool) -> None:
    names = {"frontend": 1001, "backend": 1002, "docs": 1003}
    project = make_project().model_copy(
        update={
            "sources": tuple(
                Source(name=name, repository_id=each, repository="acme/shop", installation=7)
                for name, each in names.items()
            ),
            "templates": {
                "development": Template(
                    sources=tuple(SourceSettings(source=name) for name in ("frontend", "backend"))
                )
            },
            "share_by_branch": share,
        }
    )
    await catalyst.store.projects.put(project)


@pytest.fixture
async def shared(catalyst: Catalyst) -> Catalyst:
    await settle(catalyst, share=True)
    return catalyst


def told(catalyst: Catalyst) -> list[tuple[str, str]]:
    return [(name, hint.action) for name, hint in catalyst.gateway.told]


async def test_both_are_sent_to_one_environment_and_say_who_they_are(shared: Catalyst) -> None:
    for repository in (1001, 1002):
        await deliver(shared, event("opened", repository))
    assert {ref.environment for ref, _ in shared.gateway.started} == {SHARED}
    assert [
        (hint.pull_request and hint.pull_request.repository_id, hint.source)
        for _, hint in shared.gateway.told
    ] == [(1001, "frontend"), (1002, "backend")]


@pytest.mark.invariant(2)
async def test_a_close_of_either_is_told_to_it_and_starts_nothing(shared: Catalyst) -> None:
    answer = await deliver(shared, event("closed", 1002))
    assert (answer["decision"], answer["reason"]) == ("nothing to do", f"{SHARED} does not run")
    await deliver(shared, event("opened", 1001))
    answer = await deliver(shared, event("closed", 1002))
    assert answer["decision"] == "accepted"
    assert told(shared)[-1] == (SHARED, "closed")


@pytest.mark.invariant(7)
async def test_a_fork_has_an_environment_of_its_own(shared: Catalyst) -> None:
    await deliver(shared, event("opened", 1001))
    await deliver(shared, event("opened", 1002, fork=True))
    assert [ref.environment for ref, _ in shared.gateway.started] == [SHARED, "pr-backend-2"]


async def test_a_source_that_the_template_does_not_name_has_its_own(shared: Catalyst) -> None:
    await deliver(shared, event("opened", 1003))
    assert [ref.environment for ref, _ in shared.gateway.started] == ["pr-docs-3"]


@pytest.mark.invariant(1)
@pytest.mark.parametrize(
    ("share", "name"), [(True, SHARED), (False, "pr-frontend-1")], ids=["then shared", "then not"]
)
async def test_a_change_of_the_setting_leaves_what_runs_as_it_is(
    catalyst: Catalyst, share: bool, name: str
) -> None:
    await settle(catalyst, share=share)
    await deliver(catalyst, event("opened", 1001))
    await settle(catalyst, share=not share)
    answer = await deliver(catalyst, event("synchronize", 1001))
    assert answer["reason"] == f"{name} was told"
    assert told(catalyst) == [(name, "opened"), (name, "synchronize")]
    assert len(catalyst.gateway.started) == 1


async def test_without_the_setting_events_are_as_ever(catalyst: Catalyst) -> None:
    await catalyst.store.projects.put(make_project())
    await deliver(catalyst, event("opened", 1001))
    ((name, hint),) = catalyst.gateway.told
    assert (name, hint.pull_request, hint.source) == ("pr-shop-1", None, "")

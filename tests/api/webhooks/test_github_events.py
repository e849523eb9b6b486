"""Bytes and headers in, a typed event out; nothing that GitHub did not sign gets any further."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.webhooks.github_events import (
    Event,
    NothingToDo,
    Ping,
    PullRequestChanged,
    PullRequestClosed,
    SignatureError,
    UnreadableEventError,
    read_event,
    verify,
)
from tests.api.webhooks.deliveries import GUID, make_headers, published, pull_request

SECRET = "It's a Secret to Everybody"


def read(payload: Any, event: str = "pull_request") -> Event:
    body = json.dumps(payload).encode()
    return read_event(body, make_headers(body, event, SECRET), SECRET.encode())


def test_the_signature_is_the_one_of_githubs_own_example() -> None:
    """https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation"""
    verify(
        b"Hello, World!",
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        SECRET.encode(),
    )


@pytest.mark.spec("EC-9")
@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        "SHA256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        "sha1=" + hmac.new(SECRET.encode(), b"Hello, World!", hashlib.sha1).hexdigest(),
        "sha256=\udcff\u2603",
    ],
)
def test_a_missing_short_foreign_or_weaker_signature_is_refused(signature: str | None) -> None:
    with pytest.raises(SignatureError):
        verify(b"Hello, World!", signature, SECRET.encode())


@pytest.mark.spec("EC-9")
def test_without_a_secret_of_ours_nothing_is_genuine() -> None:
    signature = "sha256=" + hmac.new(b"", b"{}", hashlib.sha256).hexdigest()
    with pytest.raises(SignatureError):
        verify(b"{}", signature, b"")


@given(body=st.binary(max_size=200), at=st.integers(0, 199), bit=st.integers(0, 7))
def test_one_changed_bit_breaks_the_signature(body: bytes, at: int, bit: int) -> None:
    body += b"{}"
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    changed = bytearray(body)
    changed[at % len(body)] ^= 1 << bit
    with pytest.raises(SignatureError):
        verify(bytes(changed), signature, SECRET.encode())


@pytest.mark.spec("US1", "EC-9")
@pytest.mark.parametrize(
    "action",
    ["opened", "reopened", "synchronize", "ready_for_review", "converted_to_draft"],
)
def test_an_action_that_may_change_what_is_wanted_is_a_hint_to_look_again(action: str) -> None:
    payload = pull_request(action)
    event = read(payload)
    assert isinstance(event, PullRequestChanged)
    assert (event.number, event.repository_id, event.repository) == (12, 1001, "acme/shop")
    assert (event.installation, event.action, event.delivery) == (7, action, GUID)
    assert event.head_commit == payload["pull_request"]["head"]["sha"]
    assert event.sender == payload["sender"]["login"]


@pytest.mark.spec("US4")
def test_a_close_is_told_apart() -> None:
    assert isinstance(read(pull_request("closed")), PullRequestClosed)


def test_an_edit_counts_when_the_base_branch_changed() -> None:
    payload = pull_request("edited")
    payload["changes"] = {"title": {"from": "An older title"}}
    assert isinstance(read(payload), NothingToDo)
    payload["changes"] = {"base": {"ref": {"from": "main"}, "sha": {"from": "0" * 40}}}
    assert isinstance(read(payload), PullRequestChanged)


@pytest.mark.parametrize("action", ["labeled", "unlabeled"])
def test_other_actions_end_in_a_reason(action: str) -> None:
    event = read(pull_request(action))
    assert isinstance(event, NothingToDo)
    assert action in event.reason
    assert event.number == 12


def test_a_deleted_fork_and_an_unknown_field_do_no_harm() -> None:
    payload = pull_request("synchronize")
    payload["pull_request"]["head"]["repo"] = None
    payload["a_field_of_next_year"] = {"deep": [1, 2, 3]}
    assert isinstance(read(payload), PullRequestChanged)


def test_an_event_without_installation_says_so() -> None:
    payload = pull_request("opened")
    del payload["installation"]
    event = read(payload)
    assert isinstance(event, PullRequestChanged)
    assert event.installation is None


@pytest.mark.parametrize(
    ("event", "number"),
    [(event, number) for event, examples in published().items() for number in range(len(examples))],
)
def test_every_published_example_is_understood(event: str, number: int) -> None:
    found = read(published()[event][number], event)
    assert found.event == event
    if event == "ping":
        assert isinstance(found, Ping)
    elif event != "pull_request":
        assert isinstance(found, NothingToDo)
        assert event in found.reason


def _broken(path: str, value: object) -> dict[str, Any]:
    payload = pull_request("opened")
    *parents, last = path.split(".")
    inner = payload
    for name in parents:
        inner = inner[name]
    inner[last] = value
    return payload


@pytest.mark.spec("OPS-5")
@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (_broken("pull_request.head.sha", "main"), "pull_request.head.sha"),
        (_broken("pull_request.head.sha", "A" * 40), "pull_request.head.sha"),
        (_broken("repository.full_name", "../../etc"), "repository.full_name"),
        (_broken("repository", None), "repository"),
        (_broken("number", "twelve"), "number"),
        ([], "the body"),
        ("text", "the body"),
    ],
)
def test_what_is_signed_but_not_githubs_form_names_the_field_and_not_the_value(
    payload: object, told: str
) -> None:
    with pytest.raises(UnreadableEventError, match=told) as raised:
        read(payload)
    assert "etc" not in str(raised.value)


@pytest.mark.parametrize("body", [b"", b"payload=%7B%7D", b"\xff\xfe", b"{" * 100_000])
def test_a_body_that_is_not_json_is_refused_with_what_to_do(body: bytes) -> None:
    with pytest.raises(UnreadableEventError, match="application/json"):
        read_event(body, make_headers(body, "pull_request", SECRET), SECRET.encode())


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("x-github-event", ""),
        ("x-github-event", "Pull Request"),
        ("x-github-delivery", ""),
        ("x-github-delivery", "a" * 65),
        ("x-github-delivery", "guid\ninjected"),
    ],
)
def test_headers_that_github_would_not_send_are_refused(header: str, value: str) -> None:
    headers = make_headers(b"{}", "ping", SECRET) | {header: value}
    with pytest.raises(UnreadableEventError, match="headers"):
        read_event(b"{}", headers, SECRET.encode())


@pytest.mark.spec("ENV-016")
@pytest.mark.invariant(7)
@pytest.mark.parametrize(
    ("repository", "is_fork"),
    [({"id": 1001}, False), ({"id": 999}, True), (None, True)],
    ids=["own", "fork", "deleted fork"],
)
@pytest.mark.parametrize("action", ["opened", "closed"])
def test_the_head_tells_its_branch_and_whether_it_is_the_repositorys_own(
    action: str, repository: dict[str, int] | None, is_fork: bool
) -> None:
    payload = pull_request(action)
    payload["pull_request"]["head"] |= {"ref": "feature/cart", "repo": repository}
    event = read(payload)
    assert isinstance(event, PullRequestChanged | PullRequestClosed)
    assert (event.head_branch, event.is_fork) == ("feature/cart", is_fork)

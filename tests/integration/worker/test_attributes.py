"""Search attributes are looked for at the start, where the server lets a worker look."""

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from worker.attributes import missing_search_attributes


def answer_with(client: Client, monkeypatch: pytest.MonkeyPatch, status: RPCStatusCode) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise RPCError("no", status, b"")

    service = client.service_client.operator_service
    monkeypatch.setattr(service, "list_search_attributes", refuse)


async def test_what_the_namespace_knows_is_not_missing(client: Client) -> None:
    assert await missing_search_attributes(client) == []


@pytest.mark.spec("OPS-7")
@pytest.mark.parametrize("status", [RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED])
async def test_where_a_hosted_server_keeps_them_from_workers_the_operators_word_counts(
    client: Client, monkeypatch: pytest.MonkeyPatch, status: RPCStatusCode
) -> None:
    answer_with(client, monkeypatch, status)
    assert await missing_search_attributes(client) == []


@pytest.mark.spec("FR-011")
async def test_a_server_that_does_not_answer_says_nothing_about_them(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_with(client, monkeypatch, RPCStatusCode.UNAVAILABLE)
    with pytest.raises(RPCError):
        await missing_search_attributes(client)

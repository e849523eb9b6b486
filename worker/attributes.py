"""Whether Temporal's namespace knows our search attributes: without them workflow tasks would fail for ever."""

from datetime import timedelta

from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from workflows import wire

_TIMEOUT = timedelta(seconds=5)


async def missing_search_attributes(client: Client) -> list[str]:
    """Names that the namespace does not know. Raises RPCError when Temporal does not answer."""
    request = ListSearchAttributesRequest(namespace=client.namespace)
    try:
        known = await client.service_client.operator_service.list_search_attributes(
            request, timeout=_TIMEOUT
        )
    except RPCError as error:
        if error.status in (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED):
            return []  # hosted servers keep this from workers; then it is the operator's word that counts
        raise
    names = {*known.custom_attributes, *known.system_attributes}
    return [key.name for key in wire.SEARCH_ATTRIBUTES if key.name not in names]


def how_to_add(client: Client, missing: list[str]) -> str:
    """What an operator has to do."""
    options = " ".join(f"--name {name} --type Keyword" for name in missing)
    return (
        f"Temporal's namespace {client.namespace} lacks the search attributes {', '.join(missing)}; add them: "
        f"temporal operator search-attribute create --namespace {client.namespace} {options}"
    )

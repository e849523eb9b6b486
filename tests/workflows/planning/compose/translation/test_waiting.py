"""What a job of a compose file waits for in its own pod: all that it depends on and that listens."""

from typing import Any

import pytest

from tests.workflows.planning.compose.repository import planned
from tests.workflows.planning.plans.cases import component
from workflows.planning.reaching import until_reached

pytestmark = pytest.mark.spec("ENV-012", "ENV-018")
JOB = """\
services:
  web: {build: ., ports: ["8080:8080"]}
  load:
    image: acme/load
    depends_on: [other]
    x-catalyst: {job: true}
"""


def waits(other: str) -> dict[str, Any]:
    found: dict[str, Any] = component(planned(f"{JOB}  other: {other}\n"), "load").get(
        "waitFor", {}
    )
    return found


@pytest.mark.parametrize(
    ("other", "host", "port"),
    [
        pytest.param("{image: rabbitmq:4}", "other", 5672, id="well known"),
        pytest.param("{image: acme/search, expose: [9200]}", "other", 9200, id="of anybody's"),
        pytest.param("{build: .}", "other", 8080, id="built"),
        pytest.param(
            "{image: acme/dns, expose: [53/udp, 8053]}", "other", 8053, id="the one of TCP"
        ),
        pytest.param("{build: ., image: 'postgres:17'}", "other", 8080, id="not what it is called"),
    ],
)
def test_a_service_that_listens_is_waited_for_by_its_port(other: str, host: str, port: int) -> None:
    assert waits(other) == {"other": until_reached(host, port)}


def test_a_database_is_asked_by_its_own_client() -> None:
    found = waits("{image: 'docker.io/library/postgres:17'}")
    assert found["other"]["image"] == "docker.io/library/postgres:17"
    assert "pg_isready --quiet --host=other --port=5432" in found["other"]["command"][2]


@pytest.mark.parametrize("other", ["{image: acme/worker}", "{image: acme/dns, expose: [53/udp]}"])
def test_what_listens_nowhere_is_not_waited_for(other: str) -> None:
    assert waits(other) == {}

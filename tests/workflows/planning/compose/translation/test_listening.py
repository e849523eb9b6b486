"""Which ports a service listens at, by what other services say of it (ENV-012)."""

import pytest

from tests.workflows.planning.compose.repository import planned
from tests.workflows.planning.plans.cases import component
from workflows.planning.compose.specification.model import Port, Service
from workflows.planning.compose.translation import listening

pytestmark = pytest.mark.spec("ENV-012")


def test_texts_name_services_with_their_ports() -> None:
    texts = ["http://api:9000/x and db:5432", "api:9000 api:99999 my-api:80 api:81.5"]
    found = listening.mentioned_ports({"api": (), "store": ("db",)}, texts)
    assert found == {"api": [9000, 81], "store": [5432]}
    assert listening.mentioned_ports({}, texts) == {}


def test_a_service_that_calls_itself_is_reached_before_it_is_ready() -> None:
    service = Service.model_validate({"environment": {"ADVERTISED": "broker:9092"}})
    assert listening.names_itself(service, ("broker",))
    assert not listening.names_itself(service, ("roker", "broke"))
    assert not listening.names_itself(service, ())


def test_a_link_without_another_name_is_no_alias() -> None:
    links = "[db, 'db:store']"
    text = f"services:\n  web: {{image: nginx, ports: ['80'], links: {links}}}\n  db: {{image: redis}}\n"
    assert component(planned(text), "db")["service"]["aliases"] == ["db", "store"]


def test_the_port_that_people_come_by_is_the_first_whether_or_not_it_is_written() -> None:
    ports = [Port(target=9000), Port(target=8080)]
    assert [each["port"] for each in listening.chart_ports(ports, 8080)] == [8080, 9000]
    [front, other] = listening.chart_ports(ports[:1], 8080)
    assert front == {"name": "http", "port": 8080}
    assert other == {"name": "tcp-9000", "port": 9000}

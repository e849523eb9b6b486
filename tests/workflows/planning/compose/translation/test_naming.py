"""Names that services have for themselves."""

import pytest

from tests.workflows.planning.compose.repository import web


@pytest.mark.spec("ENV-012")
@pytest.mark.parametrize(
    ("said", "expected"),
    [("rabbit", "rabbit"), ("7", "7"), ("shop.local", None), ("Rabbit", None), ("''", None)],
)
def test_a_host_name_is_that_of_the_pod_where_it_can_be(said: str, expected: str | None) -> None:
    found = web(f"services: {{web: {{image: nginx, ports: [80], hostname: {said}}}}}\n")
    assert found.get("hostname") == expected

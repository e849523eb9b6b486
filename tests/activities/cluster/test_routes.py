"""A route counts once a controller has accepted its present form and found the Service."""

from typing import Any

import pytest

from activities.cluster.routes import why_not_accepted


def make_route(*conditions: dict[str, Any]) -> dict[str, Any]:
    parents = [{"conditions": list(conditions)}] if conditions else []
    return {"metadata": {"generation": 2}, "status": {"parents": parents}}


def condition(kind: str, status: str = "True", generation: int = 2) -> dict[str, Any]:
    return {
        "type": kind,
        "status": status,
        "observedGeneration": generation,
        "reason": "BackendNotFound",
        "message": "no such service",
    }


@pytest.mark.spec("ENV-002")
@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ({"metadata": {"generation": 1}}, "no controller has looked at it"),
        (make_route(), "no controller has looked at it"),
        (make_route(condition("Accepted"), condition("ResolvedRefs")), None),
        (make_route(condition("Accepted", generation=1)), "the controller has not looked at its present form"),
        (make_route(condition("Accepted"), condition("ResolvedRefs", "False")), "BackendNotFound: no such service"),
        (make_route(condition("Accepted"), condition("Programmed", "False")), None),
    ],
)  # fmt: skip
def test_acceptance_is_read_from_the_present_generation(
    route: dict[str, Any], expected: str | None
) -> None:
    assert why_not_accepted(route) == expected

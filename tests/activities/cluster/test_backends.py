"""Which pods stand behind a Service, and whether older ones might still answer."""

from typing import Any

import pytest

from activities.cluster.backends import make_backends


def make_pod(name: str, *, ending: bool = False) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name}
    if ending:
        metadata["deletionTimestamp"] = "2030-01-01T00:00:00Z"
    return {"metadata": metadata}


def make_slice(**ready: bool) -> dict[str, Any]:
    return {
        "endpoints": [
            {"targetRef": {"name": name}, "conditions": {"ready": is_ready}}
            for name, is_ready in ready.items()
        ]
    }


@pytest.mark.spec("FR-016")
@pytest.mark.invariant(3)
@pytest.mark.parametrize(
    ("pods", "endpoints", "leaving", "is_settled"),
    [
        ([make_pod("new")], [make_slice(new=True)], (), True),
        ([make_pod("new")], [make_slice(new=False)], (), False),
        ([make_pod("new"), make_pod("old", ending=True)], [make_slice(new=True, old=True)], ("old",), False),
        ([make_pod("new"), make_pod("old", ending=True)], [make_slice(new=True, old=False)], ("old",), True),
        ([make_pod("old", ending=True)], [], ("old",), False),
        ([], [{"endpoints": None}], (), False),
    ],
)  # fmt: skip
def test_endpoints_are_settled_when_only_living_pods_are_ready(
    pods: list[dict[str, Any]],
    endpoints: list[dict[str, Any]],
    leaving: tuple[str, ...],
    *,
    is_settled: bool,
) -> None:
    backends = make_backends(pods, endpoints)
    assert (backends.leaving, backends.is_settled) == (leaving, is_settled)

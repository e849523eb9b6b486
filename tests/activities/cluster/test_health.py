"""Which pods stand behind a URL, and whether older ones might still answer."""

from typing import Any

import pytest

from activities.cluster.health import Answer, make_backends


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


@pytest.mark.spec("FR-016")
@pytest.mark.parametrize(
    ("status", "is_good"), [(0, False), (200, True), (302, True), (399, True), (400, False), (502, False)]
)  # fmt: skip
def test_answers_below_400_are_good(status: int, *, is_good: bool) -> None:
    assert Answer(status=status).is_good is is_good


@pytest.mark.spec("FR-009")
def test_an_answer_reads_as_a_sentences_end() -> None:
    assert str(Answer(status=503)) == "answered 503"
    assert str(Answer(problem="did not answer within 5 s")) == "did not answer within 5 s"

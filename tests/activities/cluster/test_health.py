"""What counts as an answer, and how it reads."""

import httpx
import pytest

from activities.cluster.health import Answer, _beginning


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


@pytest.mark.invariant(4)
@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"the shop is broken", "the shop is broken"),
        (b"word " * 2_000, ("word " * 799).rstrip()),
        (b"x" * 3_990 + b" and half-a-secret", "x" * 3_990 + " and"),
        (b"x" * 5_000, ""),
    ],
)
async def test_an_answer_is_cut_between_two_words(body: bytes, shown: str) -> None:
    assert await _beginning(httpx.Response(500, content=body)) == shown

"""The one place for a revision, as long as none is at work; the rest is shown with a server."""

from tests.workflows.values import revision, state
from workflows.slot import RevisionSlot


def test_an_empty_place_has_nothing_to_collect() -> None:
    known = state(revisions=[revision()])
    slot = RevisionSlot(known, lambda _: None)
    assert slot.collect() is None
    assert (slot.in_flight(), slot.is_working(), slot.is_settled()) == (None, False, False)
    assert known == state(revisions=[revision()])

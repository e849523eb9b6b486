"""Whether a test has failed, for fixtures that show evidence before they clean up."""

import pytest

_FAILED = pytest.StashKey[bool]()


def note_failure(item: pytest.Item) -> None:
    """Remember it; called by the hook that sees every report."""
    item.stash[_FAILED] = True


def has_failed(request: pytest.FixtureRequest) -> bool:
    """Whether the test that asked for the fixture has failed so far, in its set-up or its body."""
    return bool(request.node.stash.get(_FAILED, False))

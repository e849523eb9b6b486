"""What a compose file asks for of its repository: what is there, within bounds."""

import pytest

from tests.workflows.planning.detection.trees import tree_of
from workflows.planning.compose.reading.shelf import MAX_ASKED, Shelf

pytestmark = pytest.mark.spec("ENV-012")


def test_what_is_not_there_is_not_asked_for() -> None:
    shelf = Shelf(tree_of({"compose.yaml": "services: {}"}))
    assert shelf.document("other.yaml") is None
    assert shelf.text("x.env") is None
    assert shelf.problem("x.env") == "is not in the repository"
    assert shelf.problem("compose.yaml") == ""
    assert shelf.asked == {}


def test_what_was_not_read_is_asked_for_up_to_a_limit() -> None:
    names = [f"env/{at:03}.env" for at in range(MAX_ASKED + 5)]
    tree = tree_of(dict.fromkeys(names, ""))
    shelf = Shelf(tree.model_copy(update={"texts": {}}))
    assert all(shelf.text(name) is None for name in names)
    assert list(shelf.asked) == names[:MAX_ASKED]
    assert shelf.document(names[-1]) is None
    assert names[-1] not in shelf.asked

"""A branch in place of a pull request: what is to be deployed of it."""

import pytest

from activities.asking import words_of
from activities.branches import branch_as_pull
from activities.heads import Head
from tests.workflows.values import PULL_REF, A, B
from workflows.errors import BranchGoneError
from workflows.models import AskedFor

pytestmark = pytest.mark.spec("ENV-022")
BY_ADA = AskedFor(by="ada")
CART = PULL_REF.model_copy(update={"number": 0, "branch": "feature/cart"})
DEFAULT = CART.model_copy(update={"branch": ""})


def test_the_branch_is_told_like_an_open_pull_request_of_the_repository_s_own() -> None:
    found = branch_as_pull(CART, BY_ADA, Head("feature/cart", A))
    assert (found.ref, found.head_commit, found.head_branch) == (CART, A, "feature/cart")
    assert found.is_open
    assert not found.is_fork
    assert not found.is_draft
    assert found.author == "ada"


def test_the_default_branch_is_known_by_its_name_from_then_on() -> None:
    assert branch_as_pull(DEFAULT, BY_ADA, Head("trunk", A)).ref.branch == "trunk"


def test_a_commit_that_was_asked_for_stays() -> None:
    asked = AskedFor(by="ada", commit=B)
    assert branch_as_pull(CART, asked, Head("feature/cart", A)).head_commit == B


@pytest.mark.parametrize(
    ("head", "words"),
    [(Head("trunk", A), "acme/shop has no branch `feature/cart`"), (None, "no commits yet")],
)
def test_another_branch_is_never_taken_in_its_place(head: Head | None, words: str) -> None:
    with pytest.raises(BranchGoneError, match=words):
        branch_as_pull(CART, BY_ADA, head)


def test_the_same_wish_has_the_same_words() -> None:
    assert words_of(CART, BY_ADA) == "branch `feature/cart` of acme/shop"
    assert words_of(CART, AskedFor(by="bob")) == words_of(CART, BY_ADA)
    assert words_of(DEFAULT, AskedFor(by="ada", commit=B)) == (
        f"the default branch of acme/shop at {B}"
    )

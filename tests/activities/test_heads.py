"""Which branch is taken of a repository that comes along: read from what git prints."""

import pytest

from activities.heads import Head, read_heads
from tests.workflows.values import A, B, C

pytestmark = pytest.mark.spec("ENV-016")

BOTH = f"ref: refs/heads/trunk\tHEAD\n{A}\tHEAD\n{B}\trefs/heads/feature/cart\n"


@pytest.mark.parametrize(
    ("printed", "branch", "found"),
    [
        pytest.param(BOTH, "feature/cart", Head("feature/cart", B), id="same name"),
        pytest.param(BOTH, "other", Head("trunk", A), id="default"),
        pytest.param(BOTH, "", Head("trunk", A), id="nothing wanted"),
        pytest.param(f"{A}\tHEAD\n", "", Head("HEAD", A), id="detached"),
        pytest.param("", "feature/cart", None, id="empty repository"),
        pytest.param(
            f"{A}\tHEAD\n{C}\trefs/remotes/x/refs/heads/cart\n",
            "cart",
            Head("HEAD", A),
            id="only the end is alike",
        ),
        pytest.param("warning: x\n", "cart", None, id="other lines"),
    ],
)
def test_the_branch_of_that_name_is_taken_else_the_default_one(
    printed: str, branch: str, found: Head | None
) -> None:
    assert read_heads(printed, branch) == found

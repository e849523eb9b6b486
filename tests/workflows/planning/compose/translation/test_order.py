"""What is brought up after what."""

import pytest

from workflows.planning.compose.translation.order import levels


@pytest.mark.spec("ENV-012")
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [[]]),
        ({"a": (), "b": ()}, [["a", "b"]]),
        ({"a": ("b",), "b": ()}, [["b"], ["a"]]),
        # What nobody waits for comes last, though it waits for nobody itself.
        ({"web": ("db",), "db": (), "proxy": ()}, [["db"], ["web", "proxy"]]),
        # As late as the others allow: the cache beside the migration.
        (
            {"web": ("migrate", "cache"), "migrate": ("db",), "db": (), "cache": ()},
            [["db"], ["migrate", "cache"], ["web"]],
        ),
        ({"a": ("b", "c"), "b": ("c",), "c": ()}, [["c"], ["b"], ["a"]]),
    ],
)
def test_levels(wanted: dict[str, tuple[str, ...]], expected: list[list[str]]) -> None:
    assert levels(wanted) == expected

"""What keeps a namespace from going is told by kind, name and finalizer."""

import pytest

from activities.cluster.blockers import describe_objects, remaining_resources


@pytest.mark.spec("FR-008")
@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("", []),
        ("Some resources are remaining: pods. has 1 resource instances", [("pods", 1)]),
        (
            "configmaps. has 2 resource instances, widgets.example.com has 13 resource instances",
            [("configmaps", 2), ("widgets.example.com", 13)],
        ),
    ],
)
def test_the_namespace_controllers_words_are_understood(
    message: str, expected: list[tuple[str, int]]
) -> None:
    assert remaining_resources(message) == expected


@pytest.mark.spec("FR-008")
def test_each_object_is_told_with_why_it_stays() -> None:
    ending = {"deletionTimestamp": "2030-01-01T00:00:00Z", "deletionGracePeriodSeconds": 30}
    found = [
        {"kind": "Widget", "metadata": {"name": "a", "finalizers": ["example.com/x", "y"]}},
        {"kind": "Pod", "metadata": {"name": "b", **ending}},
        {"kind": "Secret", "metadata": {"name": "c"}},
    ]
    assert describe_objects(found) == [
        "Widget a: finalizer example.com/x, y",
        "Pod b: is ending (grace period 30 s)",
        "Secret c: not yet deleted",
    ]


@pytest.mark.spec("FR-008")
def test_a_hundred_objects_are_not_listed() -> None:
    found = [{"kind": "Pod", "metadata": {"name": str(number)}} for number in range(100)]
    lines = describe_objects(found)
    assert len(lines) == 11
    assert lines[-1] == "and 90 more of that kind"

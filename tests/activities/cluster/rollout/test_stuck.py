"""Which pods keep a StatefulSet from its newer form, and for how long that is borne."""

from typing import Any

import pytest

from activities.cluster.rollout.snapshot import Snapshot
from activities.cluster.rollout.stuck import find_stuck
from tests.activities.cluster.rollout.objects import (
    READY,
    RUNNING,
    ended,
    make_pod,
    make_workload,
    waiting,
)

MOVING = {"currentRevision": "a", "updateRevision": "c"}
BROKEN = waiting("CrashLoopBackOff")


def make_set(status: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    return make_workload("StatefulSet", MOVING if status is None else status, spec)


def pod(form: str = "b", **more: Any) -> dict[str, Any]:
    return make_pod(labels={"controller-revision-hash": form}, **more)


CRASHED = pod(state=BROKEN, last=ended(1), restarts=4)


def stuck(stateful_set: dict[str, Any], *pods: dict[str, Any]) -> list[tuple[str, float]]:
    snapshot = Snapshot(stateful_sets=(stateful_set,), pods=pods)
    return [
        (found["metadata"]["name"], problem.patience) for problem, found in find_stuck(snapshot, 60)
    ]


@pytest.mark.spec("FR-007", "FR-016")
def test_a_pod_of_an_older_form_that_crashes_is_not_borne_for_long() -> None:
    assert stuck(make_set(), CRASHED) == [("web-1", 15.0)]


def test_one_that_may_still_get_ready_has_a_minute() -> None:
    assert stuck(make_set(), pod(state=RUNNING)) == [("web-1", 60.0)]


@pytest.mark.invariant(3)
@pytest.mark.parametrize(
    "others",
    [
        pytest.param(pod(state=RUNNING, conditions=READY), id="it serves"),
        pytest.param(pod("c", state=BROKEN, last=ended(1), restarts=4), id="of the newer form"),
        pytest.param(pod(state=BROKEN, owner="another"), id="of another set"),
    ],
)
def test_no_other_pod_is_touched(others: dict[str, Any]) -> None:
    assert stuck(make_set(), others) == []


@pytest.mark.parametrize(
    "stateful_set",
    [
        pytest.param(make_set(podManagementPolicy="Parallel"), id="replaced at once anyway"),
        pytest.param(make_set(updateStrategy={"type": "OnDelete"}), id="people replace them"),
        pytest.param(
            make_set(updateStrategy={"rollingUpdate": {"partition": 1}}), id="updated in part"
        ),
        pytest.param(make_set({**MOVING, "observedGeneration": 1}), id="not looked at"),
        pytest.param(make_set({}), id="just made"),
    ],
)
def test_sets_that_wait_for_nothing_are_left_alone(stateful_set: dict[str, Any]) -> None:
    assert stuck(stateful_set, CRASHED) == []

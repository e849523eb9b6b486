"""Containers are listed with the state a person reads, and with what there is of their logs."""

from typing import Any

import pytest

from activities.logs import containers_of, describe_state


@pytest.mark.spec("FR-006")
@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"running": {}}, "running"),
        ({"waiting": {"reason": "ImagePullBackOff"}}, "waiting: ImagePullBackOff"),
        ({"waiting": {}}, "waiting: no reason given"),
        ({"terminated": {"reason": "Error", "exitCode": 3}}, "terminated: Error (exit code 3)"),
        ({"terminated": {"exitCode": 0}}, "terminated: ended (exit code 0)"),
        ({}, "not started"),
    ],
)
def test_a_state_is_told_in_a_few_words(state: dict[str, Any], expected: str) -> None:
    assert describe_state(state) == expected


@pytest.mark.spec("FR-006")
@pytest.mark.invariant(10)
def test_every_container_is_listed_with_whether_it_has_a_log() -> None:
    pod = {
        "metadata": {"name": "web-1"},
        "spec": {
            "initContainers": [{"name": "migrate"}],
            "containers": [{"name": "web"}, {"name": "late"}],
        },
        "status": {
            "initContainerStatuses": [
                {"name": "migrate", "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}
            ],
            "containerStatuses": [
                {
                    "name": "web",
                    "restartCount": 2,
                    "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                    "lastState": {"terminated": {"exitCode": 1}},
                }
            ],
        },
    }
    migrate, web, late = containers_of(pod)
    assert (migrate.is_init, migrate.has_started, migrate.has_previous) == (True, True, False)
    assert (web.restarts, web.has_started, web.has_previous) == (2, True, True)
    assert (late.state, late.has_started) == ("not started", False)

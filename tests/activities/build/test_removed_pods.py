"""What is told of a build whose pod somebody took away."""

import pytest

from activities.build.failures import failure_of
from activities.kube import KubeObject
from tests.activities.build.test_failures import CONFIG, pod
from workflows.errors import BuildFailedError, ClusterError

KILLED_STEP = 'error: failed to solve: process "/bin/sh -c make" did not complete successfully: exit code: 137'


@pytest.mark.spec("FR-011")
@pytest.mark.parametrize(
    "removed",
    [
        {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}},
        {"status": {"conditions": [{"type": "DisruptionTarget", "status": "True"}]}},
    ],
)
def test_a_build_whose_pod_was_taken_away_is_not_the_codes_fault(removed: KubeObject) -> None:
    found = pod(code=137)
    found = {**found, **removed, "status": {**found["status"], **removed.get("status", {})}}
    failure = failure_of(found, {"build": [KILLED_STEP]}, CONFIG)
    assert type(failure) is ClusterError
    assert str(failure) == "the build's pod was removed before it ended"
    assert isinstance(failure_of(pod(code=137), {"build": [KILLED_STEP]}, CONFIG), BuildFailedError)

"""A namespace's quota that Kubernetes has not counted yet."""

import pytest

from activities.helm.failures import to_failure
from workflows.errors import HelmError


@pytest.mark.spec("FR-011")
def test_a_quota_that_is_not_counted_yet_is_no_fault_of_the_chart() -> None:
    failure = to_failure(
        'Error: INSTALLATION FAILED: services "shop" is forbidden: status unknown for quota: catalyst,'
        " resources: services.nodeports\n"
    )
    assert isinstance(failure, HelmError)
    assert failure.is_retryable

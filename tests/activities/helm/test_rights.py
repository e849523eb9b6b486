"""An API server that has just started refuses what Helm's role allows: nobody's chart is to blame for that."""

import pytest

from activities.helm.failures import to_failure
from workflows.errors import ForbiddenManifestError, HelmError, RolloutFailedError

_ACCOUNT = 'User "system:serviceaccount:team-shop-pr-7:catalyst-helm"'


@pytest.mark.spec("FR-011")
@pytest.mark.parametrize(
    "stderr",
    [
        (
            f"Error: failed pre-install: jobs.batch is forbidden: {_ACCOUNT} cannot watch resource"
            ' "jobs" in API group "batch" in the namespace "team-shop-pr-7"\n'
        ),
        (
            f'Error: UPGRADE FAILED: query: failed: secrets "x" is forbidden: {_ACCOUNT} cannot get'
            ' resource "secrets" in API group "" in the namespace "team-shop-pr-7"\n'
        ),
    ],
)
def test_a_right_that_helm_has_is_refused_for_a_moment_only(stderr: str) -> None:
    failure = to_failure(stderr)
    assert type(failure) is HelmError
    assert "rights at the moment" in str(failure)


@pytest.mark.spec("FR-013")
@pytest.mark.parametrize(
    ("verb", "resource", "namespace"),
    [
        ("get", "secrets", "kube-system"),
        ("deletecollection", "secrets", "team-shop-pr-7"),
        ("get", "resourcequotas", "team-shop-pr-7"),
    ],
)
def test_a_right_that_helm_has_not_is_the_charts_to_do_without(
    verb: str, resource: str, namespace: str
) -> None:
    failure = to_failure(
        f'Error: {resource} "x" is forbidden: {_ACCOUNT} cannot {verb} resource "{resource}"'
        f' in API group "" in the namespace "{namespace}"\n'
    )
    assert type(failure) is ForbiddenManifestError


def test_a_hook_that_failed_by_itself_stays_the_charts() -> None:
    failure = to_failure("Error: INSTALLATION FAILED: failed pre-install: job x failed\n")
    assert type(failure) is RolloutFailedError

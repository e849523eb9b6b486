"""What the API may say of a namespace, without a cluster at hand."""

from pathlib import Path

import pytest

from activities.cluster_reader import ClusterReader, NamespaceStanding, standing_of
from tests.support.examples import make_snapshot
from workflows import naming
from workflows.errors import ClusterError

REF = make_snapshot().ref
OURS = {naming.PROJECT_LABEL: REF.project, naming.ENVIRONMENT_LABEL: REF.environment}


@pytest.mark.invariant(10)
@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"labels": OURS}, NamespaceStanding.PRESENT),
        (
            {"labels": OURS, "deletionTimestamp": "2026-03-02T09:15:00Z"},
            NamespaceStanding.TERMINATING,
        ),
        ({}, NamespaceStanding.FOREIGN),
        ({"labels": None}, NamespaceStanding.FOREIGN),
        ({"labels": OURS | {naming.ENVIRONMENT_LABEL: "pr-shop-13"}}, NamespaceStanding.FOREIGN),
        ({"labels": OURS | {naming.PROJECT_LABEL: "other-shop"}}, NamespaceStanding.FOREIGN),
    ],
)
def test_labels_prove_whose_a_namespace_is(
    metadata: dict[str, object], expected: NamespaceStanding
) -> None:
    assert standing_of({"metadata": metadata}, REF) is expected


async def test_an_api_without_a_cluster_says_so() -> None:
    reader = ClusterReader(None)
    assert not reader.is_configured
    assert await reader.standing(REF) is NamespaceStanding.NOT_CONFIGURED
    with pytest.raises(ClusterError, match="no cluster is configured"):
        await reader.check()
    await reader.close()


@pytest.mark.invariant(10)
async def test_a_kubeconfig_that_is_not_there_means_unreachable_and_not_missing(
    tmp_path: Path,
) -> None:
    reader = ClusterReader(tmp_path / "absent")
    assert await reader.standing(REF) is NamespaceStanding.UNREACHABLE
    with pytest.raises(ClusterError):
        await reader.check()


async def test_an_environment_without_a_namespace_asks_nobody(tmp_path: Path) -> None:
    reader = ClusterReader(tmp_path / "absent")
    ref = REF.model_copy(update={"namespace": ""})
    assert await reader.standing(ref) is NamespaceStanding.NOT_CHOSEN

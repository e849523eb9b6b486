"""Secrets reach an environment by name, before Helm, and never that of a fork."""

import pytest

from tests.workflows.stage import Preview, Stage, commit
from workflows.environment import EnvironmentWorkflow
from workflows.errors import SecretError
from workflows.models import FailureKind, Phase
from workflows.models import messages as m
from workflows.values import checksum_of


@pytest.mark.spec("ENV-029", "EC-6")
async def test_what_the_plan_names_is_copied_and_the_release_learns_of_changes(
    stage: Stage, preview: Preview
) -> None:
    stage.cluster.plan = {"secrets": ("API_KEY", "DATABASE"), "template": "staging"}
    await preview.open()
    snapshot = await preview.reaches(Phase.READY)
    (copied,) = stage.cluster.copied
    assert (copied.names, copied.template) == (("API_KEY", "DATABASE"), "staging")
    assert copied.is_trusted
    assert copied.branch == "feature/cart"
    assert copied.ref.namespace
    (deployed,) = stage.cluster.deployed
    assert checksum_of(deployed.secrets_checksum) == "of-2"
    assert "secret API_KEY from `catalyst-secrets`" in snapshot.revisions[0].reasons
    (copying,), (release,) = preview.steps("copy_secrets"), preview.steps("deploy_release")
    assert copying.ended is not None
    assert copying.ended < release.begun


@pytest.mark.spec("ENV-029")
async def test_secrets_that_are_granted_no_longer_are_taken_away(
    stage: Stage, preview: Preview
) -> None:
    stage.cluster.plan = {"secrets": ("API_KEY",)}
    await preview.open()
    await preview.reaches(Phase.READY)
    stage.cluster.plan = {}
    await preview.push("b")
    await preview.reaches(Phase.READY, "b")
    assert [each.names for each in stage.cluster.copied] == [("API_KEY",), ()]
    assert checksum_of(stage.cluster.deployed[-1].secrets_checksum) == ""


@pytest.mark.invariant(7)
@pytest.mark.spec("ENV-029")
async def test_the_code_of_a_fork_gets_no_secret_even_where_its_plan_names_one(
    stage: Stage, preview: Preview
) -> None:
    stage.cluster.plan = {"secrets": ("API_KEY",)}
    preview.set(is_fork=True)
    await preview.open()
    await preview.reaches(Phase.PENDING)
    approve = m.ApproveCommand(actor="alice", commit=commit("a"))
    await preview.handle.execute_update(EnvironmentWorkflow.approve, approve)
    await preview.reaches(Phase.READY)
    (copied,) = stage.cluster.copied
    assert (copied.is_trusted, copied.names) == (False, ())
    (planned,) = stage.cluster.planned
    assert planned.is_trusted is False


@pytest.mark.spec("ENV-029", "FR-009")
async def test_a_secret_that_is_missing_stops_the_build_and_is_told(
    stage: Stage, preview: Preview
) -> None:
    stage.controls.hold("build_image")
    stage.controls.fail("copy_secrets", lambda: SecretError("no key `API_KEY`"))
    await preview.open()
    snapshot = await preview.reaches(Phase.FAILED)
    failure = snapshot.failure
    assert failure is not None
    assert (failure.kind, failure.phase, failure.message) == (
        FailureKind.USER,
        "secrets",
        "no key `API_KEY`",
    )
    assert [step.outcome for step in preview.steps("build_image")] == ["cancelled"]
    assert preview.steps("deploy_release") == []


@pytest.mark.spec("ENV-013")
async def test_planning_knows_branch_and_trust(stage: Stage, preview: Preview) -> None:
    await preview.open()
    await preview.reaches(Phase.READY)
    (planned,) = stage.cluster.planned
    assert (planned.branch, planned.is_trusted, planned.serving) == ("feature/cart", True, "")


async def test_warnings_of_the_plan_come_before_its_reasons(stage: Stage, preview: Preview) -> None:
    stage.cluster.plan = {"warnings": ("`compose.yaml` is ignored.",)}
    await preview.open()
    snapshot = await preview.reaches(Phase.READY)
    assert snapshot.revisions[0].reasons[:2] == (
        "Warning: `compose.yaml` is ignored.",
        "Chart shop in `chart`",
    )

"""Environments that somebody asks for: they follow a branch, write to no pull request, and end with their removal."""

import pytest

from tests.workflows.agents import Agent
from tests.workflows.developed import developed_plan
from tests.workflows.stage import Stage, commit
from workflows.environment import EnvironmentWorkflow
from workflows.errors import BranchGoneError, BuildFailedError
from workflows.models import AskedFor, Phase
from workflows.models import messages as m

pytestmark = pytest.mark.spec("ENV-022")
ADA = m.PersonCommand(actor="ada")


@pytest.fixture
def agent(stage: Stage) -> Agent:
    return Agent(stage)


async def test_it_is_brought_up_in_development_mode_and_nothing_is_written_to_github(
    stage: Stage, agent: Agent
) -> None:
    snapshot = await agent.ready()
    assert snapshot.commit == commit("a")
    assert (snapshot.branch, snapshot.author) == ("feature/cart", "ada")
    assert (snapshot.asked, snapshot.is_fork) == (AskedFor(by="ada"), False)
    assert snapshot.revisions[0].trigger == "asked for by ada"
    assert stage.cluster.planned[-1].is_development
    assert stage.cluster.synced[-1].branch == "feature/cart"
    names = {step.name for step in stage.diary.steps}
    assert not names & {"read_pull_request", "submit_report", "write_surface", "find_siblings"}


@pytest.mark.spec("ENV-005")
async def test_code_in_a_directory_of_the_node_is_wished_for_and_mounted_before_anything_runs(
    stage: Stage, agent: Agent
) -> None:
    agent.state = agent.state.model_copy(
        update={"asked": AskedFor(by="ada", is_on_host=True)}, deep=True
    )
    stage.cluster.plan = developed_plan(agent, is_on_host=True)
    await agent.ask()
    await agent.reaches(Phase.READY)
    assert stage.cluster.planned[-1].is_on_host
    (made,), (deployed,) = agent.steps("ensure_directory"), agent.steps("deploy_release")
    assert made.ended is not None
    assert made.ended < deployed.begun
    assert stage.cluster.synced[-1].development.is_on_host


async def test_a_redeploy_takes_the_branch_s_newest_commit_in_place(
    stage: Stage, agent: Agent
) -> None:
    await agent.ready()
    agent.set(head_commit=commit("b"))
    await agent.handle.execute_update(EnvironmentWorkflow.redeploy, ADA)
    snapshot = await agent.reaches(Phase.READY, "b")
    assert snapshot.revisions[0].trigger == "redeploy by ada"
    assert [each.commit for each in stage.cluster.synced] == [commit("a"), commit("b")]


@pytest.mark.spec("FR-008")
async def test_a_delete_removes_everything_and_ends_it(stage: Stage, agent: Agent) -> None:
    await agent.ready()
    answer = await agent.handle.execute_update(EnvironmentWorkflow.delete, ADA)
    assert answer.message == "the environment is removed"
    await agent.is_over()
    last = agent.last()
    assert last is not None
    assert (last.phase, last.reason) == (Phase.DELETED, "stopped by ada")
    assert len(agent.steps("delete_namespace")) == 1


async def test_a_delete_before_the_first_look_leaves_nothing(stage: Stage, agent: Agent) -> None:
    stage.controls.hold("read_branch")
    await agent.ask()
    await stage.until(lambda: any(step.name == "read_branch" for step in stage.diary.steps))
    await agent.handle.execute_update(EnvironmentWorkflow.delete, ADA)
    await agent.is_over()
    assert stage.cluster.planned == []


async def test_a_redeploy_during_the_removal_brings_it_back(stage: Stage, agent: Agent) -> None:
    await agent.ready()
    stage.controls.hold("delete_namespace")
    await agent.handle.execute_update(EnvironmentWorkflow.delete, ADA)
    await agent.begins("delete_namespace")
    await agent.handle.execute_update(EnvironmentWorkflow.redeploy, ADA)
    stage.controls.release("delete_namespace")
    await stage.until(lambda: len(stage.cluster.planned) == 2)
    snapshot = await agent.reaches(Phase.READY)
    assert snapshot.revisions[0].trigger == "redeploy by ada"


async def test_the_same_name_can_be_asked_for_again_when_it_is_over(agent: Agent) -> None:
    await agent.ready()
    await agent.handle.execute_update(EnvironmentWorkflow.delete, ADA)
    await agent.is_over()
    snapshot = await agent.ready()
    assert snapshot.revisions[0].trigger == "asked for by ada"


async def test_a_failed_one_can_be_retried(stage: Stage, agent: Agent) -> None:
    stage.controls.fail("build_image", lambda: BuildFailedError("npm ci failed"))
    await agent.ask()
    await agent.reaches(Phase.FAILED)
    await agent.handle.execute_update(EnvironmentWorkflow.retry, ADA)
    await agent.reaches(Phase.READY)


async def test_a_branch_that_is_gone_is_said_and_what_runs_is_kept(
    stage: Stage, agent: Agent
) -> None:
    await agent.ready()
    words = "acme/shop has no branch `feature/cart`"
    stage.controls.fail("read_branch", lambda: BranchGoneError(words))
    await agent.handle.execute_update(EnvironmentWorkflow.redeploy, ADA)

    def is_said() -> bool:
        last = agent.last()
        return last is not None and f"{words}: what runs is kept" in last.reason

    await stage.until(is_said)
    assert agent.steps("delete_namespace") == []
    snapshot = await agent.snapshot()
    assert snapshot.serving is not None


async def test_a_cancelled_one_removes_what_it_has(stage: Stage, agent: Agent) -> None:
    await agent.ready()
    await agent.handle.cancel()
    await agent.is_over()
    assert len(agent.steps("delete_namespace")) == 1


async def test_it_survives_a_long_history(short_stage: Stage) -> None:
    agent = Agent(short_stage)
    await agent.ready()
    first = (await agent.handle.describe()).run_id
    for letter in "bcdef":
        agent.set(head_commit=commit(letter))
        await agent.handle.execute_update(EnvironmentWorkflow.redeploy, ADA)
        await agent.reaches(Phase.READY, letter)
    assert (await agent.handle.describe()).run_id != first
    snapshot = await agent.snapshot()
    assert snapshot.asked == AskedFor(by="ada")
    await agent.handle.execute_update(EnvironmentWorkflow.delete, ADA)
    await agent.is_over()

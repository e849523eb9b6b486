"""Scenes of environments that follow no pull request."""

from tests.workflows.agents import Agent
from tests.workflows.stage import Preview, Stage, commit
from workflows.environment import EnvironmentWorkflow
from workflows.models import Phase
from workflows.models import messages as m


async def asked(stage: Stage, preview: Preview) -> list[str]:
    """Brought up, brought to the branch's next commit, and deleted for good."""
    agent, ada = Agent(stage), m.PersonCommand(actor="ada")
    await agent.ready()
    agent.set(head_commit=commit("b"))
    await agent.handle.execute_update(EnvironmentWorkflow.redeploy, ada)
    snapshot = await agent.reaches(Phase.READY, "b")
    await agent.handle.execute_update(EnvironmentWorkflow.delete, ada)
    await agent.is_over()
    return [agent.id, snapshot.revisions[0].id]

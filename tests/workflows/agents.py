"""An environment that somebody asks for, in place of a pull request's."""

from temporalio.client import WorkflowExecutionStatus
from temporalio.common import WorkflowIDReusePolicy

from tests.workflows.developed import developed_plan
from tests.workflows.stage import Preview, Stage
from workflows import naming, wire
from workflows.environment import EnvironmentWorkflow
from workflows.models import AskedFor, EnvironmentSnapshot, Phase


class Agent(Preview):
    """An environment that Ada asks for, for a branch."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        branch = self.pull.head_branch
        followed = self.pull.ref.model_copy(update={"number": 0, "branch": branch})
        found = self.pull.model_copy(update={"ref": followed, "author": "ada", "title": ""})
        self.pull_request = followed
        self.set(found)
        name = naming.agent_environment_name("shop", f"cart-{followed.repository_id}")
        self.ref = self.ref.model_copy(update={"environment": name})
        self.id = naming.environment_workflow_id(self.ref.project, name)
        self.state = self.state.model_copy(
            update={"ref": self.ref, "pull_request": followed, "asked": AskedFor(by="ada")}
        )

    async def ask(self) -> None:
        await self.stage.client.start_workflow(
            EnvironmentWorkflow.run,
            self.state.model_copy(deep=True),
            id=self.id,
            task_queue=wire.WORKFLOWS_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        )

    async def ready(self) -> EnvironmentSnapshot:
        self.stage.cluster.plan = developed_plan(self)
        await self.ask()
        return await self.reaches(Phase.READY)

    async def is_over(self) -> None:
        await self.handle.result()
        found = await self.handle.describe()
        assert found.status is WorkflowExecutionStatus.COMPLETED

"""The reporter of one installation, with a fake GitHub behind it."""

from uuid import uuid4

from temporalio.client import WorkflowHandle

from tests.support.wait import eventually
from tests.workflows.stage import PATIENCE, Stage
from tests.workflows.values import PULL_REF
from workflows import wire
from workflows.models import EnvironmentSnapshot
from workflows.models.messages import Report, ReporterState
from workflows.reporter import ReporterWorkflow


class Reporter:
    """Takes reports, and tells what was written."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.id = f"report:{uuid4().hex}"

    @property
    def handle(self) -> WorkflowHandle[ReporterWorkflow, None]:
        return self.stage.client.get_workflow_handle_for(ReporterWorkflow.run, self.id)

    async def send(
        self, shown: EnvironmentSnapshot, *, number: int = 7, acknowledge: bool = False
    ) -> None:
        await self.start(ReporterState(), shown, number=number, acknowledge=acknowledge)

    async def start(
        self,
        state: ReporterState,
        shown: EnvironmentSnapshot,
        *,
        number: int = 7,
        acknowledge: bool = False,
    ) -> None:
        """As `send`; a reporter that does not run yet begins with that memory."""
        pull_request = PULL_REF.model_copy(update={"number": number})
        shown = shown.model_copy(update={"pull_request": pull_request})
        await self.stage.client.start_workflow(
            ReporterWorkflow.run,
            state,
            id=self.id,
            task_queue=wire.WORKFLOWS_QUEUE,
            start_signal="report",
            start_signal_args=[Report(snapshot=shown, acknowledge=acknowledge)],
        )

    async def run_id(self) -> str:
        return (await self.handle.describe()).run_id or ""

    async def continues(self, first: str) -> None:
        """Until another run goes on."""

        async def is_another() -> bool:
            return await self.run_id() != first

        await eventually(is_another, seconds=PATIENCE)

    async def state(self) -> ReporterState:
        """What the current run began with."""
        history = await self.handle.fetch_history()
        begun = history.events[0].workflow_execution_started_event_attributes
        (found,) = await wire.DATA_CONVERTER.decode(begun.input.payloads, [ReporterState])
        assert isinstance(found, ReporterState)
        return found

    def written(self, number: int = 7) -> list[str]:
        return [
            f"{each.write.surface} {each.write.state}".strip()
            for each in self.stage.github.writes
            if each.report.snapshot.pull_request.number == number
        ]

    def shown(self, number: int = 7) -> list[int]:
        """Sequences in the order in which comments showed them."""
        return [
            each.report.snapshot.sequence
            for each in self.stage.github.writes
            if each.write.surface == "comment"
            and each.report.snapshot.pull_request.number == number
        ]

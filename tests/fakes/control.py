"""Catalyst's own side: the read model in memory, and signals from one workflow to another."""

from temporalio import activity

from tests.fakes.controls import Controls
from workflows import naming, wire
from workflows.models import EventDecision
from workflows.models import messages as m
from workflows.ports import SignalPort, StorePort


class FakeControl(StorePort, SignalPort):
    """The read model in memory, and signals to real workflows."""

    def __init__(self, controls: Controls) -> None:
        self.controls = controls
        self.snapshots: list[m.RecordEnvironmentInput] = []
        self.decisions: list[EventDecision] = []
        self.reports: list[m.Report] = []
        self.sources: tuple[m.ProjectSource, ...] = ()
        self.siblings: tuple[str, ...] = ()
        """Workflows of environments whose branch has the same name."""
        self.asked: list[m.FindSiblingsInput] = []
        self.running: tuple[m.RunningEnvironment, ...] = ()
        self.former = m.ListRevisionsResult()
        """Revisions of a former life, as the list of workflows shows them."""
        self.started: list[m.StartEnvironmentInput] = []
        self.is_answering = True
        """Whether final reports are acknowledged, as the reporter does."""
        self.has_reporter = False
        """Reports go to the real ReporterWorkflow instead."""

    @activity.defn(name="record_environment")
    async def record_environment(self, request: m.RecordEnvironmentInput) -> None:
        async with self.controls.step("record_environment"):
            self.snapshots.append(request)

    @activity.defn(name="record_decision")
    async def record_decision(self, request: EventDecision) -> None:
        async with self.controls.step("record_decision"):
            self.decisions.append(request)

    @activity.defn(name="list_sources")
    async def list_sources(self) -> m.ListSourcesResult:
        async with self.controls.step("list_sources"):
            return m.ListSourcesResult(sources=self.sources)

    @activity.defn(name="find_siblings")
    async def find_siblings(self, request: m.FindSiblingsInput) -> m.FindSiblingsResult:
        async with self.controls.step("find_siblings", environment=request.ref.environment):
            self.asked.append(request)
            return m.FindSiblingsResult(workflow_ids=self.siblings)

    @activity.defn(name="submit_report")
    async def submit_report(self, request: m.SubmitReportInput) -> None:
        async with self.controls.step("submit_report"):
            self.reports.append(request.report)
            snapshot = request.report.snapshot
            if self.has_reporter:
                await self.controls.client.start_workflow(
                    "ReporterWorkflow",
                    {},
                    id=naming.reporter_workflow_id(snapshot.pull_request.installation),
                    task_queue=wire.WORKFLOWS_QUEUE,
                    start_signal="report",
                    start_signal_args=[request.report],
                )
            elif request.report.acknowledge and self.is_answering:
                handle = self.controls.client.get_workflow_handle(snapshot.workflow_id)
                await handle.signal("report_written", m.ReportWritten(sequence=snapshot.sequence))

    @activity.defn(name="start_environment")
    async def start_environment(self, request: m.StartEnvironmentInput) -> None:
        async with self.controls.step("start_environment"):
            self.started.append(request)

    @activity.defn(name="list_running")
    async def list_running(self) -> m.ListRunningResult:
        async with self.controls.step("list_running"):
            return m.ListRunningResult(environments=self.running)

    @activity.defn(name="list_revisions")
    async def list_revisions(self, request: m.ListRevisionsInput) -> m.ListRevisionsResult:
        async with self.controls.step("list_revisions", environment=request.ref.environment):
            return self.former

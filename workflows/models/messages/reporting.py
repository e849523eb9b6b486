"""What is written to GitHub, and what has been."""

from typing import Literal

from pydantic import AwareDatetime, Field

from workflows.models.base import Payload
from workflows.models.environment import EnvironmentSnapshot


class Report(Payload):
    """The newest wanted picture of one pull request."""

    snapshot: EnvironmentSnapshot
    acknowledge: bool = False
    """Signal `report_written` to the environment once all surfaces show it (the last edit after a removal)."""
    ends_others: bool = False
    """After a removal, end deployments of revisions that the snapshot does not know too: those of a workflow that was lost.
    False in reports from before there was this field, so that their histories go on as they began."""


class ReportWritten(Payload):
    sequence: int


class SubmitReportInput(Payload):
    report: Report


class Surfaces(Payload):
    """What the reporter has written for one pull request, so that it edits and never repeats."""

    comment_id: int | None = None
    comment_hash: str = ""
    deployments: dict[str, int] = Field(default_factory=dict)
    """Revision id -> GitHub deployment id."""
    deployment_states: dict[str, str] = Field(default_factory=dict)
    """Revision id -> last status posted."""
    check_runs: dict[str, int] = Field(default_factory=dict)
    check_states: dict[str, str] = Field(default_factory=dict)
    comment_sequence: int = 0
    """Sequence of the newest report whose comment was written or found unchanged; kept by the reporter."""


class SurfaceWrite(Payload):
    """One write to GitHub, chosen by `workflows.planning` from a report and what was written before."""

    surface: Literal["comment", "deployment", "deployment_status", "check_run"]
    revision: str = ""
    """Revision id for deployments and check runs."""
    state: str = ""
    """Wanted deployment state or check conclusion/status."""


class WriteSurfaceInput(Payload):
    report: Report
    write: SurfaceWrite
    surfaces: Surfaces


class WriteSurfaceResult(Payload):
    surfaces: Surfaces
    """The input's, with what this write has added."""
    was_written: bool = True


class ReporterEntry(Payload):
    """What the reporter knows of one pull request."""

    report: Report | None = None
    """The newest wanted picture; None once every surface shows it."""
    surfaces: Surfaces = Surfaces()
    failures: int = 0
    """Writes failed in a row; the pause grows with them."""
    not_before: AwareDatetime | None = None
    refused: dict[str, AwareDatetime] = Field(default_factory=dict)
    """Kind of surface GitHub refused -> when to ask again."""
    refusals: dict[str, int] = Field(default_factory=dict)
    """Kind of surface -> how often in a row GitHub refused it; the pause grows with them."""
    is_removed: bool = False
    """The environment is gone and all surfaces say so; kept a while, so that a late older report is recognised."""


class ReporterState(Payload):
    """The reporter's own memory: its workflow's input, carried through continue-as-new."""

    entries: dict[str, ReporterEntry] = Field(default_factory=dict)
    """`{repository id}/{number}` -> what is wanted and what was written, longest waiting first."""
    paused_until: AwareDatetime | None = None
    """GitHub's limit was hit: nothing is written for this installation until then."""

"""What is written to GitHub, and what has been."""

from typing import Literal

from pydantic import Field

from workflows.models.base import Payload
from workflows.models.environment import EnvironmentSnapshot


class Report(Payload):
    """The newest wanted picture of one pull request."""

    snapshot: EnvironmentSnapshot
    acknowledge: bool = False
    """Signal `report_written` to the environment once all surfaces show it (the last edit after a removal)."""


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

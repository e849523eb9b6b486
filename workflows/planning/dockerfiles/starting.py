"""Which of an application's commands an image starts."""

from dataclasses import dataclass

from workflows.errors import PlanError
from workflows.models import Application
from workflows.planning.detection.files import ROOT


@dataclass(frozen=True)
class Start:
    command: str
    follows_changes: bool = False
    """It is a development server: nothing is built for it."""

    @property
    def reason(self) -> str:
        if self.follows_changes:
            return "No command serves a build, so the image starts the development server."
        return ""


def start_of(application: Application) -> Start:
    """Raises PlanError when there is neither a command that serves a build nor one for development."""
    if application.start:
        return Start(application.start)
    if application.dev:
        return Start(application.dev, follows_changes=True)
    where = "the repository" if application.workdir == ROOT else f"`{application.workdir}`"
    raise PlanError(
        f"Nothing says how the application in {where} is started.",
        hint="Set `commands.start` in `.catalyst.yaml`, such as `npm start`, or add a Dockerfile, then push.",
    )

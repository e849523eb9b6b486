"""Scenes of the reporter, each with an installation of its own: it writes for nobody else."""

from tests.workflows.stage import Preview, Stage
from workflows import naming
from workflows.errors import GitHubError, GitHubPermissionError, GitHubRateLimitError
from workflows.models import Phase


async def reported(stage: Stage, preview: Preview) -> list[str]:
    stage.control.has_reporter = True
    stage.github.errors = [
        GitHubRateLimitError("limit", retry_after=None),
        GitHubError("502"),
    ]
    move(preview, installation=77)
    await preview.open()
    await preview.reaches(Phase.READY)
    await stage.until(lambda: stage.diary.count("write_surface"))
    return [naming.reporter_workflow_id(77)]


async def refused(stage: Stage, preview: Preview) -> list[str]:
    """GitHub refuses deployments; the end of the environment is shown and confirmed all the same."""
    stage.control.has_reporter = True
    stage.github.broken["deployment"] = GitHubPermissionError("not granted")
    move(preview, installation=78)
    await preview.open()
    await preview.reaches(Phase.READY)
    await stage.until(
        lambda: any(step.outcome == "failed" for step in stage.diary.named("write_surface"))
    )
    await preview.close()
    await preview.ends()
    return [naming.reporter_workflow_id(78)]


def move(preview: Preview, *, installation: int) -> None:
    """To an installation of its own, whose reporter writes for nobody else."""
    preview.pull_request = preview.pull_request.model_copy(update={"installation": installation})
    preview.state = preview.state.model_copy(update={"pull_request": preview.pull_request})
    preview.set(ref=preview.pull_request)

"""From a commit at its remote to its files and its plan."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from activities.git import fetch_trees
from activities.source.commit import CommitFiles, read_commit
from activities.source.objects import Objects
from workflows.models import RevisionPlan
from workflows.planning.plans import PlanningRequest, make_plan, reading_of, settle
from workflows.repo_config import FILE_NAME, RepoConfig


@dataclass(frozen=True)
class Remote:
    """Where a commit is fetched from. `timeout` is seconds for each step."""

    url: str
    ref: str
    token: str = field(repr=False)
    timeout: float


async def read_files(remote: Remote, request: PlanningRequest, directory: Path) -> CommitFiles:
    """Of `request.commit`, fetched into `directory`. Raises CommitGoneError, RepositoryGoneError, GitHubError, PlanError."""
    git = await fetch_trees(
        remote.url, request.commit, remote.ref, remote.token, directory, timeout=remote.timeout
    )
    template = request.project.templates.get(request.template)
    chart = template.chart if template else ""
    return await read_commit(Objects(git), request.commit, chart=chart)


async def plan_files(
    request: PlanningRequest, files: CommitFiles, config: RepoConfig | None
) -> RevisionPlan:
    """The plan of these files. Raises PlanError, ManifestError, GitHubError."""
    files = await files.completed(reading_of(request, config))
    # On a thread of its own: a large repository takes a second, and the activity has to beat meanwhile.
    settled = await asyncio.to_thread(settle, request, files.tree, config, files.found.mark)
    return make_plan(settled, await files.facts(settled))


async def read_and_plan(
    remote: Remote, request: PlanningRequest, directory: Path, *, is_companion: bool = False
) -> RevisionPlan:
    """Both, with what people should know of the files. A companion does not choose the template. Raises as they do."""
    files = await read_files(remote, request, directory)
    config, notes = files.found.config, files.notes
    if is_companion and config is not None and config.template is not None:
        config = config.model_copy(update={"template": None})
        notes = (
            *notes,
            f"`template` in `{FILE_NAME}` has no effect: the pull request's own source chooses.",
        )
    plan = await plan_files(request, files, config)
    return plan.model_copy(update={"warnings": tuple(dict.fromkeys((*notes, *plan.warnings)))})

"""From a fetched commit to its plan, and whether it has to be deployed at all."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from activities.git import fetch_trees
from activities.source.commit import CommitFiles, read_commit
from activities.source.objects import Objects
from workflows.errors import GitHubError, UserMustFixError
from workflows.models import RevisionPlan
from workflows.planning.plans import (
    PlanningRequest,
    make_plan,
    reading_of,
    settings_mark,
    settle,
    why_unchanged,
)

_TOLD = {"commit", "reasons", "warnings", "unchanged", "settings"}
"""Fields of a plan that are told and change nothing that is deployed."""


@dataclass(frozen=True)
class Remote:
    """Where a commit is fetched from. `timeout` is seconds for each step."""

    url: str
    ref: str
    token: str = field(repr=False)
    timeout: float


@dataclass(frozen=True)
class Served:
    """The commit that serves, if any, and the mark of the settings it was planned with, if that is known."""

    commit: str = ""
    settings: str = ""


async def plan_commit(
    remote: Remote, request: PlanningRequest, serving: Served, directory: Path
) -> RevisionPlan:
    """The plan of `request.commit`, fetched into `directory`.

    Raises CommitGoneError, RepositoryGoneError, GitHubError, PlanError, ManifestError.
    """
    git = await fetch_trees(
        remote.url, request.commit, remote.ref, remote.token, directory, timeout=remote.timeout
    )
    objects = Objects(git)
    template = request.project.templates.get(request.template)
    files = await read_commit(objects, request.commit, chart=template.chart if template else "")
    plan = await _plan(request, files)
    return plan.model_copy(
        update={
            "warnings": tuple(dict.fromkeys((*files.notes, *plan.warnings))),
            "settings": settings_mark(request),
            "unchanged": await _unchanged(request, files, plan, serving),
        }
    )


async def _plan(request: PlanningRequest, files: CommitFiles) -> RevisionPlan:
    files = await files.completed(reading_of(request, files.found.config))
    # On a thread of its own: a large repository takes a second, and the activity has to beat meanwhile.
    settled = await asyncio.to_thread(
        settle, request, files.tree, files.found.config, files.found.mark
    )
    return make_plan(settled, await files.facts(settled))


async def _unchanged(
    request: PlanningRequest, files: CommitFiles, plan: RevisionPlan, serving: Served
) -> str:
    """Why what serves can stay; empty when in doubt.

    That no file matters is what people say; that what serves would be planned in the same way is looked up.
    """
    config = files.found.config
    if not serving.commit or config is None or config.paths.is_empty:
        return ""  # nobody would believe the answer, so it is not fetched
    if serving.settings and serving.settings != settings_mark(request):
        return ""
    try:
        is_there = await files.objects.fetch_trees(serving.commit)
        changed = await files.objects.changed(serving.commit, files.commit) if is_there else None
        if not (reason := why_unchanged(config, changed)):
            return ""
        former = await _plan(
            request.model_copy(update={"commit": serving.commit}),
            await read_commit(files.objects, serving.commit),
        )
    except (GitHubError, UserMustFixError):
        return ""
    is_same = former.model_dump(exclude=_TOLD) == plan.model_dump(exclude=_TOLD)
    return reason if is_same else ""

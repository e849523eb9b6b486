"""From a fetched commit to its plan, and whether it has to be deployed at all."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from activities.source.commit import CommitFiles, read_commit
from activities.source.reading import Remote, plan_files, read_files
from workflows.errors import GitHubError, UserMustFixError
from workflows.models import RevisionPlan
from workflows.planning.plans import PlanningRequest, settings_mark, why_unchanged
from workflows.planning.release_mark import release_mark

_TOLD = {"commit", "reasons", "warnings", "unchanged", "settings", "mark"}
"""Fields of a plan that are told and change nothing that is deployed."""
Join = Callable[[RevisionPlan], Awaitable[RevisionPlan]]
"""Adds what comes along from other repositories."""


@dataclass(frozen=True)
class Served:
    """The commit that serves, if any, and the mark of the settings it was planned with, if that is known."""

    commit: str = ""
    settings: str = ""


async def _alone(plan: RevisionPlan) -> RevisionPlan:
    return plan


async def plan_commit(
    remote: Remote,
    request: PlanningRequest,
    serving: Served,
    directory: Path,
    join: Join = _alone,
) -> RevisionPlan:
    """The plan of `request.commit`, fetched into `directory`, joined with what comes along.

    Raises CommitGoneError, RepositoryGoneError, GitHubError, PlanError, ManifestError.
    """
    files = await read_files(remote, request, directory)
    plan = await plan_files(request, files, files.found.config)
    own = plan.model_copy(
        update={
            "warnings": tuple(dict.fromkeys((*files.notes, *plan.warnings))),
            "settings": settings_mark(request),
        }
    )
    whole = await join(own)
    # Without other sources a mark that is not known, of an earlier release of Catalyst, is no reason to deploy.
    is_same = serving.settings == whole.settings or not (serving.settings or whole.sources)
    unchanged = await _unchanged(request, files, plan, serving.commit if is_same else "")
    return whole.model_copy(update={"unchanged": unchanged, "mark": release_mark(whole)})


async def _unchanged(
    request: PlanningRequest, files: CommitFiles, plan: RevisionPlan, serving: str
) -> str:
    """Why what serves can stay; empty when in doubt.

    That no file matters is what people say; that what serves would be planned in the same way is looked up. Settings,
    and commits that come along, are the same where `serving` is a commit.
    """
    config = files.found.config
    if not serving or config is None or config.paths.is_empty:
        return ""  # nobody would believe the answer, so it is not fetched
    if plan.development is not None:
        return ""  # the code in the pod is the branch's, whatever it is for
    try:
        is_there = await files.objects.fetch_trees(serving)
        changed = await files.objects.changed(serving, files.commit) if is_there else None
        if not (reason := why_unchanged(config, changed)):
            return ""
        then = await read_commit(files.objects, serving)
        asked = request.model_copy(update={"commit": serving})
        former = await plan_files(asked, then, then.found.config)
    except (GitHubError, UserMustFixError):
        return ""
    is_same = former.model_dump(exclude=_TOLD) == plan.model_dump(exclude=_TOLD)
    return reason if is_same else ""

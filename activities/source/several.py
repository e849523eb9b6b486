"""Sources that come along with a pull request's: found, planned, and joined with its plan (ENV-016)."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from activities.companions import naming, origin_of_companion
from activities.heads import find_head
from activities.origin import GitHubAccess
from activities.source.reading import Remote, read_and_plan
from workflows.errors import PlanError
from workflows.models import Commit, Project, RevisionPlan, Source, SourceCommit, SourceHead
from workflows.planning.plans import PlanningRequest
from workflows.planning.plans.several.joining import join_plans
from workflows.planning.plans.several.parts import Part
from workflows.planning.plans.several.settings import (
    companions,
    path_of,
    request_for,
    source_named,
)


@dataclass(frozen=True)
class OtherSources:
    """Of the project that a request is about. `timeout` is seconds for each step of a fetch."""

    github: GitHubAccess
    own: str
    """Name of the pull request's own source."""
    timeout: float
    heads: tuple[SourceHead, ...] = ()
    """Of sources for which it is decided what is taken."""

    async def join(
        self, request: PlanningRequest, plan: RevisionPlan, directory: Path
    ) -> RevisionPlan:
        """The plan with all that its template lets come along; the same plan where nothing does.

        `request` is the one of the pull request, with the project as people have configured it. Raises PlanError that
        names the source, GitHubError, CommitGoneError.
        """
        template = request.project.templates[plan.template]
        sources = [
            _source(request.project, plan.template, each.source)
            for each in companions(template, self.own)
        ]
        if not sources:
            return plan
        found = await asyncio.gather(
            *(self._named(request, plan.template, each, directory) for each in sources),
            return_exceptions=True,  # all have ended before the first failure is told
        )
        parts, commits = [], []
        for source, each in zip(sources, found, strict=True):
            if isinstance(each, BaseException):
                raise each
            commits.append(each[0])
            parts.append(Part(source.name, path_of(template, source.name), each[1]))
        own = Part(self.own, path_of(template, self.own), plan)
        return await asyncio.to_thread(join_plans, own, parts, commits)

    async def _named(
        self, request: PlanningRequest, template: str, source: Source, directory: Path
    ) -> tuple[SourceCommit, RevisionPlan]:
        place = directory / f"source-{source.repository_id}"
        await asyncio.to_thread(place.mkdir)
        with naming(source):
            return await self._plan(request, template, source, place)

    async def _plan(
        self, request: PlanningRequest, template: str, source: Source, directory: Path
    ) -> tuple[SourceCommit, RevisionPlan]:
        commit = await self._commit(request, source, directory)
        async with origin_of_companion(self.github, source, commit.branch) as origin:
            remote = Remote(origin.url, origin.ref, origin.token, self.timeout)
            asked = request_for(request, request.project, template, commit)
            return commit, await read_and_plan(remote, asked, directory, is_companion=True)

    async def _commit(
        self, request: PlanningRequest, source: Source, directory: Path
    ) -> SourceCommit:
        """What was decided; else the branch of the pull request's name, or the default branch, which is all that the
        code of a fork gets."""
        said = [each for each in self.heads if each.repository_id == source.repository_id]
        if request.is_trusted and said and said[0].commit is not None:
            return _commit_of(source, said[0].branch, said[0].commit, is_same_branch=True)
        async with origin_of_companion(self.github, source) as origin:
            wanted = request.branch if request.is_trusted and not said else ""
            head = await find_head(
                origin.url, origin.token, directory, branch=wanted, timeout=self.timeout
            )
        if head is None:
            raise PlanError(
                "the repository has no commits yet",
                hint="Push to its default branch, or take it out of the template's `sources`.",
            )
        is_same_branch = bool(wanted) and head.branch == wanted
        return _commit_of(source, head.branch, head.commit, is_same_branch=is_same_branch)


def _commit_of(
    source: Source, branch: str, commit: Commit, *, is_same_branch: bool
) -> SourceCommit:
    return SourceCommit(
        name=source.name,
        repository_id=source.repository_id,
        repository=source.repository,
        installation=source.installation,
        branch=branch,
        commit=commit,
        is_same_branch=is_same_branch,
    )


def _source(project: Project, template: str, name: str) -> Source:
    source = source_named(project, name)
    if source is None:
        raise PlanError(
            f"the template `{template}` names the source `{name}`, which the project has not",
            hint="Add the repository to the project's sources, or take it out of the template's `sources`.",
        )
    return source

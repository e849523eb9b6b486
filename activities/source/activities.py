"""The port that turns a commit into a plan."""

from pathlib import Path
from typing import Protocol

from temporalio import activity

from activities.origin import GitHubAccess, origin_in_thread
from activities.source.checkout import Checkouts, Wanted
from workflows.errors import PlanError
from workflows.models import Project, RepositoryFacts, RevisionPlan, Template
from workflows.models import messages as m
from workflows.planning import charts_asked, files_asked, make_revision_plan
from workflows.ports import SourcePort

MAX_BYTES = 2 * 2**30
"""A checkout larger than this is refused: it would not build within its limits either."""
FETCH_TIMEOUT = 120.0
"""Seconds for each step of a fetch; a shallow one of a large repository takes half a minute."""


class ProjectReader(Protocol):
    """What people configured, read on a thread."""

    def project_of(self, repository_id: int) -> Project | None:
        """The project a repository belongs to; None when it belongs to none. Raises StoreError."""


class SourceActivities(SourcePort):
    """Plans revisions. `work_dir` is for checkouts alone; what killed processes left in it is removed at once."""

    def __init__(
        self,
        github: GitHubAccess,
        projects: ProjectReader,
        work_dir: Path,
        *,
        max_bytes: int = MAX_BYTES,
        fetch_timeout: float = FETCH_TIMEOUT,
    ) -> None:
        self._github = github
        self._projects = projects
        self._checkouts = Checkouts(work_dir, max_bytes=max_bytes, timeout=fetch_timeout)

    @activity.defn(name="plan_revision")
    def plan_revision(self, request: m.PlanRevisionInput) -> RevisionPlan:
        """See `SourcePort`; also raises StoreError and what `GitHubClients.token` does."""
        template = self._template(request)
        facts = self._facts(request, template)
        return make_revision_plan(template, facts, environment=request.ref.environment)

    def _template(self, request: m.PlanRevisionInput) -> Template:
        project = self._projects.project_of(request.pull_request.repository_id)
        if project is None or project.key != request.ref.project:
            raise PlanError(
                f"the repository does not belong to the project `{request.ref.project}` any more",
                hint="Add the repository to the project again, or close the pull request.",
            )
        template = project.templates.get(request.template)
        if template is None:
            raise PlanError(
                f"the project has no template `{request.template}`",
                hint="Add the template to the project's settings.",
            )
        return template

    def _facts(self, request: m.PlanRevisionInput, template: Template) -> RepositoryFacts:
        with origin_in_thread(self._github, request.pull_request) as origin:
            return self._checkouts.describe(
                Wanted(
                    url=origin.url,
                    commit=request.commit,
                    ref=origin.ref,
                    token=origin.token,
                    charts=charts_asked(template),
                    files=files_asked(template),
                )
            )

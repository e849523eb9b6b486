"""The port that turns a commit into a plan."""

from pathlib import Path
from typing import Protocol

from temporalio import activity

from activities.origin import GitHubAccess, origin_in_thread
from activities.source.planning import Served, plan_commit
from activities.source.reading import Remote
from activities.source.several import OtherSources
from activities.source.workspace import Workspace
from workflows.errors import PlanError
from workflows.models import DetectionOverrides, Project, RevisionPlan
from workflows.models import messages as m
from workflows.planning.dockerfiles import Mirrors
from workflows.planning.plans import PlanningRequest
from workflows.planning.plans.several.settings import project_of_source
from workflows.ports import SourcePort

MAX_BYTES = 2 * 2**30
"""A repository of which more than this is fetched is refused: it would not build within its limits either."""
NO_MIRRORS = Mirrors()
FETCH_TIMEOUT = 120.0
"""Seconds for each step of a fetch; a shallow one of a large repository takes half a minute."""


class ProjectReader(Protocol):
    """What people configured, read on a thread."""

    def project_of(self, repository_id: int) -> Project | None:
        """The project a repository belongs to; None when it belongs to none. Raises StoreError."""

    def overrides_of(self, project: str, environment: str) -> DetectionOverrides:
        """What one environment has for itself instead of what is detected (ENV-011). Raises StoreError."""

    def variables_of(self, project: str, environment: str) -> dict[str, str]:
        """Variables of one environment (ENV-030). Raises StoreError."""

    def image_of(self, project: str, environment: str) -> str:
        """The image that one environment runs in place of what would be built (ENV-030); empty as a rule.
        Raises StoreError.
        """


class SourceActivities(SourcePort):
    """Plans revisions. `work_dir` is for what is fetched alone; what killed processes left in it is removed at once."""

    def __init__(
        self,
        github: GitHubAccess,
        projects: ProjectReader,
        work_dir: Path,
        *,
        max_bytes: int = MAX_BYTES,
        fetch_timeout: float = FETCH_TIMEOUT,
        has_egress_proxy: bool = False,
        mirrors: Mirrors = NO_MIRRORS,
        with_directory: frozenset[str] = frozenset(),
    ) -> None:
        """`with_directory` are the keys of projects for which the operator has named a directory of the node."""
        self._github = github
        self._projects = projects
        self._workspace = Workspace(work_dir, max_bytes=max_bytes)
        self._fetch_timeout = fetch_timeout
        self._has_egress_proxy = has_egress_proxy
        self._mirrors = mirrors
        self._with_directory = with_directory

    @activity.defn(name="plan_revision")
    def plan_revision(self, request: m.PlanRevisionInput) -> RevisionPlan:
        """See `SourcePort`; also raises StoreError and what `GitHubClients.token` does."""
        asked = self._asked(request)
        own = _source(asked.project, request.pull_request.repository_id)
        seen = asked.model_copy(update={"project": project_of_source(asked.project, own)})
        others = OtherSources(self._github, own, self._fetch_timeout, request.heads)
        serving = Served(request.serving, request.serving_settings)
        with origin_in_thread(self._github, request.pull_request) as origin:
            remote = Remote(origin.url, origin.ref, origin.token, self._fetch_timeout)
            return self._workspace.run(
                lambda directory: plan_commit(
                    remote,
                    seen,
                    serving,
                    directory,
                    lambda plan: others.join(asked, plan, directory),
                )
            )

    def _asked(self, request: m.PlanRevisionInput) -> PlanningRequest:
        """With what people configured, as it is now."""
        ref = request.ref
        project = self._projects.project_of(request.pull_request.repository_id)
        if project is None or project.key != ref.project:
            raise PlanError(
                f"the repository does not belong to the project `{ref.project}` any more",
                hint="Add the repository to the project again, or close the pull request.",
            )
        return PlanningRequest(
            project=project,
            template=request.template,
            environment=ref.environment,
            commit=request.commit,
            branch=request.branch,
            number=request.pull_request.number,
            is_trusted=request.is_trusted,
            is_development=request.is_development,
            is_on_host=request.is_on_host,
            has_directory=ref.project in self._with_directory,
            overrides=self._projects.overrides_of(ref.project, ref.environment),
            variables=self._projects.variables_of(ref.project, ref.environment),
            image=self._projects.image_of(ref.project, ref.environment),
            has_egress_proxy=self._has_egress_proxy,
            mirrors=self._mirrors,
        )


def _source(project: Project, repository_id: int) -> str:
    return next(each.name for each in project.sources if each.repository_id == repository_id)

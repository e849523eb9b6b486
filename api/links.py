"""Addresses of what people read next."""

from dataclasses import dataclass
from urllib.parse import quote

from api.schemas import Links
from workflows.models import EnvironmentSnapshot


@dataclass(frozen=True)
class LinkMaker:
    web_url: str
    github_web_url: str
    temporal_ui_url: str
    temporal_namespace: str

    def for_environment(self, snapshot: EnvironmentSnapshot) -> Links:
        page = f"{self.web_url}{environment_path(snapshot.ref.project, snapshot.ref.environment)}"
        repository = f"{self.github_web_url}/{snapshot.pull_request.repository}"
        return Links(
            page=page,
            logs=f"{page}/logs",
            pull_request=_followed(repository, snapshot),
            shared_with=tuple(
                f"{self.github_web_url}/{each.repository}/pull/{each.number}"
                for each in snapshot.shared_with
            ),
            commit=f"{repository}/commit/{snapshot.commit}" if snapshot.commit else "",
            workflow=self.workflow(snapshot.workflow_id),
        )

    def workflow(self, workflow_id: str) -> str:
        """The workflow's latest run in Temporal's UI; empty without one."""
        if not self.temporal_ui_url:
            return ""
        namespace = quote(self.temporal_namespace, safe="")
        return (
            f"{self.temporal_ui_url}/namespaces/{namespace}/workflows/{quote(workflow_id, safe='')}"
        )


def _followed(repository: str, snapshot: EnvironmentSnapshot) -> str:
    """The pull request, or the branch in its place."""
    if number := snapshot.pull_request.number:
        return f"{repository}/pull/{number}"
    return f"{repository}/tree/{quote(snapshot.branch)}" if snapshot.branch else repository


def environment_path(project: str, environment: str) -> str:
    return f"/environments/{project}/{environment}"


def setup_path(project: str, environment: str) -> str:
    return f"{environment_path(project, environment)}/setup"

"""Where a person reads more. Addresses of Catalyst's own pages; empty where there is no such place."""

from urllib.parse import quote

from workflows.models import Commit, EnvironmentSnapshot, Payload


class Links(Payload):
    """Made once by the process that renders."""

    web_url: str = ""
    """Catalyst's pages, without a slash at the end."""
    temporal_ui_url: str = ""
    temporal_namespace: str = "default"
    github_web_url: str = ""
    """For links to commits; GitHub's API has another address."""

    def page(self, snapshot: EnvironmentSnapshot) -> str:
        """The environment's page."""
        if not self.web_url:
            return ""
        ref = snapshot.ref
        return f"{self.web_url}/environments/{ref.project}/{ref.environment}"

    def logs(self, snapshot: EnvironmentSnapshot, *, container: str = "") -> str:
        """Of all containers, or of one, as people know it."""
        page = self.page(snapshot)
        asked = f"?container={quote(container, safe='')}" if container else ""
        return f"{page}/logs{asked}" if page else ""

    def setup(self, snapshot: EnvironmentSnapshot) -> str:
        """Where people say what to run."""
        page = self.page(snapshot)
        return f"{page}/setup" if page else ""

    def workflow(self, workflow_id: str) -> str:
        """The workflow's latest run in Temporal's UI."""
        if not self.temporal_ui_url:
            return ""
        namespace = quote(self.temporal_namespace, safe="")
        return (
            f"{self.temporal_ui_url}/namespaces/{namespace}/workflows/{quote(workflow_id, safe='')}"
        )

    def commit(self, snapshot: EnvironmentSnapshot, commit: Commit) -> str:
        return self.commit_of(snapshot.pull_request.repository, commit)

    def commit_of(self, repository: str, commit: Commit) -> str:
        """In any repository, `owner/name`."""
        if not self.github_web_url:
            return ""
        return f"{self.github_web_url}/{quote(repository, safe='/')}/commit/{commit}"


def link(label: str, url: str) -> str:
    """A Markdown link, or the label alone; `label` is Markdown already."""
    if not url.startswith(("http://", "https://")):
        return label
    return f"[{label}]({quote(url, safe=':/?&=%#,;@!~*+$-._[]')})"

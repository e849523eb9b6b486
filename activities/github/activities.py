"""The port to GitHub: three reads and one write, each its own client and one token with no more than it needs."""

from temporalio import activity

from activities.github.awaited import read_named_check
from activities.github.clients import GitHubClients
from activities.github.pulls import list_open_pulls, read_pull
from activities.github.surfaces import SurfaceWriter
from workflows.models import PullRequest, PullRequestRef
from workflows.models import messages as m
from workflows.ports import GitHubPort
from workflows.rendering import Links

READ_PULLS = {"pull_requests": "read"}


class GitHubActivities(GitHubPort):
    """Blocks, so it runs on threads. `links` tell where logs and pages are."""

    def __init__(self, clients: GitHubClients, links: Links) -> None:
        self._clients = clients
        self._writer = SurfaceWriter(clients, links)

    @activity.defn(name="read_pull_request")
    def read_pull_request(self, request: m.ReadPullRequestInput) -> PullRequest:
        """See `GitHubPort`."""
        ref = request.pull_request
        with self._clients.for_installation(
            ref.installation, ref.repository_id, READ_PULLS, doing="reading the pull request"
        ) as github:
            return read_pull(github, ref)

    @activity.defn(name="list_open_pull_requests")
    def list_open_pull_requests(
        self, request: m.ListOpenPullRequestsInput
    ) -> m.ListOpenPullRequestsResult:
        """See `GitHubPort`."""
        ref = PullRequestRef(
            installation=request.installation,
            repository_id=request.repository_id,
            repository=request.repository,
            number=0,
        )
        with self._clients.for_installation(
            ref.installation, ref.repository_id, READ_PULLS, doing="listing open pull requests"
        ) as github:
            return m.ListOpenPullRequestsResult(pull_requests=list_open_pulls(github, ref))

    @activity.defn(name="read_check")
    def read_check(self, request: m.ReadCheckInput) -> m.ReadCheckResult:
        """See `GitHubPort`."""
        return read_named_check(self._clients, request)

    @activity.defn(name="write_surface")
    def write_surface(self, request: m.WriteSurfaceInput) -> m.WriteSurfaceResult:
        """See `GitHubPort`."""
        return self._writer.write(request)

"""GitHub: pull requests that the test sets, and a memory of everything that was written."""

from temporalio import activity

from tests.fakes.controls import Controls
from workflows.errors import GitHubPermissionError
from workflows.models import PullRequest
from workflows.models import messages as m
from workflows.ports import BranchPort, GitHubPort


class FakeGitHub(GitHubPort, BranchPort):
    """Pull requests as the test sets them, and every write remembered."""

    def __init__(self, controls: Controls) -> None:
        self.controls = controls
        self.writes: list[m.WriteSurfaceInput] = []
        self.comments: dict[str, int] = {}
        self.called: dict[int, str] = {}
        """Repository -> what reading its pull requests is called, where it is held apart from others."""
        self.unreadable: set[int] = set()
        """Repositories whose pull requests cannot be listed."""
        self.hidden = False
        """Whether lists lag behind and leave open pull requests out."""
        self.errors: list[Exception | None] = []
        """What the next writes raise; None: this one works."""
        self.broken: dict[str, Exception] = {}
        """Kind of surface -> what every write of it raises."""
        self.troubled: dict[int, Exception] = {}
        """Pull request -> what every write for it raises."""
        self.checks: dict[str, m.ReadCheckResult] = {}
        """Checks of every commit, by name."""
        self.is_unchanged = False
        """Whether comments read already as they should."""
        self.replaced_comments: dict[str, int] = {}
        """Pull request -> id of the comment made in place of one that a person has deleted."""
        self.deleted_deployments: set[str] = set()
        """Revisions whose deployment a person has deleted: the next status makes another one."""

    @activity.defn(name="read_pull_request")
    async def read_pull_request(self, request: m.ReadPullRequestInput) -> PullRequest:  # type: ignore[override]  # tests run on one loop
        ref = request.pull_request
        async with self.controls.step(self.called.get(ref.repository_id, "read_pull_request")):
            return self.controls.pulls[ref.repository_id, ref.number]

    @activity.defn(name="read_branch")
    async def read_branch(self, request: m.ReadBranchInput) -> PullRequest:
        ref = request.pull_request
        async with self.controls.step("read_branch"):
            return self.controls.pulls[ref.repository_id, ref.number]

    @activity.defn(name="list_open_pull_requests")
    async def list_open_pull_requests(  # type: ignore[override]  # tests run on one loop
        self, request: m.ListOpenPullRequestsInput
    ) -> m.ListOpenPullRequestsResult:
        async with self.controls.step("list_open_pull_requests"):
            if request.repository_id in self.unreadable:
                raise GitHubPermissionError("it is suspended")
            found = [
                pull
                for (repository_id, _), pull in self.controls.pulls.items()
                if repository_id == request.repository_id and pull.is_open and not self.hidden
            ]
            return m.ListOpenPullRequestsResult(pull_requests=tuple(found))

    @activity.defn(name="read_check")
    async def read_check(self, request: m.ReadCheckInput) -> m.ReadCheckResult:  # type: ignore[override]  # tests run on one loop
        async with self.controls.step("read_check", commit=request.commit):
            return self.checks.get(request.name) or m.ReadCheckResult(state="missing")

    @activity.defn(name="write_surface")
    async def write_surface(self, request: m.WriteSurfaceInput) -> m.WriteSurfaceResult:  # type: ignore[override]  # tests run on one loop
        async with self.controls.step("write_surface"):
            error = self.errors.pop(0) if self.errors else None
            number = request.report.snapshot.pull_request.number
            error = error or self.troubled.get(number) or self.broken.get(request.write.surface)
            if error is not None:
                raise error
            self.writes.append(request)
            return m.WriteSurfaceResult(
                surfaces=self._written(request), was_written=not self.is_unchanged
            )

    def _written(self, request: m.WriteSurfaceInput) -> m.Surfaces:
        surfaces, write = request.surfaces, request.write
        if write.surface == "comment":
            key = str(request.report.snapshot.pull_request.number)
            number = surfaces.comment_id or self.comments.setdefault(key, len(self.comments) + 1)
            number = self.replaced_comments.get(key, number)
            return surfaces.model_copy(update={"comment_id": number})
        is_deleted = write.revision in self.deleted_deployments
        self.deleted_deployments -= {write.revision}
        if write.surface == "deployment" or (write.surface == "deployment_status" and is_deleted):
            made = {**surfaces.deployments, write.revision: len(self.writes)}
            return surfaces.model_copy(update={"deployments": made})
        return surfaces

"""One write of the reporter: what the report says, brought to one surface of the pull request.

Every create is preceded by a look-up, always: the reporter asks again after a failure whose outcome nobody
knows, as a new activity, so the number of the attempt tells nothing.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from http import HTTPStatus

from github import Github, GithubException

from activities.github.checks import write_check_run
from activities.github.clients import READ_CONTENTS, GitHubClients
from activities.github.comments import write_comment
from activities.github.deployments import ensure_deployment, post_status
from workflows import naming, rendering
from workflows.errors import CommitGoneError
from workflows.models import Commit, EnvironmentSnapshot, PullRequestRef, Revision
from workflows.models import messages as m
from workflows.rendering import Links

WRITE_COMMENTS: Mapping[str, str] = {"pull_requests": "write"}
WRITE_DEPLOYMENTS: Mapping[str, str] = {"deployments": "write"}
WRITE_CHECKS: Mapping[str, str] = {"checks": "write"}
"""A token each: an App that lacks one permission still writes the other surfaces."""


class SurfaceWriter:
    """Writes for every installation; safe to share between threads."""

    def __init__(self, clients: GitHubClients, links: Links) -> None:
        self._clients = clients
        self._links = links

    def write(self, request: m.WriteSurfaceInput) -> m.WriteSurfaceResult:
        """Bring the surface of `request.write` up to date; ids and states are in the result."""
        match request.write.surface:
            case "comment":
                return self._comment(request)
            case "deployment":
                return self._deployment(request)
            case "deployment_status":
                return self._deployment_status(request)
            case "check_run":
                return self._check_run(request)

    def _comment(self, request: m.WriteSurfaceInput) -> m.WriteSurfaceResult:
        snapshot, surfaces = request.report.snapshot, request.surfaces
        ref = snapshot.pull_request
        body = rendering.render_comment(snapshot, self._links)
        digest = sha256(body.encode()).hexdigest()
        if surfaces.comment_id is not None and surfaces.comment_hash == digest:
            return m.WriteSurfaceResult(surfaces=surfaces, was_written=False)
        author = self._clients.login()
        with self._client(snapshot, WRITE_COMMENTS, "writing the comment") as github:
            comment_id = write_comment(
                github,
                ref,
                body,
                marker=naming.comment_marker(ref.repository_id, ref.number),
                author=author,
                comment_id=surfaces.comment_id,
            )
        return _result(surfaces, comment_id=comment_id, comment_hash=digest)

    def _deployment(self, request: m.WriteSurfaceInput) -> m.WriteSurfaceResult:
        snapshot, surfaces = request.report.snapshot, request.surfaces
        revision = _revision(snapshot, request.write.revision)
        if revision is None:
            return m.WriteSurfaceResult(surfaces=surfaces, was_written=False)
        with self._client(snapshot, WRITE_DEPLOYMENTS, "creating the deployment") as github:
            deployment_id = self._ensure_deployment(github, snapshot, revision)
        return _with_deployment(surfaces, revision.id, deployment_id)

    def _deployment_status(self, request: m.WriteSurfaceInput) -> m.WriteSurfaceResult:
        snapshot, surfaces, write = request.report.snapshot, request.surfaces, request.write
        deployment_id = surfaces.deployments.get(write.revision)
        is_over = write.state == "inactive"
        revision = _revision(snapshot, write.revision)
        with self._client(snapshot, WRITE_DEPLOYMENTS, "posting the deployment's status") as github:
            if deployment_id is not None and self._post(github, request, deployment_id):
                return _with_state(surfaces, write)
            if revision is None or is_over:
                # A person deleted it, or it was never made: nothing is left to be told inactive.
                return _with_state(surfaces, write)
            # One write at a time: the reporter asks for the new deployment's status next.
            deployment_id = self._ensure_deployment(github, snapshot, revision)
        return _with_deployment(surfaces, revision.id, deployment_id)

    def _ensure_deployment(
        self, github: Github, snapshot: EnvironmentSnapshot, revision: Revision
    ) -> int:
        repository_id = snapshot.pull_request.repository_id
        with self._commit_must_exist(snapshot.pull_request, revision.commit):
            return ensure_deployment(
                github,
                repository_id,
                revision=revision.id,
                commit=revision.commit,
                description=rendering.deployment_description(snapshot, revision),
            )

    def _post(self, github: Github, request: m.WriteSurfaceInput, deployment_id: int) -> bool:
        snapshot, write = request.report.snapshot, request.write
        revision = _revision(snapshot, write.revision)
        serving = snapshot.serving
        has_url = (
            write.state == "success"
            and revision is not None
            and serving is not None
            and serving.commit == revision.commit
        )
        return post_status(
            github,
            snapshot.pull_request.repository_id,
            deployment_id,
            state=write.state,
            description=rendering.deployment_description(snapshot, revision) if revision else "",
            url=serving.url if has_url and serving is not None else "",
            log_url=self._links.logs(snapshot),
        )

    def _check_run(self, request: m.WriteSurfaceInput) -> m.WriteSurfaceResult:
        snapshot, surfaces, write = request.report.snapshot, request.surfaces, request.write
        revision = _revision(snapshot, write.revision)
        if revision is None:
            return m.WriteSurfaceResult(surfaces=surfaces, was_written=False)
        repository_id = snapshot.pull_request.repository_id
        shown = rendering.render_check(snapshot, revision, self._links)
        with (
            self._client(snapshot, WRITE_CHECKS, "writing the check run") as github,
            self._commit_must_exist(snapshot.pull_request, revision.commit),
        ):
            check_run_id = write_check_run(
                github,
                repository_id,
                check_run_id=surfaces.check_runs.get(revision.id),
                revision=revision.id,
                commit=revision.commit,
                state=write.state,
                shown=shown,
            )
        return _result(
            surfaces,
            check_runs={**surfaces.check_runs, revision.id: check_run_id},
            check_states={**surfaces.check_states, revision.id: write.state},
        )

    @contextmanager
    def _client(
        self, snapshot: EnvironmentSnapshot, permissions: Mapping[str, str], doing: str
    ) -> Iterator[Github]:
        ref = snapshot.pull_request
        with self._clients.for_installation(
            ref.installation, ref.repository_id, permissions, doing=doing
        ) as github:
            yield github

    @contextmanager
    def _commit_must_exist(self, ref: PullRequestRef, commit: Commit) -> Iterator[None]:
        """Tell a commit that vanished after a force-push from other reasons to refuse a write."""
        try:
            yield
        except GithubException as error:
            if error.status == HTTPStatus.UNPROCESSABLE_ENTITY and not self._exists(ref, commit):
                raise CommitGoneError(f"commit {commit[:7]} is gone from the repository") from error
            raise

    def _exists(self, ref: PullRequestRef, commit: Commit) -> bool:
        doing = "looking up the commit"
        with self._clients.for_installation(
            ref.installation, ref.repository_id, READ_CONTENTS, doing=doing
        ) as github:
            path = f"/repositories/{ref.repository_id}/commits/{commit}"
            try:
                github.requester.requestJsonAndCheck("GET", path)
            except GithubException as error:
                if error.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY):
                    return False
                raise
        return True


def _revision(snapshot: EnvironmentSnapshot, revision: str) -> Revision | None:
    return next((each for each in snapshot.revisions if each.id == revision), None)


def _with_deployment(
    surfaces: m.Surfaces, revision: str, deployment_id: int
) -> m.WriteSurfaceResult:
    return _result(surfaces, deployments={**surfaces.deployments, revision: deployment_id})


def _with_state(surfaces: m.Surfaces, write: m.SurfaceWrite) -> m.WriteSurfaceResult:
    states = {**surfaces.deployment_states, write.revision: write.state}
    return _result(surfaces, deployment_states=states)


def _result(surfaces: m.Surfaces, **changes: object) -> m.WriteSurfaceResult:
    return m.WriteSurfaceResult(surfaces=surfaces.model_copy(update=changes))

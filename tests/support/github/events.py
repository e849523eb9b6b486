"""What the App is told: webhook bodies, and the one place from which they are sent."""

from __future__ import annotations

from tests.support.github.bodies.accounts import account, installation, organization
from tests.support.github.bodies.checks import check_run
from tests.support.github.bodies.commits import pushed_commit
from tests.support.github.bodies.deployments import deployment, deployment_status
from tests.support.github.bodies.pulls import Size, comment, issue, pull
from tests.support.github.bodies.repositories import label, pushed_repository, repository
from tests.support.github.bodies.templates import View, node_id
from tests.support.github.core import GitHub
from tests.support.github.git import ZERO, Commit, FileChange
from tests.support.github.models import (
    Account,
    Body,
    CheckRun,
    Comment,
    Deployment,
    DeploymentStatus,
    Installation,
    PullRequest,
    Repository,
)


class Events:
    """Builds and emits events about one repository, done by one sender."""

    def __init__(self, github: GitHub, repo: Repository, sender: Account) -> None:
        self._github = github
        self._repo = repo
        self._sender = sender
        self._view = View(github.state, github.base_url, is_webhook=True)

    def pull_request(
        self, found: PullRequest, action: str, *, size: Size | None = None, **more: object
    ) -> None:
        body = {"number": found.number, "pull_request": pull(self._view, found, size)}
        self._emit("pull_request", {"action": action} | body | more)

    def labelled(self, found: PullRequest, action: str, name: str) -> None:
        """`labeled` or `unlabeled`."""
        value = label(self._view, self._repo, self._repo.labels[name])
        self.pull_request(found, action, label=value)

    def issue_comment(
        self, found: PullRequest, about: Comment, action: str, **more: object
    ) -> None:
        body = {"issue": issue(self._view, found), "comment": comment(self._view, about)}
        self._emit("issue_comment", {"action": action} | body | more)

    def check_run(self, found: CheckRun, action: str, **more: object) -> None:
        body = {"check_run": check_run(self._view, found)}
        self._emit("check_run", {"action": action} | body | more)

    def deployment(self, found: Deployment) -> None:
        self._emit("deployment", {"action": "created", "deployment": deployment(self._view, found)})

    def deployment_status(self, found: Deployment, status: DeploymentStatus) -> None:
        body = {
            "deployment": deployment(self._view, found),
            "deployment_status": deployment_status(self._view, found, status),
        }
        self._emit("deployment_status", {"action": "created"} | body)

    def repository(self, action: str, **more: object) -> None:
        self._emit("repository", {"action": action} | more)

    def created(self, ref: str) -> None:
        kind, name = _kind(ref)
        body = {"master_branch": self._repo.default_branch, "description": self._repo.description}
        self._emit("create", {"ref": name, "ref_type": kind, "pusher_type": "user"} | body)

    def deleted(self, ref: str) -> None:
        kind, name = _kind(ref)
        self._emit("delete", {"ref": name, "ref_type": kind, "pusher_type": "user"})

    def push(
        self,
        ref: str,
        before: str,
        after: str,
        *,
        forced: bool,
        commits: list[tuple[Commit, list[FileChange]]],
        head: tuple[Commit, list[FileChange]] | None,
    ) -> None:
        """`commits` are the new ones, oldest first; `head` is None for a deleted ref."""
        view, repo = self._view, self._repo
        compare = f"{before[:12]}...{after[:12]}"
        body: Body = {
            "ref": ref,
            "before": before,
            "after": after,
            "created": before == ZERO,
            "deleted": after == ZERO,
            "forced": forced,
            "base_ref": None,
            "compare": f"{view.base}/{view.state.full_name(repo)}/compare/{compare}",
            "commits": [pushed_commit(view, repo, *one) for one in commits],
            "head_commit": pushed_commit(view, repo, *head) if head else None,
            "pusher": {"name": self._sender.login, "email": self._sender.email},
            "repository": pushed_repository(view, repo),
        }
        self._emit("push", body)

    def _emit(self, event: str, body: Body) -> None:
        github, repo = self._github, self._repo
        found = github.state.installation_for(repo)
        if found is None or found.suspended_at or event not in found.events:
            return
        body.setdefault("repository", repository(self._view, repo))
        body["sender"] = account(self._view, self._sender)
        owner = github.state.accounts[repo.owner_id]
        if owner.type == "Organization":
            body["organization"] = organization(self._view, owner)
        body["installation"] = {"id": found.id, "node_id": node_id("Installation", found.id)}
        github.hooks.emit(event, body, installation_id=found.id, repository_id=repo.id)


def installation_event(github: GitHub, found: Installation, sender: Account, action: str) -> None:
    """`created`, `deleted`, `suspend`, `unsuspend`, `new_permissions_accepted`: always sent."""
    view = View(github.state, github.base_url, is_webhook=True)
    body: Body = {"action": action, "installation": _with_numbers(view, found)}
    body["sender"] = account(view, sender)
    covered = [r for r in github.state.repositories.values() if github.state.covers(found, r)]
    body["repositories"] = [_short(view, r) for r in covered]
    github.hooks.emit("installation", body, installation_id=found.id)


def installation_repositories(
    github: GitHub,
    found: Installation,
    sender: Account,
    *,
    added: list[Repository],
    removed: list[Repository],
) -> None:
    view = View(github.state, github.base_url, is_webhook=True)
    body: Body = {
        "action": "added" if added else "removed",
        "installation": _with_numbers(view, found),
        "repository_selection": "all" if found.repository_ids is None else "selected",
        "repositories_added": [_short(view, r) for r in added],
        "repositories_removed": [_short(view, r) for r in removed],
        "requester": None,
        "sender": account(view, sender),
    }
    github.hooks.emit("installation_repositories", body, installation_id=found.id)


def _with_numbers(view: View, found: Installation) -> Body:
    body = installation(view, found)
    times = {"created_at": found.created_at, "updated_at": found.updated_at}
    return body | {name: int(moment.timestamp()) for name, moment in times.items()}


def _short(view: View, repo: Repository) -> Body:
    return {
        "id": repo.id,
        "node_id": node_id("Repository", repo.id),
        "name": repo.name,
        "full_name": view.state.full_name(repo),
        "private": repo.private,
    }


def _kind(ref: str) -> tuple[str, str]:
    """`refs/heads/x` -> branch, x; `refs/tags/v1` -> tag, v1."""
    if ref.startswith("refs/tags/"):
        return "tag", ref.removeprefix("refs/tags/")
    return "branch", ref.removeprefix("refs/heads/")

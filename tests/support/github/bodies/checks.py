"""Check runs and the suites around them."""

from __future__ import annotations

from tests.support.github.bodies.accounts import app
from tests.support.github.bodies.templates import View, fill, node_id, stamp, stamp_or_none
from tests.support.github.models import Body, CheckRun, PullRequest, Repository


def check_run(view: View, found: CheckRun) -> Body:
    repo = view.state.repositories[found.repository_id]
    rest = f"{view.base}/repos/{view.state.full_name(repo)}"
    page = f"{view.base}/{view.state.full_name(repo)}/runs/{found.id}"
    suite: Body = {"id": found.suite_id}
    values: Body = {
        "id": found.id,
        "node_id": node_id("CheckRun", found.id),
        "name": found.name,
        "head_sha": found.head_sha,
        "external_id": found.external_id,
        "url": f"{rest}/check-runs/{found.id}",
        "html_url": page,
        "details_url": found.details_url or page,
        "status": found.status,
        "conclusion": found.conclusion,
        "started_at": stamp(found.started_at),
        "completed_at": stamp_or_none(found.completed_at),
        "output": {
            "title": found.output.title,
            "summary": found.output.summary,
            "text": found.output.text,
            "annotations_count": 0,
            "annotations_url": f"{rest}/check-runs/{found.id}/annotations",
        },
        "check_suite": _suite(view, found, repo) if view.is_webhook else suite,
        "app": app(view),
        "pull_requests": _pulls(view, found, repo),
    }
    return fill(view.template("rest:check-run", "hook:check_run/6/check_run"), values)


def _suite(view: View, found: CheckRun, repo: Repository) -> Body:
    rest = f"{view.base}/repos/{view.state.full_name(repo)}"
    is_completed = found.status == "completed"
    pulls = _matching(view, found, repo)
    return {
        "id": found.suite_id,
        "node_id": node_id("CheckSuite", found.suite_id),
        "url": f"{rest}/check-suites/{found.suite_id}",
        "head_branch": pulls[0].head_ref if pulls else None,
        "head_sha": found.head_sha,
        "status": "completed" if is_completed else "in_progress",
        "conclusion": found.conclusion,
        "before": None,
        "after": found.head_sha,
        "pull_requests": _pulls(view, found, repo),
        "app": app(view),
        "created_at": stamp(found.started_at),
        "updated_at": stamp(found.completed_at or found.started_at),
    }


def _matching(view: View, found: CheckRun, repo: Repository) -> list[PullRequest]:
    """Empty for fork pull requests, as at GitHub."""
    return [
        pull
        for pull in view.state.pulls_of(repo)
        if pull.state == "open"
        and pull.head_sha == found.head_sha
        and pull.head_repository_id == repo.id
    ]


def _pulls(view: View, found: CheckRun, repo: Repository) -> list[Body]:
    rest = f"{view.base}/repos/{view.state.full_name(repo)}"
    where = {"id": repo.id, "name": repo.name, "url": rest}
    return [
        {
            "id": pull.id,
            "number": pull.number,
            "url": f"{rest}/pulls/{pull.number}",
            "head": {"ref": pull.head_ref, "sha": pull.head_sha, "repo": where},
            "base": {"ref": pull.base_ref, "sha": pull.base_sha, "repo": where},
        }
        for pull in _matching(view, found, repo)
    ]

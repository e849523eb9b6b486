"""Commits, comparisons, files and folders."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from urllib.parse import quote

from tests.support.github.bodies.accounts import account
from tests.support.github.bodies.templates import View, node_id
from tests.support.github.git import Commit, FileChange, Person, TreeEntry
from tests.support.github.models import Body, Repository


def _rest(view: View, repo: Repository) -> str:
    return f"{view.base}/repos/{view.state.full_name(repo)}"


def commit(view: View, repo: Repository, found: Commit) -> Body:
    rest, sha = _rest(view, repo), found.sha
    return {
        "sha": sha,
        "node_id": node_id("Commit", repo.id),
        "url": f"{rest}/commits/{sha}",
        "html_url": f"{view.base}/{view.state.full_name(repo)}/commit/{sha}",
        "comments_url": f"{rest}/commits/{sha}/comments",
        "commit": _git_commit(view, repo, found),
        "author": _known(view, found.author),
        "committer": _known(view, found.committer),
        "parents": [_parent(view, repo, parent) for parent in found.parents],
    }


def _git_commit(view: View, repo: Repository, found: Commit) -> Body:
    rest = _rest(view, repo)
    return {
        "url": f"{rest}/git/commits/{found.sha}",
        "author": _signature(found.author, found.authored_at),
        "committer": _signature(found.committer, found.committed_at),
        "message": found.message,
        "tree": {"sha": found.tree, "url": f"{rest}/git/trees/{found.tree}"},
        "comment_count": 0,
        "verification": {
            "verified": False,
            "reason": "unsigned",
            "signature": None,
            "payload": None,
            "verified_at": None,
        },
    }


def git_commit(view: View, repo: Repository, found: Commit) -> Body:
    """The answer of `GET .../git/commits/{sha}`."""
    inner = _git_commit(view, repo, found)
    inner.pop("comment_count")
    parents = [_parent(view, repo, parent) for parent in found.parents]
    more = {"sha": found.sha, "node_id": node_id("Commit", repo.id), "parents": parents}
    return inner | more | {"html_url": commit(view, repo, found)["html_url"]}


def _parent(view: View, repo: Repository, sha: str) -> Body:
    page = f"{view.base}/{view.state.full_name(repo)}/commit/{sha}"
    return {"sha": sha, "url": f"{_rest(view, repo)}/commits/{sha}", "html_url": page}


def _signature(who: Person, when: datetime) -> Body:
    return {"name": who.name, "email": who.email, "date": _utc(when)}


def _utc(when: datetime) -> str:
    return datetime.fromtimestamp(when.timestamp(), tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _known(view: View, who: Person) -> Body | None:
    """The account behind a commit's e-mail address, as GitHub matches them."""
    for found in view.state.accounts.values():
        if who.email in (found.email, f"{found.login}@users.noreply.github.com"):
            return account(view, found)
    return None


def file_change(view: View, repo: Repository, sha: str, found: FileChange) -> Body:
    page = f"{view.base}/{view.state.full_name(repo)}"
    path = quote(found.path)
    body: Body = {
        "sha": found.blob,
        "filename": found.path,
        "status": found.status,
        **found.counts(),
        "blob_url": f"{page}/blob/{sha}/{path}",
        "raw_url": f"{page}/raw/{sha}/{path}",
        "contents_url": f"{_rest(view, repo)}/contents/{path}?ref={sha}",
    }
    if found.patch:
        body["patch"] = found.patch
    if found.previous_path:
        body["previous_filename"] = found.previous_path
    return body


def full_commit(view: View, repo: Repository, found: Commit, files: list[FileChange]) -> Body:
    additions = sum(f.additions for f in files)
    deletions = sum(f.deletions for f in files)
    stats = {"additions": additions, "deletions": deletions, "total": additions + deletions}
    changed = [file_change(view, repo, found.sha, f) for f in files]
    return commit(view, repo, found) | {"stats": stats, "files": changed}


def pushed_commit(view: View, repo: Repository, found: Commit, files: list[FileChange]) -> Body:
    """The form in a push."""

    def person(who: Person) -> Body:
        known = _known(view, who)
        return {"name": who.name, "email": who.email} | (
            {"username": known["login"]} if known else {}
        )

    return {
        "id": found.sha,
        "tree_id": found.tree,
        "distinct": True,
        "message": found.message,
        "timestamp": found.committed_at.isoformat(),
        "url": f"{view.base}/{view.state.full_name(repo)}/commit/{found.sha}",
        "author": person(found.author),
        "committer": person(found.committer),
        "added": [f.path for f in files if f.status in ("added", "copied", "renamed")],
        "removed": [f.path for f in files if f.status == "removed"]
        + [f.previous_path for f in files if f.status == "renamed" and f.previous_path],
        "modified": [f.path for f in files if f.status in ("modified", "changed")],
    }


def entry(view: View, repo: Repository, ref: str, found: TreeEntry, data: bytes | None) -> Body:
    """A file or folder of `contents`; `data` only for a single file."""
    rest, page = _rest(view, repo), f"{view.base}/{view.state.full_name(repo)}"
    path, is_file = quote(found.path), found.kind == "blob"
    kind = {"blob": "file", "tree": "dir"}.get(found.kind, "submodule")
    url = f"{rest}/contents/{path}?ref={quote(ref, safe='')}"
    git_url = f"{rest}/git/{'blobs' if is_file else 'trees'}/{found.sha}"
    html_url = f"{page}/{'blob' if is_file else 'tree'}/{ref}/{path}"
    body: Body = {
        "type": kind,
        "name": found.path.rpartition("/")[2],
        "path": found.path,
        "sha": found.sha,
        "size": found.size,
        "url": url,
        "html_url": html_url,
        "git_url": git_url,
        "download_url": f"{page}/raw/{ref}/{path}" if is_file else None,
        "_links": {"self": url, "git": git_url, "html": html_url},
    }
    if data is not None:
        body |= {"encoding": "base64", "content": base64.encodebytes(data).decode()}
    return body

"""Repositories, branches, refs, labels and collaborator permissions."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from tests.support.github.bodies.accounts import API, account
from tests.support.github.bodies.templates import View, fill, node_id, stamp
from tests.support.github.models import RANK, Account, Body, Label, Repository

FULL = "rest:full-repository-default-response"
NESTED = "rest:pull-request/head/repo"
IN_HOOK = "hook:pull_request/14/repository"
IN_PUSH = "hook:push/4/repository"


def urls(view: View, full_name: str, example: str) -> dict[str, str]:
    """Replacements that move an example's URLs to this server and repository."""
    host = urlsplit(view.base).netloc
    return {
        f"{API}/repos/{example}": f"{view.base}/repos/{full_name}",
        f"https://github.com/{example}": f"{view.base}/{full_name}",
        f"git://github.com/{example}": f"git://{host}/{full_name}",
        f"git:github.com/{example}": f"git://{host}/{full_name}",
        f"git@github.com:{example}": f"git@{host.split(':')[0]}:{full_name}",
        f"https://svn.github.com/{example}": f"{view.base}/{full_name}",
    }


def repository(view: View, found: Repository, *, caller: Account | None = None) -> Body:
    """The form inside other bodies and in lists."""
    full_name = view.state.full_name(found)
    values = _values(view, found, caller)
    if view.is_webhook:
        return fill(IN_HOOK, values, urls(view, full_name, "Codertocat/Hello-World"))
    return fill(NESTED, values, urls(view, full_name, "octocat/Hello-World"))


def full_repository(view: View, found: Repository, caller: Account | None) -> Body:
    """The answer of `GET /repos/{owner}/{repo}`."""
    full_name = view.state.full_name(found)
    values = _values(view, found, caller)
    body = fill(FULL, values, urls(view, full_name, "octocat/Hello-World"))
    for absent in ("parent", "source", "template_repository", "organization"):
        body.pop(absent, None)
    owner = view.state.accounts[found.owner_id]
    if owner.type == "Organization":
        body["organization"] = account(view, owner)
    parent = view.state.repositories.get(found.fork_of or 0)
    if parent:
        body["parent"] = body["source"] = repository(view, parent, caller=caller)
    return body | {"language": None}


def pushed_repository(view: View, found: Repository) -> Body:
    """The `repository` of a push: times are numbers there, and some fields exist nowhere else."""
    values = _values(view, found, None) | {
        "created_at": int(found.created_at.timestamp()),
        "pushed_at": int(found.pushed_at.timestamp()),
        "master_branch": found.default_branch,
        "stargazers": 0,
    }
    owner = view.state.accounts[found.owner_id]
    values["owner"] = values["owner"] | {"name": owner.login, "email": owner.email}
    full_name = view.state.full_name(found)
    body = fill(IN_PUSH, values, urls(view, full_name, "Codertocat/Hello-World"))
    if owner.type == "Organization":
        body["organization"] = owner.login
    return body


def _values(view: View, found: Repository, caller: Account | None) -> Body:
    state = view.state
    forks = sum(r.fork_of == found.id for r in state.repositories.values())
    open_pulls = sum(p.state == "open" for p in state.pulls_of(found))
    return {
        "id": found.id,
        "node_id": node_id("Repository", found.id),
        "name": found.name,
        "full_name": state.full_name(found),
        "owner": account(view, state.accounts[found.owner_id]),
        "private": found.private,
        "visibility": "private" if found.private else "public",
        "description": found.description,
        "fork": found.fork_of is not None,
        "default_branch": found.default_branch,
        "created_at": stamp(found.created_at),
        "updated_at": stamp(found.updated_at),
        "pushed_at": stamp(found.pushed_at),
        "forks": forks,
        "forks_count": forks,
        "network_count": forks,
        "open_issues": open_pulls,
        "open_issues_count": open_pulls,
        "permissions": _permissions(view, found, caller),
        **_SAME_FOR_ALL,
    }


_SAME_FOR_ALL: Body = {
    "homepage": None,
    "mirror_url": None,
    "language": None,
    "license": None,
    "topics": [],
    "size": 1,
    "stargazers_count": 0,
    "subscribers_count": 0,
    "watchers": 0,
    "watchers_count": 0,
    "archived": False,
    "disabled": False,
    "is_template": False,
    "has_pages": False,
    "delete_branch_on_merge": False,
    "temp_clone_token": "",
}
"""What the examples say otherwise and nobody here has: stars, a licence, a home page."""


def _permissions(view: View, found: Repository, caller: Account | None) -> Body:
    if caller is None or caller.type == "Bot":
        rank = 0
    else:
        rank = RANK[view.state.permission_of(caller.id, found)]
    names = {"pull": "read", "triage": "triage", "push": "write", "maintain": "maintain"}
    return {name: rank >= RANK[level] for name, level in (names | {"admin": "admin"}).items()}


def collaborator_permission(view: View, found: Repository, who: Account) -> Body:
    """The older `permission` knows admin, write, read and none; `role_name` is exact."""
    role = view.state.permission_of(who.id, found)
    coarse = {"maintain": "write", "triage": "read"}.get(role, role)
    permissions = _permissions(view, found, who)
    user = account(view, who) | {"permissions": permissions, "role_name": role}
    return {"permission": coarse, "role_name": role, "user": user}


def label(view: View, found: Repository, value: Label) -> Body:
    name = quote(value.name, safe="")
    return {
        "id": value.id,
        "node_id": node_id("Label", value.id),
        "url": f"{view.base}/repos/{view.state.full_name(found)}/labels/{name}",
        "name": value.name,
        "color": value.color,
        "default": False,
        "description": value.description,
    }


def git_ref(view: View, found: Repository, ref: str, sha: str) -> Body:
    repo = f"{view.base}/repos/{view.state.full_name(found)}"
    return {
        "ref": ref,
        "node_id": node_id("Ref", found.id),
        "url": f"{repo}/git/{ref}",
        "object": {"type": "commit", "sha": sha, "url": f"{repo}/git/commits/{sha}"},
    }

"""Pull requests."""

from __future__ import annotations

from pydantic import Field

from tests.support.github import git_files, pulls
from tests.support.github.bodies import commits
from tests.support.github.bodies import pulls as bodies
from tests.support.github.models import Body, PullRequest
from tests.support.github.permissions import read, write
from tests.support.github.refs import measure
from tests.support.github.rest.routing import Call, Input, Routes, created

routes = Routes()
READ = read("pull_requests")
WRITE = write("pull_requests")


def pull_of(call: Call) -> PullRequest:
    return call.state.pull(call.repository, call.number("number"))


async def _full(call: Call, found: PullRequest) -> Body:
    return bodies.pull(call.view, found, await measure(call.github, found))


@routes.get("/repos/{owner}/{repo}/pulls", READ)
async def list_pulls(call: Call) -> object:
    state, head, base = call.query("state", "open"), call.query("head"), call.query("base")
    accounts = call.state.accounts

    def matches(one: PullRequest) -> bool:
        label = f"{accounts[one.head_owner_id].login}:{one.head_ref}"
        return state in ("all", one.state) and head in ("", label) and base in ("", one.base_ref)

    sort = call.query("sort", "created")
    direction = call.query("direction") or ("desc" if sort == "created" else "asc")
    found = [one for one in call.state.pulls_of(call.repository) if matches(one)]
    found.sort(key=lambda one: one.id)
    if sort == "updated":
        found.sort(key=lambda one: one.updated_at)
    if direction == "desc":
        found.reverse()
    return call.page(found, lambda one: bodies.simple_pull(call.view, one))


class PullRequestInput(Input):
    title: str = Field(min_length=1)
    head: str
    base: str
    body: str | None = None
    draft: bool = False


@routes.post("/repos/{owner}/{repo}/pulls", write("pull_requests", person="read"))
async def create_pull(call: Call) -> object:
    """People need no more than to see the repository: that is how forks work."""
    wanted = call.parse(PullRequestInput)
    made = await pulls.open_pull(
        call.github,
        call.repository,
        call.actor,
        title=wanted.title,
        head=wanted.head,
        base=wanted.base,
        body=wanted.body,
        draft=wanted.draft,
    )
    return created(await _full(call, made))


@routes.get("/repos/{owner}/{repo}/pulls/{number:int}", READ)
async def get_pull(call: Call) -> object:
    return await _full(call, pull_of(call))


class PullRequestEdit(Input):
    title: str | None = None
    body: str | None = None
    base: str | None = None
    state: str | None = None


@routes.patch("/repos/{owner}/{repo}/pulls/{number:int}", write("pull_requests", person="read"))
async def edit_pull(call: Call) -> object:
    found, wanted = pull_of(call), call.parse(PullRequestEdit)
    await pulls.edit(
        call.github, found, call.actor, title=wanted.title, body=wanted.body, base=wanted.base
    )
    if wanted.state:
        await pulls.set_state(call.github, found, call.actor, wanted.state)
    return await _full(call, found)


class MergeInput(Input):
    sha: str | None = None
    merge_method: str = "merge"
    commit_title: str | None = None


@routes.put("/repos/{owner}/{repo}/pulls/{number:int}/merge", write("contents"))
async def merge_pull(call: Call) -> object:
    wanted = call.parse(MergeInput)
    made = await pulls.merge(
        call.github,
        pull_of(call),
        call.actor,
        method=wanted.merge_method,
        title=wanted.commit_title,
        sha=wanted.sha,
    )
    return {"sha": made, "merged": True, "message": "Pull Request successfully merged"}


@routes.get("/repos/{owner}/{repo}/pulls/{number:int}/commits", READ)
async def list_pull_commits(call: Call) -> object:
    found, repo = pull_of(call), call.repository
    since = f"{found.base_sha}..{found.head_sha}"
    history = await call.github.git.commits(repo.id, ["--reverse", "-250", since])
    return call.page(history, lambda one: commits.commit(call.view, repo, one))


@routes.get("/repos/{owner}/{repo}/pulls/{number:int}/files", READ)
async def list_pull_files(call: Call) -> object:
    found, repo, git = pull_of(call), call.repository, call.github.git
    start = await git.merge_base(repo.id, found.base_sha, found.head_sha)
    files = await git_files.changes(git, repo.id, start, found.head_sha, with_patches=True)
    return call.page(files, lambda one: commits.file_change(call.view, repo, found.head_sha, one))

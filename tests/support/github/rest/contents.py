"""Commits, comparisons, files, branches, refs and archives."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

from starlette.responses import Response

from tests.support.github import git_files
from tests.support.github.bodies import commits as bodies
from tests.support.github.bodies.repositories import git_ref
from tests.support.github.errors import GitHubError, not_found, unprocessable
from tests.support.github.git import ZERO, Commit
from tests.support.github.models import Body
from tests.support.github.permissions import read, write
from tests.support.github.refs import ref_changed
from tests.support.github.rest.routing import Answer, Call, Input, Routes, created, no_content

routes = Routes()
READ = read("contents")
WRITE = write("contents")


async def resolve(call: Call, name: str) -> str:
    """The commit a name stands for; an unknown one is 404 or, looking like a SHA, 422."""
    found = await call.github.git.resolve(call.repository.id, name)
    if found:
        return found
    if len(name) == len(ZERO):
        raise unprocessable(f"No commit found for SHA: {name}")
    raise not_found()


async def _one(call: Call, sha: str) -> Commit:
    (found,) = await call.github.git.commits(call.repository.id, ["-1", sha])
    return found


@routes.get("/repos/{owner}/{repo}/commits", READ)
async def list_commits(call: Call) -> object:
    start = call.query("sha") or call.repository.default_branch
    try:
        sha = await resolve(call, start)
    except GitHubError:
        text = "Git Repository is empty."
        raise GitHubError(HTTPStatus.CONFLICT, text) from None
    found = await call.github.git.commits(call.repository.id, ["-1000", sha])
    return call.page(found, lambda one: bodies.commit(call.view, call.repository, one))


@routes.get("/repos/{owner}/{repo}/commits/{ref:path}", READ)
async def get_commit(call: Call) -> object:
    sha = await resolve(call, call.text("ref"))
    if "sha" in call.request.headers.get("accept", ""):
        return Response(sha, media_type="text/plain")
    found = await _one(call, sha)
    parent = found.parents[0] if found.parents else None
    files = await git_files.changes(
        call.github.git, call.repository.id, parent, sha, with_patches=True
    )
    return bodies.full_commit(call.view, call.repository, found, files)


@routes.get("/repos/{owner}/{repo}/git/commits/{sha}", READ)
async def get_git_commit(call: Call) -> object:
    found = await _one(call, await resolve(call, call.text("sha")))
    return bodies.git_commit(call.view, call.repository, found)


@routes.get("/repos/{owner}/{repo}/compare/{basehead:path}", READ)
async def compare(call: Call) -> object:
    git, repo = call.github.git, call.repository
    first, _, second = call.text("basehead").partition("...")
    base, head = await resolve(call, first), await resolve(call, second)
    start = await git.merge_base(repo.id, base, head)
    if start is None:
        raise not_found()
    ahead = await git.commits(repo.id, ["--reverse", "-250", f"{base}..{head}"])
    behind = await git.count(repo.id, f"{head}..{base}")
    files = await git_files.changes(git, repo.id, start, head, with_patches=True)
    names = {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}
    rest, page = (
        f"{call.base}{part}/{call.state.full_name(repo)}/compare/" for part in ("/repos", "")
    )
    return {
        "url": f"{rest}{call.text('basehead')}",
        "html_url": f"{page}{call.text('basehead')}",
        "permalink_url": f"{page}{base[:12]}...{head[:12]}",
        "diff_url": f"{page}{call.text('basehead')}.diff",
        "patch_url": f"{page}{call.text('basehead')}.patch",
        "base_commit": bodies.commit(call.view, repo, await _one(call, base)),
        "merge_base_commit": bodies.commit(call.view, repo, await _one(call, start)),
        "status": names.get((bool(ahead), bool(behind)), "diverged"),
        "ahead_by": len(ahead),
        "behind_by": behind,
        "total_commits": len(ahead),
        "commits": [bodies.commit(call.view, repo, one) for one in ahead],
        "files": [bodies.file_change(call.view, repo, head, one) for one in files],
    }


@routes.get("/repos/{owner}/{repo}/contents", READ)
@routes.get("/repos/{owner}/{repo}/contents/{path:path}", READ)
async def get_contents(call: Call) -> object:
    git, repo = call.github.git, call.repository
    path = str(call.request.path_params.get("path", "")).strip("/")
    ref = call.query("ref") or repo.default_branch
    sha = await resolve(call, ref)
    found = await git_files.entry(git, repo.id, sha, path)
    if found is None:
        raise not_found()
    if found.kind == "tree":
        entries = await git_files.folder(git, repo.id, sha, path)
        return [bodies.entry(call.view, repo, ref, one, None) for one in entries]
    data = await git_files.content(git, repo.id, found.sha)
    if "raw" in call.request.headers.get("accept", ""):
        return Response(data, media_type="application/octet-stream")
    return bodies.entry(call.view, repo, ref, found, data)


@routes.get("/repos/{owner}/{repo}/{kind:str}ball/{ref:path}", READ)
@routes.get("/repos/{owner}/{repo}/{kind:str}ball", READ)
async def get_archive(call: Call) -> object:
    """302 to a place that needs no credentials, as GitHub's codeload with its short-lived link."""
    kind = {"tar": "tar.gz", "zip": "zip"}.get(call.text("kind"))
    if kind is None:
        raise not_found()
    ref = str(call.request.path_params.get("ref", "")) or call.repository.default_branch
    sha = await resolve(call, ref)
    name = quote(call.state.full_name(call.repository))
    url = f"{call.base}/_codeload/{name}/{kind}/{sha}"
    return Answer({}, HTTPStatus.FOUND, {"Location": url})


# branches and refs


async def _branch(call: Call, name: str, sha: str) -> Body:
    page = f"{call.base}/repos/{call.state.full_name(call.repository)}"
    return {
        "name": name,
        "commit": {"sha": sha, "url": f"{page}/commits/{sha}"},
        "protected": False,
    }


@routes.get("/repos/{owner}/{repo}/branches", READ)
async def list_branches(call: Call) -> object:
    refs = await call.github.git.refs(call.repository.id)
    found = [await _branch(call, ref.removeprefix("refs/heads/"), refs[ref]) for ref in refs]
    return call.page(found, lambda one: one)


@routes.get("/repos/{owner}/{repo}/branches/{branch:path}", READ)
async def get_branch(call: Call) -> object:
    name, repo = call.text("branch"), call.repository
    sha = await call.github.git.resolve(repo.id, f"refs/heads/{name}")
    if sha is None:
        raise GitHubError(HTTPStatus.NOT_FOUND, "Branch not found")
    full_name = call.state.full_name(repo)
    url = f"{call.base}/repos/{full_name}/branches/{name}"
    return await _branch(call, name, sha) | {
        "commit": bodies.commit(call.view, repo, await _one(call, sha)),
        "_links": {"self": url, "html": f"{call.base}/{full_name}/tree/{name}"},
        "protection": {"enabled": False},
        "protection_url": f"{url}/protection",
    }


@routes.get("/repos/{owner}/{repo}/git/ref/{ref:path}", READ)
async def get_ref(call: Call) -> object:
    ref = f"refs/{call.text('ref')}"
    found = await call.github.git.refs(call.repository.id, ref)
    if ref not in found:
        raise not_found()
    return git_ref(call.view, call.repository, ref, found[ref])


@routes.get("/repos/{owner}/{repo}/git/matching-refs/{ref:path}", READ)
async def matching_refs(call: Call) -> object:
    found = await call.github.git.refs(call.repository.id, f"refs/{call.text('ref')}*")
    return [git_ref(call.view, call.repository, ref, sha) for ref, sha in found.items()]


class NewRef(Input):
    ref: str
    sha: str


class RefEdit(Input):
    sha: str
    force: bool = False


@routes.post("/repos/{owner}/{repo}/git/refs", WRITE)
async def create_ref(call: Call) -> object:
    wanted, repo = call.parse(NewRef), call.repository
    sha = await resolve(call, wanted.sha)
    async with call.github.refs_lock:
        if await call.github.git.refs(repo.id, wanted.ref):
            raise unprocessable("Reference already exists")
        if not wanted.ref.startswith("refs/") or wanted.ref.count("/") < 2:
            raise unprocessable("Reference name must start with 'refs/' and have two slashes")
        await call.github.git.set_ref(repo.id, wanted.ref, sha)
        await ref_changed(call.github, repo, call.actor, wanted.ref, ZERO, sha)
    return created(git_ref(call.view, repo, wanted.ref, sha))


@routes.patch("/repos/{owner}/{repo}/git/refs/{ref:path}", WRITE)
async def update_ref(call: Call) -> object:
    wanted, repo, ref = call.parse(RefEdit), call.repository, f"refs/{call.text('ref')}"
    sha = await resolve(call, wanted.sha)
    async with call.github.refs_lock:
        before = (await call.github.git.refs(repo.id, ref)).get(ref)
        if before is None:
            raise unprocessable("Reference does not exist")
        if not wanted.force and not await call.github.git.is_ancestor(repo.id, before, sha):
            raise unprocessable("Update is not a fast forward")
        await call.github.git.set_ref(repo.id, ref, sha)
        await ref_changed(call.github, repo, call.actor, ref, before, sha)
    return git_ref(call.view, repo, ref, sha)


@routes.delete("/repos/{owner}/{repo}/git/refs/{ref:path}", WRITE)
async def delete_ref(call: Call) -> object:
    repo, ref = call.repository, f"refs/{call.text('ref')}"
    async with call.github.refs_lock:
        before = (await call.github.git.refs(repo.id, ref)).get(ref)
        if before is None:
            raise unprocessable("Reference does not exist")
        await call.github.git.delete_ref(repo.id, ref)
        await ref_changed(call.github, repo, call.actor, ref, before, ZERO)
    return no_content()

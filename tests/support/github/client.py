"""A typed client of the local GitHub for tests, the demo and benchmarks.

People act with their own tokens, over the same REST API and git that GitHub has; only what GitHub
offers on its pages alone goes through control routes. The client needs nothing but the base URL, so
the server may be another process.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from tests.support.github.client_base import DEFAULT_PERSON
from tests.support.github.client_faults import FaultsClient
from tests.support.github.client_git import Checkout
from tests.support.github.client_models import Repo
from tests.support.github.client_pulls import PullsClient
from tests.support.github.models import Body, Level


class GitHubClient(PullsClient, FaultsClient):
    """Everything a person can do, by login; `octocat` unless told otherwise."""

    async def create_organization(
        self, login: str, owners: Sequence[str] = (DEFAULT_PERSON,)
    ) -> None:
        body = {"login": login, "owners": list(owners)}
        await self.control("POST", "/organizations", body)

    async def create_repository(
        self,
        full_name: str,
        files: Mapping[str, str | bytes | None] | None = None,
        *,
        private: bool = True,
        by: str = DEFAULT_PERSON,
    ) -> Repo:
        """A repository of `by` or of an organisation (made when missing), its files pushed to main."""
        owner, _, name = full_name.partition("/")
        if owner != by:
            await self.create_organization(owner, [by])
        path = "/user/repos" if owner == by else f"/orgs/{owner}/repos"
        wanted = {"name": name, "private": private}
        made = Repo.model_validate((await self.request("POST", path, wanted, by=by)).json())
        if files:
            await self.push(full_name, "main", files, message="Initial commit", by=by)
        return made

    async def repository(self, full_name: str, *, by: str = DEFAULT_PERSON) -> Repo:
        answer = await self.request("GET", f"/repos/{full_name}", by=by)
        return Repo.model_validate(answer.json())

    async def rename_repository(
        self, full_name: str, name: str, *, by: str = DEFAULT_PERSON
    ) -> None:
        await self.request("PATCH", f"/repos/{full_name}", {"name": name}, by=by)

    async def delete_repository(self, full_name: str, *, by: str = DEFAULT_PERSON) -> None:
        """Also for forks; their pull requests then have no `head.repo`."""
        await self.request("DELETE", f"/repos/{full_name}", by=by)

    async def fork(self, full_name: str, *, by: str) -> Repo:
        answer = await self.request("POST", f"/repos/{full_name}/forks", {}, by=by)
        return Repo.model_validate(answer.json())

    async def grant(
        self, full_name: str, login: str, permission: str, *, by: str = DEFAULT_PERSON
    ) -> None:
        """`none`, read, triage, write, maintain or admin."""
        await self.token(login)
        path = f"/repos/{full_name}/collaborators/{login}"
        method = "DELETE" if permission == "none" else "PUT"
        await self.request(method, path, {"permission": permission}, by=by)

    async def install_app(
        self,
        account: str,
        repositories: Sequence[str] | None = None,
        *,
        permissions: Mapping[str, Level] | None = None,
        events: Sequence[str] | None = None,
    ) -> int:
        """Install the App, or change the installation; returns its id. None: all repositories."""
        body: Body = {"account": account, "repositories": repositories}
        body |= {"permissions": permissions, "events": events}
        return int((await self.control("PUT", "/installations", body))["id"])

    # git

    @asynccontextmanager
    async def checkout(
        self, full_name: str, *options: str, by: str = DEFAULT_PERSON
    ) -> AsyncIterator[Checkout]:
        """A temporary clone by that person; `options` are those of `git clone`."""
        checkout = Checkout(f"{self.base_url}/{full_name}.git", by, await self.token(by))
        try:
            await checkout.clone(*options)
            yield checkout
        finally:
            checkout.close()

    async def push(
        self,
        full_name: str,
        branch: str,
        files: Mapping[str, str | bytes | None] | None = None,
        *,
        message: str = "Change",
        force: bool = False,
        base: str = "main",
        by: str = DEFAULT_PERSON,
    ) -> str:
        """One commit, pushed with git; returns its SHA.

        A new branch starts at `base`. With `force` the branch's last commit is replaced, which makes
        the push a forced one. Files that are None are deleted; no files make an empty commit.
        """
        async with self.checkout(full_name, by=by) as checkout:
            known = await checkout.git("branch", "--remotes", "--format=%(refname:lstrip=3)")
            start = branch if branch in known.split() else base
            if start in known.split():
                await checkout.git("checkout", "--quiet", "-B", branch, f"origin/{start}")
                if force and start == branch:
                    await checkout.git("reset", "--quiet", "--hard", "HEAD~1")
            else:
                await checkout.git("checkout", "--quiet", "--orphan", branch)
            checkout.write(files or {})
            sha = await checkout.commit(message)
            flags = ["--force"] if force else []
            await checkout.git("push", "--quiet", *flags, "origin", f"HEAD:refs/heads/{branch}")
        return sha

    async def delete_branch(self, full_name: str, branch: str, *, by: str = DEFAULT_PERSON) -> None:
        async with self.checkout(full_name, "--depth=1", by=by) as checkout:
            await checkout.git("push", "--quiet", "origin", "--delete", branch)

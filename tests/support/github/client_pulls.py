"""The client's part about pull requests and what Catalyst writes on them."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.github.client_base import DEFAULT_PERSON, Connection
from tests.support.github.client_models import (
    CheckRun,
    Comment,
    Deployment,
    DeploymentStatus,
    Pull,
)


class PullsClient(Connection):
    """Pull requests of `owner/name` by number."""

    async def open_pull_request(
        self,
        full_name: str,
        head: str,
        *,
        title: str = "",
        body: str = "",
        base: str = "main",
        draft: bool = False,
        by: str = DEFAULT_PERSON,
    ) -> Pull:
        """`head` is a branch, or `login:branch` of that person's fork."""
        wanted = {"title": title or head, "head": head, "base": base, "body": body, "draft": draft}
        answer = await self.request("POST", f"/repos/{full_name}/pulls", wanted, by=by)
        return Pull.model_validate(answer.json())

    async def pull_request(self, full_name: str, number: int, *, by: str = DEFAULT_PERSON) -> Pull:
        answer = await self.request("GET", f"/repos/{full_name}/pulls/{number}", by=by)
        return Pull.model_validate(answer.json())

    async def edit_pull_request(
        self, full_name: str, number: int, *, by: str = DEFAULT_PERSON, **changes: str
    ) -> Pull:
        """`title`, `body`, `base` or `state`."""
        path = f"/repos/{full_name}/pulls/{number}"
        return Pull.model_validate((await self.request("PATCH", path, changes, by=by)).json())

    async def close(self, full_name: str, number: int, *, by: str = DEFAULT_PERSON) -> Pull:
        return await self.edit_pull_request(full_name, number, by=by, state="closed")

    async def reopen(self, full_name: str, number: int, *, by: str = DEFAULT_PERSON) -> Pull:
        return await self.edit_pull_request(full_name, number, by=by, state="open")

    async def merge(
        self, full_name: str, number: int, *, method: str = "merge", by: str = DEFAULT_PERSON
    ) -> str:
        """The base branch's new commit; `method` is merge, squash or rebase."""
        path = f"/repos/{full_name}/pulls/{number}/merge"
        answer = await self.request("PUT", path, {"merge_method": method}, by=by)
        return str(answer.json()["sha"])

    async def convert_to_draft(
        self, full_name: str, number: int, *, by: str = DEFAULT_PERSON
    ) -> None:
        await self.token(by)
        await self.control("POST", f"/repos/{full_name}/pulls/{number}/draft", {"actor": by})

    async def mark_ready(self, full_name: str, number: int, *, by: str = DEFAULT_PERSON) -> None:
        await self.token(by)
        await self.control("POST", f"/repos/{full_name}/pulls/{number}/ready", {"actor": by})

    async def add_labels(
        self, full_name: str, number: int, labels: Sequence[str], *, by: str = DEFAULT_PERSON
    ) -> None:
        path = f"/repos/{full_name}/issues/{number}/labels"
        await self.request("POST", path, {"labels": list(labels)}, by=by)

    async def remove_label(
        self, full_name: str, number: int, label: str, *, by: str = DEFAULT_PERSON
    ) -> None:
        await self.request("DELETE", f"/repos/{full_name}/issues/{number}/labels/{label}", by=by)

    # comments

    async def comment(
        self, full_name: str, number: int, body: str, *, by: str = DEFAULT_PERSON
    ) -> Comment:
        path = f"/repos/{full_name}/issues/{number}/comments"
        answer = await self.request("POST", path, {"body": body}, by=by)
        return Comment.model_validate(answer.json())

    async def comments(
        self, full_name: str, number: int, *, author: str = "", by: str = DEFAULT_PERSON
    ) -> list[Comment]:
        """Oldest first; with `author` (such as `bot_login`) only theirs."""
        found = await self.list(f"/repos/{full_name}/issues/{number}/comments", by=by)
        comments = [Comment.model_validate(one) for one in found]
        return [one for one in comments if author in ("", one.author)]

    async def delete_comment(
        self, full_name: str, comment_id: int, *, by: str = DEFAULT_PERSON
    ) -> None:
        await self.request("DELETE", f"/repos/{full_name}/issues/comments/{comment_id}", by=by)

    # what Catalyst writes

    async def deployments(
        self, full_name: str, *, sha: str = "", by: str = DEFAULT_PERSON
    ) -> list[Deployment]:
        """Newest first, with their statuses."""
        path = f"/repos/{full_name}/deployments"
        found = await self.list(f"{path}?sha={sha}" if sha else path, by=by)
        deployments = []
        for one in found:
            statuses = await self.list(f"{path}/{one['id']}/statuses", by=by)
            shown = [DeploymentStatus.model_validate(status) for status in statuses]
            deployments.append(Deployment.model_validate(one | {"statuses": shown}))
        return deployments

    async def check_runs(
        self, full_name: str, ref: str, *, by: str = DEFAULT_PERSON
    ) -> list[CheckRun]:
        path = f"/repos/{full_name}/commits/{ref}/check-runs"
        return [CheckRun.model_validate(one) for one in await self.list(path, "check_runs", by=by)]

    async def press_check_run_button(
        self, check_run_id: int, identifier: str | None = None, *, by: str = DEFAULT_PERSON
    ) -> None:
        """A button of the check run, or "Re-run" when `identifier` is None."""
        await self.token(by)
        body = {"actor": by, "identifier": identifier}
        await self.control("POST", f"/check-runs/{check_run_id}/press", body)

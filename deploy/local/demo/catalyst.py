"""Catalyst as a program sees it: the REST interface, with the shapes that it promises."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

import httpx

from api.schemas import (
    BackupList,
    EnvironmentDetail,
    EnvironmentList,
    EnvironmentSummary,
    ProjectWritten,
)
from workflows.models import Project

_TIMEOUT = 20.0
"""Seconds; a command waits for a worker's answer, everything else is quick."""


class CatalystError(RuntimeError):
    """Catalyst said no; the message holds its reason and what to do."""


class CatalystClient:
    """A few calls of `/api/v1`."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    @classmethod
    @asynccontextmanager
    async def connect(cls, url: str) -> AsyncIterator[Self]:
        """Open a client; nothing is asked yet."""
        async with httpx.AsyncClient(
            base_url=f"{url}/api/v1", timeout=_TIMEOUT, trust_env=False
        ) as http:
            yield cls(http)

    async def put_project(self, project: Project) -> bool:
        """Register the project, or replace its settings; True when it is new. Raises CatalystError."""
        body = project.model_dump(mode="json")
        answer = _check(await self._http.put(f"/projects/{project.key}", json=body))
        return ProjectWritten.model_validate(answer.json()).is_new

    async def project(self, key: str) -> Project | None:
        """Return a project's settings; None when there is none of that key. Raises CatalystError."""
        answer = await self._http.get(f"/projects/{key}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return Project.model_validate(_check(answer).json())

    async def environments(self) -> tuple[EnvironmentSummary, ...]:
        """List the environments that are not deleted. Raises CatalystError."""
        answer = _check(await self._http.get("/environments"))
        return EnvironmentList.model_validate(answer.json()).environments

    async def environment(self, project: str, environment: str) -> EnvironmentDetail | None:
        """Return one environment; None while it is not known. Raises CatalystError."""
        answer = await self._http.get(f"/environments/{project}/{environment}")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return EnvironmentDetail.model_validate(_check(answer).json())

    async def backups(self, project: str, environment: str) -> BackupList:
        """List the backups of an environment's databases. Raises CatalystError."""
        answer = await self._http.get(f"/environments/{project}/{environment}/backups")
        return BackupList.model_validate(_check(answer).json())

    async def command(self, name: str, project: str, environment: str, **body: str) -> str:
        """Have `retry`, `redeploy` or `delete` carried out; return the answer's sentence."""
        path = f"/environments/{project}/{environment}/{name}"
        answer = _check(await self._http.post(path, json=body or None))
        return str(answer.json()["message"])


def _check(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    try:
        problem = answer.json()
        text = f"{problem['title']}: {problem['detail']} {problem.get('hint', '')}".strip()
    except (ValueError, KeyError):
        text = answer.text[:500]
    raise CatalystError(f"Catalyst answered {answer.status_code}: {text}")

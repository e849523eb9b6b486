"""The connection behind the client: who asks, and how answers are read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self, TypeAlias

import httpx

from tests.support.github.client_models import Facts, Person
from tests.support.github.models import Body

Bodies: TypeAlias = list[Body]
TIMEOUT = 30.0
DEFAULT_PERSON = "octocat"


class Connection:
    """Requests in the name of people; each person's token is fetched once."""

    def __init__(self, base_url: str, http: httpx.AsyncClient, facts: Facts) -> None:
        self.base_url = base_url
        self.http = http
        self.facts = facts
        self._tokens: dict[str, str] = {}

    @classmethod
    @asynccontextmanager
    async def connect(cls, base_url: str) -> AsyncIterator[Self]:
        """A client of a running server; raises `httpx.HTTPError` when nobody answers."""
        async with httpx.AsyncClient(base_url=base_url, timeout=TIMEOUT, trust_env=False) as http:
            answer = await http.get("/_control/facts")
            answer.raise_for_status()
            yield cls(base_url, http, Facts.model_validate(answer.json()))

    @property
    def app_id(self) -> int:
        return self.facts.app_id

    @property
    def private_key(self) -> str:
        """The App's, in PEM."""
        return self.facts.private_key

    @property
    def webhook_secret(self) -> str:
        return self.facts.webhook_secret

    @property
    def bot_login(self) -> str:
        """Under which the App's comments appear."""
        return f"{self.facts.app_slug}[bot]"

    # requests

    async def token(self, login: str) -> str:
        """That person's token; they come into being when first asked for."""
        if login not in self._tokens:
            self._tokens[login] = (await self.create_user(login)).token
        return self._tokens[login]

    async def request(
        self, method: str, path: str, body: object = None, *, by: str = DEFAULT_PERSON
    ) -> httpx.Response:
        """A REST call as that person; raises `httpx.HTTPStatusError` on 4xx and 5xx."""
        headers = {"Authorization": f"Bearer {await self.token(by)}"}
        answer = await self.http.request(method, path, json=body, headers=headers)
        answer.raise_for_status()
        return answer

    async def control(self, method: str, path: str, body: object = None) -> Body:
        answer = await self.http.request(method, f"/_control{path}", json=body)
        answer.raise_for_status()
        found: Body = answer.json()
        return found

    async def list(self, path: str, key: str = "", *, by: str = DEFAULT_PERSON) -> Bodies:
        """Every page of a list."""
        found: Bodies = []
        url = httpx.URL(path).copy_merge_params({"per_page": "100"})
        while True:
            answer = await self.request("GET", str(url), by=by)
            found += answer.json()[key] if key else answer.json()
            if "next" not in answer.links:
                return found
            url = httpx.URL(answer.links["next"]["url"])

    async def create_user(self, login: str, name: str = "") -> Person:
        body = await self.control("POST", "/users", {"login": login, "name": name})
        person = Person.model_validate(body)
        self._tokens[login] = person.token
        return person

"""The server's parts in one object, set up from a data folder."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.github.faults import Faults
from tests.support.github.git import Git
from tests.support.github.hooks import Hooks
from tests.support.github.limits import Limits
from tests.support.github.models import App, HookConfig, Level
from tests.support.github.state import State, Store
from tests.support.github.tokens import TOKEN_LIFE, Tokens

APP_PERMISSIONS: dict[str, Level] = {
    "checks": "write",
    "contents": "read",
    "deployments": "write",
    "issues": "write",
    "metadata": "read",
    "pull_requests": "write",
    "statuses": "write",
}
"""What Catalyst's App is registered with, `issues` and `statuses` for surfaces that are optional."""

APP_EVENTS = ["check_run", "delete", "issue_comment", "pull_request", "push", "repository"]


@dataclass(frozen=True)
class Settings:
    """How the server is started."""

    data: Path
    base_url: str
    """Of the URLs in webhook bodies; answers to requests use the request's own host instead."""
    webhook_url: str = ""
    webhook_secret: str = ""
    """Empty: made once and kept in the data folder."""
    app_slug: str = "catalyst"


class GitHub:
    """State, git and everything that acts on them; created inside the server's event loop."""

    def __init__(self, settings: Settings) -> None:
        settings.data.mkdir(parents=True, exist_ok=True)
        self.settings = settings
        self.base_url = settings.base_url
        self.store = Store(settings.data / "state.json")
        self.state = self.store.load()
        self.git = Git(settings.data / "git")
        self.faults = Faults()
        self.limits = Limits()
        self.private_key = private_key(settings.data / "app.pem")
        self.webhook_secret = webhook_secret(settings)
        self.app = self.state.app or _register(self.state, settings)
        if settings.webhook_url:
            self.app.hook = HookConfig(url=settings.webhook_url)
        self.tokens = Tokens(self.state, public_key(self.private_key))
        self.hooks = Hooks(
            settings.data / "deliveries.jsonl",
            self.webhook_secret,
            self.faults,
            self.app,
            self.state.new_id,
        )
        self.refs_lock = asyncio.Lock()
        """Held around whatever compares or moves refs; one for all, since forks touch two."""
        self.save()
        self._describe()

    def save(self) -> None:
        self.store.save(self.state)

    async def close(self) -> None:
        await self.hooks.close()
        self.save()

    def facts(self) -> dict[str, str | int]:
        """What a client has to know, secrets included: a test server has none worth hiding."""
        return {
            "base_url": self.base_url,
            "app_id": self.app.id,
            "app_slug": self.app.slug,
            "private_key": self.private_key,
            "webhook_secret": self.webhook_secret,
        }

    async def reset(self) -> None:
        """Forget everything but the App and its owner; ids go on counting, so none comes twice."""
        for repository_id in self.state.repositories:
            self.git.delete(repository_id)
        kept = {self.app.owner_id, self.app.bot_id}
        accounts = {key: one for key, one in self.state.accounts.items() if key in kept}
        for name, field in State.model_fields.items():
            if name not in ("app", "last_id"):
                setattr(self.state, name, field.get_default(call_default_factory=True))
        self.state.accounts = accounts
        self.faults.clear()
        self.limits.reset()
        self.tokens.token_life = TOKEN_LIFE
        await self.hooks.forget()

    def _describe(self) -> None:
        path = self.settings.data / "app.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(self.facts(), indent=2) + "\n")


def _register(state: State, settings: Settings) -> App:
    owner = state.add_account(f"{settings.app_slug}-owner", "Organization")
    bot = state.add_account(f"{settings.app_slug}[bot]", "Bot")
    state.app = App(
        id=state.new_id(),
        client_id=f"Iv23{secrets.token_hex(8)}",
        slug=settings.app_slug,
        name=settings.app_slug.replace("-", " ").title(),
        owner_id=owner.id,
        bot_id=bot.id,
        permissions=dict(APP_PERMISSIONS),
        events=list(APP_EVENTS),
        hook_id=state.new_id(),
    )
    return state.app


def private_key(path: Path) -> str:
    """The App's private key in PEM, made on the first start."""
    if not path.exists():
        made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = made.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        path.touch(mode=0o600)
        path.write_bytes(pem)
    return path.read_text()


def public_key(pem: str) -> bytes:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def webhook_secret(settings: Settings) -> str:
    path = settings.data / "webhook-secret"
    if settings.webhook_secret or not path.exists():
        path.touch(mode=0o600)
        path.write_text(settings.webhook_secret or secrets.token_hex(20))
    return path.read_text()

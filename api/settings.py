"""Everything the API process reads from its environment; nothing else of ours reads it."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Network = IPv4Network | IPv6Network


class APISettings(BaseSettings):
    """`CATALYST_API_…` variables. Temporal's own come from its standard variables (`TEMPORAL_ADDRESS`, …)."""

    model_config = SettingsConfigDict(
        env_prefix="CATALYST_API_", frozen=True, use_attribute_docstrings=True
    )

    webhook_secret: SecretStr = Field(min_length=1)
    """Shared with GitHub; signs every delivery. No default: without it anybody could start previews."""

    listen: Annotated[tuple[str, ...], NoDecode] = ("127.0.0.1:8080",)
    """Comma-separated `host:port`. People are served on loopback; a second address lets GitHub reach the
    webhook door, and whoever is not in `trusted_networks` gets nothing else there."""
    trusted_networks: Annotated[tuple[Network, ...], NoDecode] = (
        ip_network("127.0.0.0/8"),
        ip_network("::1/128"),
    )
    """Comma-separated. Whose requests count as an operator's: there is no sign-in yet, so this machine's alone."""
    web_url: str = "http://127.0.0.1:8080"
    """Where people reach the pages; other host names are refused, so that no foreign site's name can be
    pointed at this machine (DNS rebinding)."""

    database_url: str = "sqlite+aiosqlite:///catalyst.db"
    """The read model and what people configure; API and worker share it."""

    kubeconfig: Path | None = None
    """Cluster to read logs and namespaces from; nothing is written with it. None: pages say it is not configured."""
    kube_context: str | None = None
    """Context in that file; None: its current one."""

    github_web_url: str = "https://github.com"
    """For links to pull requests."""
    temporal_ui_url: str = ""
    """For links to workflows; empty: none are shown."""

    update_timeout_seconds: float = Field(default=8, gt=0, le=60)
    """How long a person waits for a worker to answer a command; below the 10 s after which browsers and
    people try again."""
    shutdown_grace_seconds: int = Field(default=10, ge=1)
    """For requests under way at the end; the longest of ours takes `update_timeout_seconds`."""
    log_level: str = "INFO"

    @field_validator("listen", mode="before")
    @classmethod
    def _split_listen(cls, value: object) -> object:
        return _split(value)

    @field_validator("trusted_networks", mode="before")
    @classmethod
    def _split_networks(cls, value: object) -> object:
        return _split(value)

    @field_validator("listen")
    @classmethod
    def _check_listen(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            host, separator, port = address.rpartition(":")
            if not (host and separator and port.isdigit() and 0 <= int(port) <= 65535):
                raise ValueError(f"`{address}` is not host:port")
        if not value:
            raise ValueError("at least one address is needed")
        return value

    @field_validator("web_url", "github_web_url", "temporal_ui_url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        if value and (
            urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname
        ):
            raise ValueError("an http(s) URL is needed")
        return value.rstrip("/")


def _split(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())

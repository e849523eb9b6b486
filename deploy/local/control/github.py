"""The local GitHub: git, REST, webhooks and a page, in one process on this machine."""

import json
import sys
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from deploy.local.cluster import connection_file, read_connection
from deploy.local.control.probes import answers
from deploy.local.control.service import Service
from deploy.local.instance import Instance
from deploy.local.stack import ClusterStack


class GitHubFacts(BaseModel):
    """What the App's other half has to know; secrets stay in their files."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    base_url: str
    """Of REST and git, the same from machine and pods."""
    app_id: int
    key_file: Path
    """The App's private key, PEM."""
    secret_file: Path
    """What webhooks are signed with."""


def host_address(instance: Instance) -> str:
    """This machine as pods see it: its end of the link to the node, unless another cluster is used."""
    try:
        return read_connection(connection_file(instance)).host_address
    except FileNotFoundError:
        return ClusterStack(instance).connection.host_address


def github_url(instance: Instance) -> str:
    """One address for this machine and for pods."""
    return f"http://{host_address(instance)}:{instance.ports.github}"


def github_page(instance: Instance) -> str:
    """Where a browser on this machine finds it."""
    return f"http://127.0.0.1:{instance.ports.github}"


def github_data(instance: Instance) -> Path:
    """Everything it knows."""
    return instance.state_directory / "github"


def webhook_url(instance: Instance) -> str:
    """The webhook door, on loopback: only this machine's GitHub may knock."""
    return f"http://127.0.0.1:{instance.ports.api}/webhooks/github"


def github_service(instance: Instance) -> Service:
    """Describe the process."""

    async def is_ready() -> bool:
        urls = (github_url(instance), github_page(instance))
        return all([await answers(f"{url}/rate_limit") for url in urls])

    root = instance.checkout / "tests"
    return Service(
        name="github",
        argv=(
            *(sys.executable, "-m", "tests.support.github"),
            *("--data", str(github_data(instance))),
            *("--host", host_address(instance), "--host", "127.0.0.1"),
            *("--port", str(instance.ports.github)),
            *("--base-url", github_url(instance)),
            *("--webhook-url", webhook_url(instance)),
        ),
        sources=(root / "support" / "github", root / "data" / "github"),
        is_ready=is_ready,
        hint="it needs the node's network link and git",
    )


def read_facts(instance: Instance) -> GitHubFacts:
    """Read what it wrote when it first started. Raises FileNotFoundError before that."""
    data = github_data(instance)
    app = json.loads((data / "app.json").read_text())
    return GitHubFacts(
        base_url=github_url(instance),
        app_id=app["app_id"],
        key_file=data / "app.pem",
        secret_file=data / "webhook-secret",
    )

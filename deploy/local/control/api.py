"""The API: webhook door, REST and pages in one process on this machine."""

import sys

from deploy.local.cluster import ClusterConnection
from deploy.local.control.github import GitHubFacts, github_page
from deploy.local.control.probes import answers
from deploy.local.control.service import Service
from deploy.local.control.temporal import temporal_environment, temporal_ui
from deploy.local.control.worker import catalyst_url, database_url
from deploy.local.instance import Instance


def api_service(instance: Instance, cluster: ClusterConnection, github: GitHubFacts) -> Service:
    """Describe the process."""

    async def is_ready() -> bool:
        # Not `/readyz`: that speaks of the worker too, which starts at the same time.
        return await answers(f"{catalyst_url(instance)}/healthz")

    settings = {
        "webhook_secret": github.secret_file.read_text().strip(),
        "listen": f"127.0.0.1:{instance.ports.api}",
        "web_url": catalyst_url(instance),
        "database_url": database_url(instance),
        "kubeconfig": str(cluster.kubeconfig),
        "github_web_url": github_page(instance),
        "temporal_ui_url": temporal_ui(instance),
    }
    root = instance.checkout
    return Service(
        name="api",
        argv=(sys.executable, "-m", "api"),
        environment={
            **{f"CATALYST_API_{key.upper()}": value for key, value in settings.items()},
            **temporal_environment(instance),
            "PYTHONUNBUFFERED": "1",
        },
        sources=tuple(
            root / name for name in ("workflows", "activities", "api", "requirements.lock")
        ),
        is_ready=is_ready,
        grace=15.0,
        hint="its log tells what is missing; Temporal must be up",
    )

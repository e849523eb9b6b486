"""`make status`: what runs, whether it is well, where it is, and what it uses."""

import asyncio
import shutil
import sys
import time
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from activities import kube
from api.schemas import EnvironmentSummary
from deploy.local.cluster import ClusterConnection, connection_file, read_connection
from deploy.local.control.github import github_page
from deploy.local.control.probes import why_not_ready
from deploy.local.control.temporal import temporal_ui
from deploy.local.control.worker import catalyst_url
from deploy.local.demo.catalyst import CatalystClient, CatalystError
from deploy.local.demo.usage import age, directory_size, memory_of
from deploy.local.instance import Instance
from deploy.local.processes import Processes
from workflows.errors import ClusterError

EXPECTED = ("node", "forward", "temporal", "github", "api", "worker")
_MIB = 1 << 20
_WIDE = 200


async def show_status(instance: Instance) -> int:
    """Print everything; 0 when all of it is up and ready."""
    # Into a pipe there is no width to keep to, and a cut address is of no use.
    console = Console(width=None if sys.stdout.isatty() else _WIDE)
    try:
        cluster = read_connection(connection_file(instance))
    except FileNotFoundError:
        console.print(f"{instance.name} is not up: `make demo` brings it up")
        return 1
    problems = [*_show_processes(instance, console), *await _problems(instance, cluster)]
    await _show_environments(instance, console)
    _show_addresses(instance, cluster, console)
    await _show_usage(instance, console)
    for problem in problems:
        console.print(f"  [bold red]not well[/]  {problem}", highlight=False)
    if not problems:
        console.print("  [green]everything is up and ready[/]")
    return 1 if problems else 0


def _show_processes(instance: Instance, console: Console) -> list[str]:
    table = Table("process", "pid", "up since", "memory", box=None, padding=(0, 2))
    running = {record.name: record for record in Processes(instance).running()}
    for name, record in running.items():
        memory = f"{memory_of(record.pid) / _MIB:.0f} MiB"
        table.add_row(name, str(record.pid), age(record.start_time), memory)
    console.print(table)
    return [
        f"{name} does not run: `make demo` starts it" for name in EXPECTED if name not in running
    ]


async def _problems(instance: Instance, cluster: ClusterConnection) -> list[str]:
    checks = {
        "API": f"{catalyst_url(instance)}/readyz",
        "worker": f"http://127.0.0.1:{instance.ports.worker_health}/readyz",
    }
    reasons = await asyncio.gather(*(why_not_ready(url) for url in checks.values()))
    found = [f"{name}: {why}" for name, why in zip(checks, reasons, strict=True) if why]
    return found + await _cluster_problems(cluster)


async def _cluster_problems(cluster: ClusterConnection) -> list[str]:
    api = await kube.connect(cluster.kubeconfig)
    try:
        nodes = await kube.request(api, "GET", "/api/v1/nodes", timeout=3)
        pods = await kube.request(api, "GET", "/api/v1/pods", timeout=3)
    except ClusterError as error:
        return [f"cluster: {error}"]
    finally:
        await api.close()  # type: ignore[no-untyped-call]  # the library's
    return [
        f"{thing['kind']} {thing['metadata']['name']} is not ready"
        for thing in (
            *({"kind": "node", **node} for node in nodes["items"]),
            *({"kind": "pod", **pod} for pod in pods["items"] if _is_system(pod)),
        )
        if not _is_ready(thing)
    ]


def _is_system(pod: kube.KubeObject) -> bool:
    return str(pod["metadata"]["namespace"]) in (
        "kube-system",
        "catalyst-ingress",
        "catalyst-system",
    )


def _is_ready(thing: kube.KubeObject) -> bool:
    conditions = thing["status"].get("conditions") or []
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


async def _show_environments(instance: Instance, console: Console) -> None:
    found: tuple[EnvironmentSummary, ...] = ()
    try:
        async with CatalystClient.connect(catalyst_url(instance)) as catalyst:
            found = await catalyst.environments()
    except (httpx.HTTPError, CatalystError) as error:
        console.print(f"\n  environments unknown: {str(error) or type(error).__name__}")
        return
    table = Table("environment", "phase", "commit", box=None, padding=(0, 2))
    table.add_column("URL", overflow="fold")
    for one in found:
        table.add_row(f"{one.project}/{one.environment}", one.phase, one.commit[:7], one.url)
    console.print()
    console.print(table if found else "  no environments", soft_wrap=True)


def _show_addresses(instance: Instance, cluster: ClusterConnection, console: Console) -> None:
    lines = [
        "",
        f"  Catalyst       {catalyst_url(instance)}/",
        f"  local GitHub   {github_page(instance)}/",
        f"  Temporal       {temporal_ui(instance)}/",
        f"  previews       http://NAME.{cluster.preview_domain}:{cluster.browser_port}/",
        f"  registry       {cluster.registry}",
        f"  kubectl        KUBECONFIG={cluster.kubeconfig} {cluster.kubectl}",
        f"  logs           {instance.log_directory}",
        "",
    ]
    console.print("\n".join(lines), highlight=False, soft_wrap=True)


async def _show_usage(instance: Instance, console: Console) -> None:
    began = time.monotonic()
    total = sum(memory_of(record.pid) for record in Processes(instance).running())
    sizes = await asyncio.gather(
        *(
            asyncio.to_thread(directory_size, path)
            for path in (instance.state_directory, instance.cache_directory)
        )
    )
    free = shutil.disk_usage(_existing(instance.state_directory)).free
    console.print(
        f"  memory {total / _MIB:.0f} MiB   state {sizes[0] / _MIB:.0f} MiB   "
        f"cache {sizes[1] / _MIB:.0f} MiB   free disk {free / _MIB / 1024:.1f} GiB   "
        f"[dim](counted in {time.monotonic() - began:.1f} s)[/]\n",
        highlight=False,
    )


def _existing(path: Path) -> Path:
    return path if path.exists() else path.parent

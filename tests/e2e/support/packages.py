"""The source of packages that builds of the local stack ask: filled once, in the cache, and served until the stack goes."""

import asyncio
import fcntl
from pathlib import Path

from deploy.local.cache import ensure_artifact, version_key
from deploy.local.control.packages import packages_service, packages_url
from deploy.local.control.service import start_until_ready
from deploy.local.instance import Instance, current
from deploy.local.processes import Processes
from deploy.local.progress import PlainReporter
from deploy.local.steps import Outcome, Step, StepContext
from tests.support.packages.managers import fetch_managers, parts
from tests.support.packages.own import write_own


async def packages_source() -> str:
    """Where builds and development servers of this stack find packages, which are served from now on."""
    await ensure_packages(current())
    return packages_url(current())


async def ensure_packages(instance: Instance) -> None:
    """Have it answer. Raises CommandError when npm or pip cannot download; the log `packages-fetch` says why."""
    managers = instance.cache_directory / "packages" / version_key(*parts())
    own = instance.state_directory / "packages"
    context = StepContext(
        Step("packages", "package managers", _nothing),
        instance.log_directory / "packages-fetch.log",
        PlainReporter(),
    )

    async def fetch(target: Path) -> None:
        await fetch_managers(target, context)

    await ensure_artifact(managers, fetch, note=context.note)
    # Several processes run tests: one of them starts it.
    with (instance.state_directory / "packages.lock").open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        if Processes(instance).find("packages") is None:
            own.mkdir(exist_ok=True)
            write_own(own)
            await start_until_ready(packages_service(instance, own, managers), instance)


async def _nothing(_: StepContext) -> Outcome:
    return Outcome.DONE

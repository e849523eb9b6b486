"""Where builds of this stack ask for packages: a port of the machine's end of the link, on which the tests serve some."""

import sys
from pathlib import Path

from deploy.local.control.probes import answers
from deploy.local.control.service import Service
from deploy.local.instance import Instance


def packages_url(instance: Instance) -> str:
    """The address that pods reach."""
    return f"http://{instance.network.host_address}:{instance.ports.packages}"


def npm_mirror(instance: Instance) -> str:
    """Where it speaks npm's protocol."""
    return f"{packages_url(instance)}/npm/"


def pypi_mirror(instance: Instance) -> str:
    """Where it is an index of Python packages."""
    return f"{packages_url(instance)}/pypi/simple/"


def packages_service(instance: Instance, *folders: Path) -> Service:
    """Describe the process that serves these folders; no stack starts it by itself."""
    url = packages_url(instance)

    async def is_ready() -> bool:
        return await answers(f"{url}/")

    return Service(
        name="packages",
        argv=(
            *(sys.executable, "-m", "tests.support.packages"),
            *(word for folder in folders for word in ("--data", str(folder))),
            *("--host", instance.network.host_address, "--port", str(instance.ports.packages)),
        ),
        sources=(instance.checkout / "tests" / "support" / "packages",),
        is_ready=is_ready,
        starts=5,
        hint="it needs the node's network link",
    )

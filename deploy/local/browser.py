"""The loopback port under which a browser finds every preview."""

import sys

from deploy.local import forward
from deploy.local.cluster import ClusterConnection
from deploy.local.instance import Instance
from deploy.local.processes import Processes, wait_until
from deploy.local.steps import Outcome

PROCESS = "forward"
_SECONDS = 10.0


async def ensure_forward(instance: Instance, cluster: ClusterConnection) -> Outcome:
    """Have the browser's port lead to the ingress."""
    processes = Processes(instance)
    if processes.find(PROCESS):
        return Outcome.CACHED
    wanted = forward.Forward(
        listen=("127.0.0.1", cluster.browser_port),
        target=(cluster.ingress_address, cluster.ingress_port),
    )
    record = processes.start(
        PROCESS,
        [sys.executable, "-m", forward.__name__, str(wanted)],
        directory=instance.checkout,
    )
    await wait_until(
        lambda: forward.answers(wanted.listen),
        seconds=_SECONDS,
        what=f"port {cluster.browser_port} on loopback answers",
        process=record,
    )
    return Outcome.DONE


async def stop_forward(instance: Instance) -> None:
    """Free the browser's port."""
    await Processes(instance).stop(PROCESS)

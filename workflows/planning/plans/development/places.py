"""Where things are in the container of a development server."""

from typing import Final

CODE: Final = "/code"
"""The clone, in a volume of its own. What the repository ignores stays in it: `node_modules`, `.next`, …"""
STATE: Final = f"{CODE}/.git/catalyst"
"""What is to be run, and for which commit; it comes with the code, and outlives the pod."""
RUN: Final = "/catalyst/run"
"""How far it is; gone with the pod."""
SCRIPTS: Final = "/catalyst/scripts"
CACHE: Final = "/cache"
"""Home of whoever works in the container: caches of package managers, and tools that are installed."""
SIDECAR: Final = "code"
"""Container that takes the code in."""
SUPERVISOR: Final = "develop.sh"

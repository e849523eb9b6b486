"""`python -m deploy.local up|demo|push|close|status|down|cluster|kubeconfig`."""

import sys

from deploy.local import cli
from deploy.local.demo.cli import COMMANDS

if __name__ == "__main__":
    sys.exit(cli.main({**COMMANDS, **cli.COMMANDS}))

"""Local stacks for tests: brought up and down by the real commands, beside whatever else runs."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from deploy.local.cluster import ClusterConnection, connection_file, read_connection
from deploy.local.instance import INSTANCE_VARIABLE, Instance, current

ROOT = Path(__file__).parents[2]
CHARTS = Path(__file__).parent / "charts"
UP_SECONDS = 1800
"""The first one on a machine compiles Kubernetes."""


@dataclass(frozen=True)
class Stack:
    """One local stack of this checkout."""

    suffix: str

    @property
    def instance(self) -> Instance:
        return current({**os.environ, INSTANCE_VARIABLE: self.suffix})

    @property
    def connection(self) -> ClusterConnection:
        return read_connection(connection_file(self.instance))

    def run_until(self, command: str, condition: Callable[[], bool]) -> None:
        """Begin a command and kill it, with no chance to clean up, once the condition holds."""
        with subprocess.Popen(
            [sys.executable, "-m", "deploy.local", command],
            cwd=ROOT,
            env={**os.environ, INSTANCE_VARIABLE: self.suffix},
            stdout=subprocess.DEVNULL,
        ) as process:
            assert_eventually(condition, seconds=UP_SECONDS, otherwise=lambda: f"{command} hangs")
            assert process.poll() is None, f"{command} ended before it could be killed"
            process.kill()

    def run(self, command: str) -> str:
        """Run `python -m deploy.local COMMAND` for this stack and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "deploy.local", command],
            cwd=ROOT,
            env={**os.environ, INSTANCE_VARIABLE: self.suffix},
            capture_output=True,
            text=True,
            timeout=UP_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{command} failed:\n{done.stdout}\n{done.stderr}"
        return done.stdout


@dataclass(frozen=True)
class Cluster:
    """What tests ask of a cluster, by the pinned tools."""

    connection: ClusterConnection
    namespace: str = "default"

    def within(self, namespace: str) -> "Cluster":
        return replace(self, namespace=namespace)

    def kubectl(self, *arguments: str, stdin: str | None = None, check: bool = True) -> str:
        return self._run(
            [self.connection.kubectl, f"--namespace={self.namespace}", *arguments], stdin, check
        )

    def helm(self, *arguments: str) -> str:
        return self._run([self.connection.helm, f"--namespace={self.namespace}", *arguments])

    def apply(self, manifest: dict[str, object]) -> None:
        self.kubectl("apply", "--filename=-", stdin=json.dumps(manifest))

    def get(self, path: str, host: str) -> httpx.Response:
        """Ask the ingress through the browser's port, as a browser would for that host."""
        url = f"http://127.0.0.1:{self.connection.browser_port}{path}"
        with httpx.Client(trust_env=False, timeout=5) as client:
            return client.get(url, headers={"Host": f"{host}:{self.connection.browser_port}"})

    def fetch_from_pod(self, pod: str, url: str) -> str:
        """Return the page that a pod gets from a URL, or the name of the error it meets."""
        script = (
            "import sys, urllib.request\n"
            "try: print(urllib.request.urlopen(sys.argv[1], timeout=2).read().decode().strip())\n"
            "except Exception as error: print('failed', getattr(error, 'reason', error))"
        )
        return self.kubectl("exec", pod, "--", "python3", "-c", script, url).strip()

    def describe(self) -> str:
        """Return what a person needs to understand a failure."""
        parts = (
            ("get", "all,httproutes,networkpolicies", "-o", "wide"),
            ("get", "events", "--sort-by=.lastTimestamp"),
        )
        return "\n".join(self.kubectl(*part, check=False) for part in parts)

    def _run(self, command: list[str | Path], stdin: str | None = None, check: bool = True) -> str:
        done = subprocess.run(
            command,
            env={**os.environ, "KUBECONFIG": str(self.connection.kubeconfig)},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0 or not check, f"{command}: {done.stdout}\n{done.stderr}"
        return done.stdout


def assert_eventually(
    condition: Callable[[], object], *, seconds: float, otherwise: Callable[[], object]
) -> None:
    """Fail with what `otherwise` tells when the condition does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.1)

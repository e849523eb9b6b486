"""Helm's command line as pyhelm3 knows it, run the way processes of ours run.

pyhelm3's own runner starts a shell and terminates only that on a cancel: Helm lives on, also after the worker was
killed. Here Helm is started directly, in a group of its own, ended and waited for (`activities.processes`).
"""

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyhelm3

from activities.processes import run_process

MARKER = "CATALYST_HELM_OF"
"""In the environment of every Helm process: how the next attempt finds a survivor of the last one."""
_ESCAPED = re.compile("[\x7f-\uffff]")
"""Among these are all characters that YAML does not take unescaped."""


def as_yaml(values: bytes) -> bytes:
    """JSON in the form that Helm reads: it takes JSON for YAML, which does not know a character escaped as two halves."""
    text = json.dumps(json.loads(values), ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()


def mark_of(cluster: str, namespace: str) -> str:
    """Value of `MARKER`. Several clusters may be served from one machine, and their namespaces share names."""
    return f"{cluster}/{namespace}"


@dataclass(frozen=True)
class Surroundings:
    """Where a Helm process runs: a private directory, one identity, and the mark of the namespace it works on."""

    directory: Path
    """Holds its home, plugins and caches; removed with the attempt."""
    kubeconfig: Path
    mark: str
    """Whose it is, from `mark_of`."""

    def environment(self) -> dict[str, str]:
        """The whole environment: nothing of the worker's own settings or credentials is in it."""
        home = str(self.directory)
        return {
            "PATH": os.defpath,
            "HOME": home,
            "TMPDIR": home,
            "HELM_CACHE_HOME": f"{home}/cache",
            "HELM_CONFIG_HOME": f"{home}/config",
            "HELM_DATA_HOME": f"{home}/data",
            "HELM_PLUGINS": f"{home}/plugins",
            MARKER: self.mark,
        }


class HelmCommand(pyhelm3.Command):  # type: ignore[misc]  # pyhelm3 is not typed
    """pyhelm3's command lines, started by `run_process`. Raises `pyhelm3.errors.Error` when Helm fails."""

    def __init__(
        self,
        executable: Path,
        surroundings: Surroundings,
        *,
        limit: float,
        grace: float,
        history: int,
        upgrade_options: Sequence[str] = (),
        value_files: Sequence[Path] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`limit` and `grace` are seconds; `upgrade_options` are those that pyhelm3 does not know.

        `value_files` come before the values of an upgrade, which so lie over them.
        """
        super().__init__(executable=str(executable), history_max_revisions=history)
        self._surroundings = surroundings
        self._limit = limit
        self._grace = grace
        self._upgrade_options = tuple(upgrade_options)
        self._value_options = [part for file in value_files for part in ("--values", str(file))]
        self._environment = {**surroundings.environment(), **(environment or {})}

    def arguments(self, command: Sequence[object]) -> list[str]:
        """The whole command line. Holds no secret: values go in by standard input, the token lies in a file."""
        name, *parts = (str(part) for part in command)
        is_upgrade = name == "upgrade"
        options = self._upgrade_options if is_upgrade else ()
        return [
            str(self._executable),
            name,
            *(self._value_options if is_upgrade else ()),
            *parts,
            *options,
            "--kubeconfig",
            str(self._surroundings.kubeconfig),
        ]

    async def run(self, command: Sequence[object], input: bytes | None = None) -> bytes:  # noqa: A002  (pyhelm3's name)
        finished = await run_process(
            self.arguments(command),
            env=self._environment,
            cwd=self._surroundings.directory,
            stdin=as_yaml(input) if input else b"",
            timeout=self._limit,
            grace=self._grace,
        )
        if finished.code != 0:
            raise pyhelm3.errors.Error(finished.code, finished.stdout, finished.stderr)
        return finished.stdout

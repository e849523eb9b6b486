"""The two containers of a pod in development mode, as directories of this machine: the same scripts, run by its shell."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from activities.development.scripts import RUN_JOBS, TAKE_IN
from workflows.models import DevelopmentPlan
from workflows.planning.plans.development.files import development_files
from workflows.planning.plans.development.places import CACHE, CODE, RUN
from workflows.planning.plans.development.supervisor import SCRIPT

PLAN = DevelopmentPlan(component="web", command="sleep 60", port=3000)
_GIT = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Catalyst",
    "GIT_AUTHOR_EMAIL": "catalyst@example.com",
    "GIT_COMMITTER_NAME": "Catalyst",
    "GIT_COMMITTER_EMAIL": "catalyst@example.com",
}


class RefusedError(Exception):
    """Exit code and complaints of the script."""


def fed(script: str, arguments: Sequence[str], data: bytes) -> list[str]:
    """What a script says to these arguments and this standard input. Raises RefusedError."""
    done = subprocess.run(
        ["sh", "-c", script, "script", *arguments],
        input=data,
        capture_output=True,
        check=False,
        timeout=60,
    )
    if done.returncode:
        raise RefusedError(done.returncode, done.stderr.decode())
    return done.stdout.decode().splitlines()


@dataclass(frozen=True)
class Pod:
    """Below `root`: the repository that is pushed to, the volumes, and nothing of Kubernetes."""

    root: Path

    def __post_init__(self) -> None:
        for each in (self.source, self.code, self.run, self.root / "cache"):
            each.mkdir()
        git(self.source, "init", "--quiet")

    @property
    def source(self) -> Path:
        return self.root / "source"

    @property
    def code(self) -> Path:
        return self.root / "code"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def status(self) -> list[str]:
        """Turn, word, step and exit code; empty until there is any."""
        file = self.run / "status"
        return file.read_text().split() if file.exists() else []

    def script(self, text: str) -> str:
        """The same with the places of this machine."""
        text = text.replace(CODE, str(self.code)).replace(RUN, str(self.run))
        return text.replace(f"={CACHE}", f"={self.root}/cache")

    def commit(self, files: dict[str, str | None]) -> str:
        """A commit with these changes; None removes a file."""
        for name, text in files.items():
            path = self.source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink() if text is None else path.write_text(text)
        git(self.source, "add", "--all")
        git(self.source, "commit", "--quiet", "--message", "a change")
        return git(self.source, "rev-parse", "HEAD").strip()

    def take_in(
        self, commit: str, turn: str, *, mode: str = "keep", plan: DevelopmentPlan = PLAN
    ) -> list[str]:
        """Bring a whole commit in; the lines that are told of it."""
        listed = git(self.source, "rev-list", "--objects", commit)
        pack = _git(self.source, ["pack-objects", "-q", "--stdout"], listed.encode())
        return self.taken(pack, commit, turn, mode=mode, plan=plan)

    def taken(
        self,
        pack: bytes,
        commit: str,
        turn: str,
        *,
        mode: str = "keep",
        plan: DevelopmentPlan = PLAN,
        held: str = "",
    ) -> list[str]:
        files = {name: self.script(text) for name, text in development_files(plan).items()}
        arguments = [held, commit, "feature/cart", str(len(pack)), turn, mode]
        arguments += [f"{name}:{len(text.encode())}" for name, text in files.items()]
        return fed(self.script(TAKE_IN), arguments, "".join(files.values()).encode() + pack)

    def jobs(self, turn: str, *, seconds: int = 30) -> str:
        """Run those that come once the URL answers; the last line that is told of them."""
        done = subprocess.run(
            ["sh", "-c", self.script(RUN_JOBS), "run-jobs", turn, str(seconds)],
            capture_output=True,
            check=True,
            timeout=60,
        )
        return done.stdout.decode().splitlines()[-1]

    def supervised(self) -> "subprocess.Popen[bytes]":
        """The container's first process; whoever starts it ends it."""
        script = self.root / "develop.sh"
        script.write_text(self.script(SCRIPT))
        return subprocess.Popen(["sh", str(script)], stdout=subprocess.DEVNULL)


def git(directory: Path, *arguments: str) -> str:
    return _git(directory, list(arguments)).decode()


def _git(directory: Path, arguments: list[str], stdin: bytes = b"") -> bytes:
    done = subprocess.run(
        ["git", *arguments],
        cwd=directory,
        input=stdin,
        capture_output=True,
        check=True,
        timeout=60,
        env={**os.environ, **_GIT},
    )
    return done.stdout

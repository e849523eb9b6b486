"""What the detectors answer: what could run in one directory, how sure that is, and why."""

from dataclasses import dataclass
from enum import IntEnum

from workflows.models import Application, PackageManager


class Rank(IntEnum):
    """Precedence within a directory (ENV-007)."""

    COMPOSE = 0
    DOCKERFILE = 1
    SCRIPTS_DEV = 2
    MAKE = 3
    SCRIPTS_START = 4
    PROCFILE = 5
    PYTHON = 6
    GO = 7
    STATIC = 8
    CHART = 9


class Standing(IntEnum):
    """How sure it is that a proposal serves; the best wins over directory and precedence."""

    SERVES = 0
    UNSEEN = 1
    """It starts something, and nothing shows that this listens."""
    ASIDE = 2
    """It could be shown, and is more likely a part of something else."""
    WILL_NOT = 3
    """It only builds, or cannot run in a preview: better than nothing, with a warning."""


@dataclass(frozen=True)
class Proposal:
    rank: Rank
    application: Application
    path: str
    """The file that speaks for it."""
    title: str
    """`Next.js`, `Go`, …: for people."""
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    standing: Standing = Standing.SERVES
    covers: tuple[str, ...] = ()
    """Dockerfiles that it builds itself: they, and what stands beside them, are no applications of their own."""
    doubt: str = ""
    """A full sentence: why the standing is not the best."""


@dataclass(frozen=True)
class Finding:
    """What one detector says about one directory."""

    proposals: tuple[Proposal, ...] = ()
    notes: tuple[str, ...] = ()
    """What it saw and did not propose: told where nothing else is found."""
    told: tuple[str, ...] = ()
    """What is told in any case."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Toolchain:
    """What a language's own files say, whoever starts the application in the end."""

    language: str
    title: str
    framework: str = ""
    version: str = ""
    is_minimum: bool = False
    manager: PackageManager = ""
    install: str = ""
    build: str = ""
    workspace: str = ""
    port: int = 0
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    port_reason: str = ""

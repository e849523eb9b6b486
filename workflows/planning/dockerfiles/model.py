"""What the generators are given, and what they answer."""

from dataclasses import dataclass
from typing import Final

from workflows.models import Application
from workflows.planning.detection.files import ROOT, Files, join
from workflows.planning.dockerfiles.text import Instructions

USER: Final = 10001
"""Numeric, so that Kubernetes can see that it is not root; above the ids that base images give out."""
DEFAULT_PORT: Final = 8080
"""Where an application is told to listen when nothing says where it does."""
HOME: Final = "/home/app"


@dataclass(frozen=True)
class Generated:
    """A Dockerfile, and what belongs to it."""

    dockerfile: str
    ignored: str
    """Text of its `.dockerignore`; empty where the repository has one for the same context."""
    port: int
    """Where the image listens: told to it as `PORT`."""
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    context: str = ROOT
    """Directory of the repository that the build may read; relative to its root."""


@dataclass(frozen=True)
class Recipe:
    """What one language's generator answers."""

    instructions: Instructions
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """An application and its files, seen from the directory that is the build's context."""

    application: Application
    files: Files

    @property
    def context(self) -> str:
        """The whole workspace, where the application is a member of one: its build needs the other members."""
        return self.application.workspace or self.application.workdir

    @property
    def member(self) -> str:
        """The application's directory, relative to the context."""
        folder, context = self.application.workdir, self.context
        if folder == context:
            return ROOT
        return folder if context == ROOT else folder.removeprefix(f"{context}/")

    @property
    def port(self) -> int:
        return self.application.port or DEFAULT_PORT

    def path(self, name: str) -> str:
        """A path in the context -> the same in the repository."""
        return self.context if name == ROOT else join(self.context, name)

    def relative(self, path: str) -> str:
        """A path in the repository -> the same in the context; empty for one that is not in it."""
        if self.context == ROOT:
            return path
        return path.removeprefix(f"{self.context}/") if path.startswith(f"{self.context}/") else ""

    def has(self, name: str) -> bool:
        return self.files.has(self.path(name))

    def is_folder(self, name: str) -> bool:
        return self.files.is_folder(self.path(name))

    def member_path(self, name: str) -> str:
        """A path in the application's directory -> the same in the context."""
        return join(self.member, name)

"""How an application runs straight from the code of its branch, which follows every push in place (ENV-005)."""

from collections.abc import Sequence

from pydantic import Field

from workflows.models.base import Label, Payload


class DevelopmentStep(Payload):
    """A job that runs on the code itself, and whose failure is the revision's."""

    title: str
    """For people: the name of the job."""
    command: str
    is_once: bool = False
    """Not again in the environment's life, once it has succeeded."""
    timeout_seconds: int = Field(default=600, ge=5)
    """Of those that run at one moment, in their sum. Those before the server have no more than the server has for its start."""


def time_of(steps: Sequence[DevelopmentStep]) -> int:
    """Seconds that these may take together."""
    return sum(each.timeout_seconds for each in steps)


class DevelopmentPlan(Payload):
    """What is run where, in the order: dependencies, jobs, the command that serves, and jobs once the URL answers.

    None of it is a part of the pod: it comes with the code, so that a changed command needs no new pod. Paths are
    relative to the repository's root, commands are for a shell.
    """

    component: Label
    """Whose pod holds the code."""
    install: tuple[str, ...] = ()
    """Run one after the other in `install_in`, when they or one of `inputs` have changed."""
    install_in: str = "."
    inputs: tuple[str, ...] = ()
    """Lock files and manifests: what an installation depends on."""
    after_install: tuple[DevelopmentStep, ...] = ()
    """Jobs `post-build`: run in `workdir`, in this order, with each revision."""
    migrations: tuple[DevelopmentStep, ...] = ()
    """Jobs `pre-deploy`, likewise, after those."""
    after_health: tuple[DevelopmentStep, ...] = ()
    """Jobs `post-deploy`, likewise, beside the command, once the URL answers."""
    command: str
    """Serves, and follows changes where `follows_changes` says so. Run in `workdir`."""
    workdir: str = "."
    port: int = Field(ge=1, le=65535)
    follows_changes: bool = True
    """False: each push starts the command again."""
    memory: str = ""
    """Limit of the container, to be told with an exit code 137."""
    package_sources: tuple[str, ...] = ()
    """URLs from which the installation may take packages besides what the project has opened: an operator's mirrors."""
    is_on_host: bool = False
    """The code is the project's directory of the node, and belongs to whoever works there: no commit is brought into it
    unless it is empty."""

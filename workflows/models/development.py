"""How an application runs straight from the code of its branch, which follows every push in place (ENV-005)."""

from pydantic import Field

from workflows.models.base import Label, Payload


class DevelopmentStep(Payload):
    """Something that has to end well before the application is started."""

    title: str
    """For people: the name of the job."""
    command: str
    is_once: bool = False
    """Not again in the environment's life, once it has succeeded."""


class DevelopmentPlan(Payload):
    """What is run where, in the order: dependencies, migrations, the command that serves.

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
    migrations: tuple[DevelopmentStep, ...] = ()
    """Run in `workdir`, in this order, with each revision."""
    command: str
    """Serves, and follows changes where `follows_changes` says so. Run in `workdir`."""
    workdir: str = "."
    port: int = Field(ge=1, le=65535)
    follows_changes: bool = True
    """False: each push starts the command again."""
    memory: str = ""
    """Limit of the container, to be told with an exit code 137."""

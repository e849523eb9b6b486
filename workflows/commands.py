"""The catalogue of what can be asked of Catalyst; every face is derived from it, so parity is by design."""

import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from workflows.models import BackupName, Commit, Label, Payload, Phase, Project, Template
from workflows.overrides import DetectionChanges, OverrideChanges
from workflows.repo_config.fields import Name


class Permission(StrEnum):
    """What a caller needs; who has it is decided by roles (a published table)."""

    VIEW = "view"
    OPERATE = "operate"
    """Change an environment: retry, redeploy, delete, override what was detected."""
    APPROVE = "approve"
    """Let a fork's exact commit run."""
    EXECUTE = "execute"
    """Work inside an environment, with the rights of its code: run commands in its containers."""
    CONFIGURE = "configure"
    """Say what a project is and how it is deployed."""


MAX_ARGUMENTS = 200
MAX_COMMAND = 64 * 1024
"""Characters of a command in all: they travel in an address."""
MAX_STDIN = 256 * 1024
"""Characters; larger things come with a commit."""
_BRANCH = re.compile(r"[A-Za-z0-9._/+@#%=-]+")


def _branch(name: str) -> str:
    """As `git check-ref-format` has it, of the characters that branches are made of in practice."""
    parts = name.split("/")
    is_odd = any(not part or part[0] == "." or part.endswith((".", ".lock")) for part in parts)
    if name and (is_odd or name[0] == "-" or ".." in name or not _BRANCH.fullmatch(name)):
        raise ValueError("must be the name of a branch, such as `feature/basket`")
    return name


def _below(path: str) -> str:
    if path.startswith("/") or ".." in path.split("/"):
        raise ValueError("must be a path below `/code`, such as `web/src`")
    return path


def _runnable(command: tuple[str, ...]) -> tuple[str, ...]:
    if not command[0]:
        raise ValueError("must begin with a program")
    if sum(map(len, command)) > MAX_COMMAND:
        raise ValueError(f"must have at most {MAX_COMMAND} characters in all")
    return command


BranchName = Annotated[str, Field(max_length=200), AfterValidator(_branch)]
AgentName = Annotated[Label, Field(max_length=30)]
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=32 * 1024)]
"""What a program can be given as an argument."""


class ListEnvironments(Payload):
    phase: Phase | None = None
    repository: str | None = None
    include_deleted: bool = False
    limit: int = Field(default=100, ge=1, le=500)
    offset: int = Field(default=0, ge=0)


class EnvironmentKey(Payload):
    project: Label
    environment: Label


class GetLogs(EnvironmentKey):
    container: str | None = None
    """Only those of this name; `build` for the builds of its images."""
    tail: int = Field(default=200, ge=1, le=5_000)
    since_seconds: int | None = Field(default=None, ge=1)
    timestamps: bool = False


class CreateAgentEnvironment(Payload):
    project: Label
    source: Label | None = None
    """Name of the repository in the project; not needed where there is only one."""
    branch: BranchName = ""
    """Empty: the repository's default branch."""
    commit: Commit | None = None
    """It stays at this one; otherwise it has the branch's newest, and again with each `redeploy`."""
    name: AgentName | None = None
    """Ends the environment's name; the same one again answers the same environment. Made up where there is none."""
    on_host: bool = False
    """Its code is the directory of the node that an operator named for the project, with whatever is in it."""


class Execute(EnvironmentKey):
    command: Annotated[
        tuple[Text, ...], Field(min_length=1, max_length=MAX_ARGUMENTS), AfterValidator(_runnable)
    ]
    """Program and arguments; no shell reads them, unless the program is one."""
    component: Label | None = None
    """Whose container it runs in; not needed where there is one alone, or one that holds the code."""
    container: Label | None = None
    """One of its pod instead of its main one, such as `code`, which has Git, where code is worked on."""
    directory: Annotated[Text, Field(max_length=1_000), AfterValidator(_below)] = ""
    """Below `/code`, where the environment has its code there."""
    stdin: str = Field(default="", max_length=MAX_STDIN)
    timeout_seconds: int = Field(default=60, ge=1, le=600)
    """Afterwards it is ended, with everything that it has started."""


class ResetService(EnvironmentKey):
    service: Label


class BackUpService(EnvironmentKey):
    service: Label


class RestoreBackup(EnvironmentKey):
    service: Label
    backup: BackupName
    """One that `list_backups` names."""


class Approve(EnvironmentKey):
    commit: Commit


class SetOverrides(EnvironmentKey, OverrideChanges):
    """Only the fields that are named change."""

    apply: bool = True
    """Deploy it again at once, where it runs; otherwise they count from the next push or redeploy on."""


class ResetOverrides(EnvironmentKey):
    apply: bool = True
    """As for setting them."""


class ListProjects(Payload):
    pass


class ProjectKey(Payload):
    key: Label


class TemplateKey(ProjectKey):
    template: Name


class PutTemplate(TemplateKey):
    settings: Template
    version: str = Field(default="", max_length=64)
    """Of what the settings were made from; refused when the template is another one by now. Empty replaces any."""


class SetTemplateOverrides(TemplateKey, DetectionChanges):
    """Only the fields that are named change."""


class Command(Payload):
    name: str
    summary: str
    input: type[Payload]
    permission: Permission
    is_change: bool


CATALOGUE: tuple[Command, ...] = (
    Command(name="list_environments", summary="List environments", input=ListEnvironments,
            permission=Permission.VIEW, is_change=False),
    Command(name="get_environment", summary="One environment with its revisions", input=EnvironmentKey,
            permission=Permission.VIEW, is_change=False),
    Command(name="get_logs", summary="Container logs of an environment", input=GetLogs,
            permission=Permission.VIEW, is_change=False),
    Command(name="retry", summary="Try the last failed revision again", input=EnvironmentKey,
            permission=Permission.OPERATE, is_change=True),
    Command(name="redeploy", summary="Deploy the head commit again, or start a stopped environment",
            input=EnvironmentKey, permission=Permission.OPERATE, is_change=True),
    Command(name="reset_service", summary="Throw away what a service keeps, and deploy the head commit again",
            input=ResetService, permission=Permission.OPERATE, is_change=True),
    Command(name="list_backups", summary="Backups of an environment's databases", input=EnvironmentKey,
            permission=Permission.VIEW, is_change=False),
    Command(name="back_up_service", summary="Back up a database now, besides its schedule", input=BackUpService,
            permission=Permission.OPERATE, is_change=True),
    Command(name="restore_backup", summary="Give a database what it had when a backup was made, and deploy the head "
            "commit again", input=RestoreBackup, permission=Permission.OPERATE, is_change=True),
    Command(name="create_agent_environment", summary="An environment to work in, for a branch or commit",
            input=CreateAgentEnvironment, permission=Permission.OPERATE, is_change=True),
    Command(name="execute", summary="Run a command in a container of an environment",
            input=Execute, permission=Permission.EXECUTE, is_change=True),
    Command(name="delete", summary="Remove the environment until the next push or redeploy",
            input=EnvironmentKey, permission=Permission.OPERATE, is_change=True),
    Command(name="approve", summary="Let exactly this commit of a fork run", input=Approve,
            permission=Permission.APPROVE, is_change=True),
    Command(name="get_overrides", summary="What people decided for an environment, where it differs from detection",
            input=EnvironmentKey, permission=Permission.VIEW, is_change=False),
    Command(name="set_overrides", summary="Override what was detected, for one environment, until it is reset",
            input=SetOverrides, permission=Permission.OPERATE, is_change=True),
    Command(name="reset_overrides", summary="Leave everything of an environment to detection and its project again",
            input=ResetOverrides, permission=Permission.OPERATE, is_change=True),
    Command(name="list_projects", summary="List projects", input=ListProjects,
            permission=Permission.VIEW, is_change=False),
    Command(name="get_project", summary="One project with its repositories and templates",
            input=ProjectKey, permission=Permission.VIEW, is_change=False),
    Command(name="put_project", summary="Register a project, or replace its settings",
            input=Project, permission=Permission.CONFIGURE, is_change=True),
    Command(name="get_template", summary="How one type of a project's environments is deployed",
            input=TemplateKey, permission=Permission.VIEW, is_change=False),
    Command(name="put_template", summary="Add a template to a project, or replace its settings",
            input=PutTemplate, permission=Permission.CONFIGURE, is_change=True),
    Command(name="set_template_overrides", summary="Override what is detected, for all environments of a template",
            input=SetTemplateOverrides, permission=Permission.CONFIGURE, is_change=True),
    Command(name="reset_template_overrides", summary="Leave all environments of a template to detection again",
            input=TemplateKey, permission=Permission.CONFIGURE, is_change=True),
)  # fmt: skip

ENVIRONMENT_COMMANDS = (
    "retry",
    "redeploy",
    "reset_service",
    "back_up_service",
    "restore_backup",
    "delete",
    "approve",
)
"""Those that an environment's own workflow hears and answers; the other changes are kept in the settings."""

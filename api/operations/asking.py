"""Environments that somebody asks for, rather than a pull request (ENV-022)."""

from activities.asking import words_of
from api.failures import InvalidInputError, NotThereError, RefusedError
from api.links import environment_path
from api.operations.base import Caller, Services, operation
from api.schemas import AgentEnvironment
from workflows import naming
from workflows.commands import CreateAgentEnvironment
from workflows.models import (
    AskedFor,
    EnvironmentRef,
    Phase,
    Project,
    PullRequestRef,
    Source,
)

TEMPLATE = "development"
"""Template that environments to work in have; every project has it."""


@operation("create_agent_environment")
async def create_agent_environment(
    services: Services, caller: Caller, request: CreateAgentEnvironment
) -> AgentEnvironment:
    """It is brought up in the background. Asking again for the same one changes nothing.

    Raises NotThereError, InvalidInputError, RefusedError (its name is another one's, or it is being removed),
    UnreachableError.
    """
    project = await services.store.projects.get(request.project)
    if project is None:
        raise NotThereError(f"there is no project `{request.project}`")
    _check_template(project)
    source = _source(project, request.source)
    name = request.name or naming.short_hash(caller.request_id)[:8]
    ref = EnvironmentRef(
        team=project.team,
        project=project.key,
        environment=naming.agent_environment_name(source.name, name),
    )
    pull_request = PullRequestRef(
        installation=source.installation,
        repository_id=source.repository_id,
        repository=source.repository,
        number=0,
        branch=request.branch,
    )
    asked = AskedFor(by=caller.actor, commit=request.commit, is_on_host=request.on_host)
    present = await services.gateway.ask(ref, pull_request, asked)
    wanted = words_of(pull_request, asked)
    if present:
        await _check_present(services, ref, present, wanted)
    return AgentEnvironment(
        project=ref.project,
        environment=ref.environment,
        is_new=not present,
        message=f"{ref.environment} has {wanted}"
        if present
        else f"{ref.environment} is being made: {wanted}",
        page=f"{services.links.web_url}{environment_path(ref.project, ref.environment)}",
    )


def _source(project: Project, name: str | None) -> Source:
    names = ", ".join(f"`{each.name}`" for each in project.sources)
    if name is None and len(project.sources) != 1:
        raise InvalidInputError(f"say which `source` of the project it is for: {names}")
    found = [each for each in project.sources if name in (None, each.name)]
    if not found:
        raise NotThereError(f"the project has no source `{name}`; it has: {names}")
    return found[0]


def _check_template(project: Project) -> None:
    found = project.templates[TEMPLATE].type
    if found != "auto":
        raise RefusedError(
            f"an environment to work in needs a template `{TEMPLATE}` of the type `auto`; it is `{found}`",
            hint=f"Set it: PUT /api/v1/projects/{project.key}/templates/{TEMPLATE}.",
        )


async def _check_present(
    services: Services, ref: EnvironmentRef, present: str, wanted: str
) -> None:
    if present != wanted:
        raise RefusedError(
            f"{ref.environment} is there already, and has {present}",
            hint="Choose another name, or delete it first.",
        )
    snapshot = await services.gateway.snapshot(ref.project, ref.environment)
    if snapshot.phase in (Phase.DELETING, Phase.DELETED):
        raise RefusedError(f"{ref.environment} is being removed", hint="Ask again when it is gone.")

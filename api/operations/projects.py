"""What people configure."""

# ruff: noqa: ARG001  (every operation has the same shape)

from api.failures import NotThereError
from api.operations.base import Caller, Services, operation
from api.schemas import ProjectList, ProjectWritten
from workflows.commands import ListProjects, ProjectKey
from workflows.models import Project


@operation("list_projects")
async def list_projects(services: Services, caller: Caller, request: ListProjects) -> ProjectList:
    return ProjectList(projects=await services.store.projects.list())


@operation("get_project")
async def get_project(services: Services, caller: Caller, request: ProjectKey) -> Project:
    """Raises NotThereError."""
    found = await services.store.projects.get(request.key)
    if found is None:
        raise NotThereError(f"there is no project `{request.key}`")
    return found


@operation("put_project")
async def put_project(services: Services, caller: Caller, request: Project) -> ProjectWritten:
    """Raises InvalidProjectError, ProjectTakenError. Running environments take it up with their next revision."""
    is_new = await services.store.projects.put(request)
    return ProjectWritten(project=request, is_new=is_new)

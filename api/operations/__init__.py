"""What a caller can do: one typed function for each entry of the catalogue; every face calls these."""

from typing import Any

from api.operations.base import Caller, Operation, Services
from api.operations.changes import approve, delete, redeploy, retry
from api.operations.environments import get_environment, list_environments
from api.operations.logs import get_logs
from api.operations.projects import get_project, list_projects, put_project

OPERATIONS: dict[str, Operation[Any, Any]] = {
    each.command.name: each
    for each in (
        list_environments,
        get_environment,
        get_logs,
        retry,
        redeploy,
        delete,
        approve,
        list_projects,
        get_project,
        put_project,
    )
}

__all__ = [
    "OPERATIONS",
    "Caller",
    "Operation",
    "Services",
    "approve",
    "delete",
    "get_environment",
    "get_logs",
    "get_project",
    "list_environments",
    "list_projects",
    "put_project",
    "redeploy",
    "retry",
]

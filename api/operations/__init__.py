"""What a caller can do: one typed function for each entry of the catalogue; every face calls these."""

from typing import Any

from api.operations.asking import create_agent_environment
from api.operations.backups import back_up_service, list_backups, restore_backup
from api.operations.base import Caller, Operation, Services
from api.operations.changes import approve, delete, redeploy, reset_service, retry
from api.operations.environments import get_environment, list_environments
from api.operations.executing import execute
from api.operations.logs import get_logs
from api.operations.overrides import get_overrides, reset_overrides, set_overrides
from api.operations.projects import get_project, list_projects, put_project
from api.operations.templates import (
    get_template,
    put_template,
    reset_template_overrides,
    set_template_overrides,
)

OPERATIONS: dict[str, Operation[Any, Any]] = {
    each.command.name: each
    for each in (
        list_environments,
        get_environment,
        get_logs,
        retry,
        redeploy,
        reset_service,
        list_backups,
        back_up_service,
        restore_backup,
        create_agent_environment,
        execute,
        delete,
        approve,
        get_overrides,
        set_overrides,
        reset_overrides,
        list_projects,
        get_project,
        put_project,
        get_template,
        put_template,
        set_template_overrides,
        reset_template_overrides,
    )
}

__all__ = [
    "OPERATIONS",
    "Caller",
    "Operation",
    "Services",
    "approve",
    "back_up_service",
    "create_agent_environment",
    "delete",
    "execute",
    "get_environment",
    "get_logs",
    "get_overrides",
    "get_project",
    "get_template",
    "list_backups",
    "list_environments",
    "list_projects",
    "put_project",
    "put_template",
    "redeploy",
    "reset_overrides",
    "reset_service",
    "reset_template_overrides",
    "restore_backup",
    "retry",
    "set_overrides",
    "set_template_overrides",
]

"""The database: what people configure (projects, overrides) and a read model of what happened (environments, logs, audit).

Temporal holds the truth about lifecycles; losing the read model loses no environment.
"""

from activities.store.activities import StoreActivities
from activities.store.environments import EnvironmentPage, Environments
from activities.store.errors import InvalidProjectError, ProjectTakenError
from activities.store.history import Audit, AuditEntry, Decisions
from activities.store.logs import KeptLog, KeptLogs
from activities.store.overrides import KeptOverrides, Overrides, OverridesChange
from activities.store.projects import ProjectChange, Projects
from activities.store.reader import ProjectReader
from activities.store.store import Store

__all__ = [
    "Audit",
    "AuditEntry",
    "Decisions",
    "EnvironmentPage",
    "Environments",
    "InvalidProjectError",
    "KeptLog",
    "KeptLogs",
    "KeptOverrides",
    "Overrides",
    "OverridesChange",
    "ProjectChange",
    "ProjectReader",
    "ProjectTakenError",
    "Projects",
    "Store",
    "StoreActivities",
]

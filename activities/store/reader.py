"""Projects and overrides for code on threads: activities that block (git, PyGithub) cannot await the asynchronous store."""

from sqlalchemy import Engine

from activities.store.database import open_sync, translated
from activities.store.overrides import overrides_of
from activities.store.projects import project_of
from workflows.models import DetectionOverrides, Project
from workflows.overrides import EnvironmentOverrides


class ProjectReader:
    """Reads what people configured; safe to share between threads."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = open_sync(url)

    def project_of(self, repository_id: int) -> Project | None:
        """The project a repository belongs to, as configured now; None when it belongs to none. Raises StoreError."""
        with translated("reading from the database"), self._engine.begin() as connection:
            row = connection.execute(project_of(repository_id)).one_or_none()
        return Project.model_validate(row.settings) if row else None

    def overrides_of(self, project: str, environment: str) -> DetectionOverrides:
        """What people have decided for this environment alone (ENV-011), as set now; the project-wide decisions
        are fields of its template. Raises StoreError.
        """
        return self._overrides(project, environment).detection

    def variables_of(self, project: str, environment: str) -> dict[str, str]:
        """Environment variables of this environment alone (ENV-030), as set now. Raises StoreError."""
        return self._overrides(project, environment).variables

    def image_of(self, project: str, environment: str) -> str:
        """The image to run in place of the one that would be built (ENV-030); empty as a rule. Raises StoreError."""
        return self._overrides(project, environment).image

    def _overrides(self, project: str, environment: str) -> EnvironmentOverrides:
        with translated("reading from the database"), self._engine.begin() as connection:
            row = connection.execute(overrides_of(project, environment)).one_or_none()
        return EnvironmentOverrides.model_validate(row.settings if row else {})

    def close(self) -> None:
        self._engine.dispose()

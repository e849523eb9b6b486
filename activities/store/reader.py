"""Projects for code on threads: activities that block (git, PyGithub) cannot await the asynchronous store."""

from sqlalchemy import Engine

from activities.store.database import open_sync, translated
from activities.store.projects import project_of
from workflows.models import Project


class ProjectReader:
    """Reads what people configured; safe to share between threads."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = open_sync(url)

    def project_of(self, repository_id: int) -> Project | None:
        """The project a repository belongs to, as configured now; None when it belongs to none. Raises StoreError."""
        with translated("reading from the database"), self._engine.begin() as connection:
            row = connection.execute(project_of(repository_id)).one_or_none()
        return Project.model_validate(row.settings) if row else None

    def close(self) -> None:
        self._engine.dispose()

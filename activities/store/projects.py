"""What people configure: projects and the repositories that belong to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from activities.store.database import reading, writing
from activities.store.errors import InvalidProjectError, ProjectTakenError
from activities.store.tables import ProjectRow, SourceRow
from workflows.models import Project, Template
from workflows.models.messages import ProjectSource
from workflows.naming import is_reserved
from workflows.planning import shares_by_branch
from workflows.project_rules import (
    project_problems,
    sharing_problems,
    source_problems,
    template_problems,
    told,
)
from workflows.repo_config.problems import Finding, key_of


def check_project(project: Project) -> None:
    """Raise InvalidProjectError, with everything that is wrong, when the settings cannot stand on their own."""
    problems = []
    if project.key != f"{project.team}-{project.name}":
        problems.append(f"the key must be the team and the name, `{project.team}-{project.name}`")
    problems += [
        f"`{name}` is reserved"
        for name in dict.fromkeys((project.team, project.name, project.key))
        if is_reserved(name)
    ]
    if not project.sources:
        problems.append("a project needs at least one repository")
    for what, values in (
        ("name", [source.name for source in project.sources]),
        ("repository id", [source.repository_id for source in project.sources]),
    ):
        if len(set(values)) < len(values):
            problems.append(f"two sources share a {what}")
    if "development" not in project.templates:
        problems.append("the template `development` is missing")
    if problems:
        raise InvalidProjectError(f"project `{project.key}`: {'; '.join(problems)}")


def check_settings(project: str, findings: Sequence[Finding]) -> None:
    """Raise InvalidProjectError, with everything that was found."""
    if findings:
        raise InvalidProjectError(
            f"project `{project}`: {'; '.join(told(each) for each in findings)}",
            errors=tuple(
                {"where": key_of(each.path), "message": each.message} for each in findings
            ),
        )


@dataclass(frozen=True)
class ProjectChange:
    before: Project
    after: Project


class Projects:
    """Repository of projects."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def put(self, project: Project) -> bool:
        """Register the project, or replace its settings; True when it is new.

        Raises InvalidProjectError, and ProjectTakenError when the key reads like another team's project or
        a repository belongs to another one.
        """
        check_project(project)
        check_settings(project.key, project_problems(project))
        now = datetime.now(UTC)
        try:
            async with writing(self._engine) as connection:
                is_new = await _put_row(connection, project, now)
                await _check_sources_are_free(connection, project)
                await _replace_sources(connection, project)
        except IntegrityError as error:  # another process was faster between look and write
            raise ProjectTakenError(
                f"project `{project.key}` or one of its repositories was just registered elsewhere"
            ) from error
        return is_new

    async def change_template(
        self, key: str, template: str, change: Callable[[Template | None], Template]
    ) -> ProjectChange | None:
        """Keep what `change` makes of the template, None when it is new; None when there is no such project.

        Changes at the same time happen one after the other. Raises InvalidProjectError and whatever `change`
        raises; nothing is kept then. Other templates are not looked at: they may be older than a rule of today.
        """
        async with writing(self._engine) as connection:
            query = select(ProjectRow.settings).where(ProjectRow.key == key).with_for_update()
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return None
            before = Project.model_validate(row.settings)
            wanted = change(before.templates.get(template))
            after = before.model_copy(update={"templates": {**before.templates, template: wanted}})
            found = (
                *template_problems(template, wanted),
                *source_problems(template, wanted, before),
                *sharing_problems(after),
            )
            check_settings(key, found)
            if after != before:
                await _put_row(connection, after, datetime.now(UTC))
            return ProjectChange(before, after)

    async def get(self, key: str) -> Project | None:
        async with reading(self._engine) as connection:
            row = (
                await connection.execute(select(ProjectRow.settings).where(ProjectRow.key == key))
            ).one_or_none()
        return Project.model_validate(row.settings) if row else None

    async def list(self) -> tuple[Project, ...]:
        async with reading(self._engine) as connection:
            rows = await connection.execute(select(ProjectRow.settings).order_by(ProjectRow.key))
            return tuple(Project.model_validate(row.settings) for row in rows)

    async def of_repository(self, repository_id: int) -> Project | None:
        """The one project that a repository belongs to."""
        async with reading(self._engine) as connection:
            row = (await connection.execute(project_of(repository_id))).one_or_none()
        return Project.model_validate(row.settings) if row else None

    async def list_sources(self) -> tuple[ProjectSource, ...]:
        query = (
            select(
                ProjectRow.team,
                SourceRow.project,
                SourceRow.installation,
                SourceRow.repository_id,
                SourceRow.repository,
                SourceRow.name,
                ProjectRow.settings,
            )
            .join(ProjectRow, ProjectRow.key == SourceRow.project)
            .order_by(SourceRow.project, SourceRow.name)
        )
        async with reading(self._engine) as connection:
            rows = await connection.execute(query)
            return tuple(_project_source(row, Project.model_validate(row.settings)) for row in rows)

    async def follow_repository(
        self, repository_id: int, *, repository: str, installation: int
    ) -> None:
        """Note a repository's new name or installation, as a webhook tells it; the id never changes."""
        async with writing(self._engine) as connection:
            query = project_of(repository_id).with_for_update()
            row = (await connection.execute(query)).one_or_none()
            if row is None:
                return
            project = Project.model_validate(row.settings)
            renamed = tuple(
                source.model_copy(update={"repository": repository, "installation": installation})
                if source.repository_id == repository_id
                else source
                for source in project.sources
            )
            if renamed != project.sources:
                project = project.model_copy(update={"sources": renamed})
                await _put_row(connection, project, datetime.now(UTC))
                await _replace_sources(connection, project)


def _project_source(row: Row[Any], project: Project) -> ProjectSource:
    return ProjectSource(
        team=row.team,
        project=row.project,
        installation=row.installation,
        repository_id=row.repository_id,
        repository=row.repository,
        name=row.name,
        deploy_drafts=project.drafts == "deploy",
        shares_by_branch=shares_by_branch(project, row.name),
    )


def project_of(repository_id: int) -> Select[tuple[dict[str, object]]]:
    return (
        select(ProjectRow.settings)
        .join(SourceRow, SourceRow.project == ProjectRow.key)
        .where(SourceRow.repository_id == repository_id)
    )


async def _put_row(connection: AsyncConnection, project: Project, now: datetime) -> bool:
    found = (
        await connection.execute(
            select(ProjectRow.team, ProjectRow.name).where(ProjectRow.key == project.key)
        )
    ).one_or_none()
    settings = project.model_dump(mode="json")
    if found is None:
        await connection.execute(
            insert(ProjectRow).values(
                key=project.key,
                team=project.team,
                name=project.name,
                settings=settings,
                created_at=now,
                updated_at=now,
            )
        )
        return True
    if (found.team, found.name) != (project.team, project.name):
        raise ProjectTakenError(
            f"the key `{project.key}` belongs to project `{found.name}` of team `{found.team}`"
        )
    await connection.execute(
        update(ProjectRow)
        .where(ProjectRow.key == project.key)
        .values(settings=settings, updated_at=now)
    )
    return False


async def _check_sources_are_free(connection: AsyncConnection, project: Project) -> None:
    ids = [source.repository_id for source in project.sources]
    taken = (
        await connection.execute(
            select(SourceRow.repository, SourceRow.project)
            .where(SourceRow.repository_id.in_(ids), SourceRow.project != project.key)
            .order_by(SourceRow.repository)
        )
    ).first()
    if taken is not None:
        raise ProjectTakenError(
            f"repository `{taken.repository}` belongs to project `{taken.project}`"
        )


async def _replace_sources(connection: AsyncConnection, project: Project) -> None:
    await connection.execute(delete(SourceRow).where(SourceRow.project == project.key))
    await connection.execute(
        insert(SourceRow),
        [source.model_dump() | {"project": project.key} for source in project.sources],
    )

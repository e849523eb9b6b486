"""What is stored. Lists and filters use columns; everything else of an object is its own validated JSON."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import JSON, TypeDecorator


class UTCDateTime(TypeDecorator[datetime]):
    """An aware time, in UTC on either side: SQLite keeps no zone, so it is left out there and put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002  (SQLAlchemy calls it so)
    ) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    # Constraints carry names, or a later migration could not drop them on every database.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UTCDateTime(), dict[str, Any]: JSON()}  # noqa: RUF012  (SQLAlchemy's own way)


class ProjectRow(Base):
    __tablename__ = "projects"

    key: Mapped[str] = mapped_column(String(63), primary_key=True)
    team: Mapped[str] = mapped_column(String(63))
    name: Mapped[str] = mapped_column(String(63))
    settings: Mapped[dict[str, Any]]
    """The whole `workflows.models.Project` as JSON."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class SourceRow(Base):
    """A repository id belongs to one project: it is the key."""

    __tablename__ = "sources"
    __table_args__ = (UniqueConstraint("project", "name", name="uq_sources_project_name"),)

    repository_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    project: Mapped[str] = mapped_column(ForeignKey("projects.key", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(63))
    repository: Mapped[str] = mapped_column(String(255))
    installation: Mapped[int] = mapped_column(BigInteger)


class OverridesRow(Base):
    """What one environment has of its own. No foreign key to it: overrides may be set before it exists and outlive
    it, so that a pull request that is opened again finds them.
    """

    __tablename__ = "overrides"

    project: Mapped[str] = mapped_column(
        ForeignKey("projects.key", ondelete="CASCADE"), primary_key=True
    )
    environment: Mapped[str] = mapped_column(String(63), primary_key=True)
    settings: Mapped[dict[str, Any]]
    """The whole `workflows.overrides.EnvironmentOverrides` as JSON."""
    set_by: Mapped[str] = mapped_column(String(255))
    set_at: Mapped[datetime | None]


class EnvironmentRow(Base):
    """The newest snapshot of an environment. No foreign key: history outlives its project."""

    __tablename__ = "environments"
    __table_args__ = (
        Index("ix_environments_phase_updated_at", "phase", "updated_at"),
        Index("ix_environments_repository", "repository"),
    )

    project: Mapped[str] = mapped_column(String(63), primary_key=True)
    environment: Mapped[str] = mapped_column(String(63), primary_key=True)
    repository_id: Mapped[int] = mapped_column(BigInteger)
    repository: Mapped[str] = mapped_column(String(255))
    number: Mapped[int] = mapped_column(Integer)
    namespace: Mapped[str] = mapped_column(String(63))
    phase: Mapped[str] = mapped_column(String(16))
    sequence: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    snapshot: Mapped[dict[str, Any]]
    """The whole `workflows.models.EnvironmentSnapshot` as JSON."""


class RevisionRow(Base):
    """Kept after the environment's workflow has forgotten the revision."""

    __tablename__ = "revisions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["project", "environment"],
            ["environments.project", "environments.environment"],
            name="fk_revisions_environment",
            ondelete="CASCADE",
        ),
        Index("ix_revisions_environment", "project", "environment", "created_at"),
    )

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    """Its workflow's id, unique over all lives of the environment."""
    project: Mapped[str] = mapped_column(String(63))
    environment: Mapped[str] = mapped_column(String(63))
    number: Mapped[int] = mapped_column(Integer)
    commit: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    revision: Mapped[dict[str, Any]]
    """The whole `workflows.models.Revision` as JSON."""


class DecisionRow(Base):
    """What became of an event, with the reason."""

    __tablename__ = "decisions"
    __table_args__ = (
        Index("ix_decisions_pull_request", "repository_id", "number", "at"),
        Index("ix_decisions_environment", "environment", "at"),
        Index("ix_decisions_at", "at"),
    )

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Hash of delivery and decision: telling it twice stores it once."""
    at: Mapped[datetime]
    repository: Mapped[str] = mapped_column(String(255))
    repository_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    environment: Mapped[str] = mapped_column(String(127), default="", server_default="")
    """`project/environment` of one that follows no pull request; else empty."""
    delivery: Mapped[str] = mapped_column(String(64))
    event: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    decision: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)


class KeptLogRow(Base):
    """Last lines of a container that is gone or about to go."""

    __tablename__ = "kept_logs"
    __table_args__ = (
        Index("ix_kept_logs_namespace_kept_at", "namespace", "kept_at"),
        Index("ix_kept_logs_kept_at", "kept_at"),
    )

    namespace: Mapped[str] = mapped_column(String(63), primary_key=True)
    pod: Mapped[str] = mapped_column(String(253), primary_key=True)
    container: Mapped[str] = mapped_column(String(63), primary_key=True)
    lines: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[datetime]


class AuditRow(Base):
    """Who asked for what, from where, and what came of it (T-4)."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject_at", "subject", "at"), Index("ix_audit_at", "at"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(255))
    face: Mapped[str] = mapped_column(String(16))
    origin: Mapped[str] = mapped_column(String(64))
    """Network address of the caller."""
    operation: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(255))
    """`project/environment`, or a project's key."""
    result: Mapped[str] = mapped_column(String(64))
    """`done`, or the name of the failure."""
    detail: Mapped[str] = mapped_column(Text)

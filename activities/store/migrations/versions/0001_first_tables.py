"""First tables: projects, the read model, decisions, kept logs, audit."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_configuration()
    _create_read_model()
    _create_history()


def downgrade() -> None:
    for table in (
        "audit",
        "kept_logs",
        "decisions",
        "revisions",
        "environments",
        "sources",
        "projects",
    ):
        op.drop_table(table)


def _create_configuration() -> None:
    op.create_table(
        "projects",
        sa.Column("key", sa.String(63), nullable=False),
        sa.Column("team", sa.String(63), nullable=False),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_projects"),
    )
    op.create_table(
        "sources",
        sa.Column("repository_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("project", sa.String(63), nullable=False),
        sa.Column("name", sa.String(63), nullable=False),
        sa.Column("repository", sa.String(255), nullable=False),
        sa.Column("installation", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("repository_id", name="pk_sources"),
        sa.ForeignKeyConstraint(
            ["project"], ["projects.key"], name="fk_sources_project", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("project", "name", name="uq_sources_project_name"),
    )


def _create_read_model() -> None:
    op.create_table(
        "environments",
        sa.Column("project", sa.String(63), nullable=False),
        sa.Column("environment", sa.String(63), nullable=False),
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("repository", sa.String(255), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("namespace", sa.String(63), nullable=False),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("project", "environment", name="pk_environments"),
    )
    op.create_index("ix_environments_phase_updated_at", "environments", ["phase", "updated_at"])
    op.create_index("ix_environments_repository", "environments", ["repository"])
    op.create_table(
        "revisions",
        sa.Column("id", sa.String(255), nullable=False),
        sa.Column("project", sa.String(63), nullable=False),
        sa.Column("environment", sa.String(63), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("commit", sa.String(40), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("revision", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_revisions"),
        sa.ForeignKeyConstraint(
            ["project", "environment"],
            ["environments.project", "environments.environment"],
            name="fk_revisions_environment",
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_revisions_environment", "revisions", ["project", "environment", "created_at"]
    )


def _create_history() -> None:
    op.create_table(
        "decisions",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("repository", sa.String(255), nullable=False),
        sa.Column("repository_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("delivery", sa.String(64), nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("decision", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_decisions"),
    )
    op.create_index("ix_decisions_pull_request", "decisions", ["repository_id", "number", "at"])
    op.create_index("ix_decisions_at", "decisions", ["at"])
    op.create_table(
        "kept_logs",
        sa.Column("namespace", sa.String(63), nullable=False),
        sa.Column("pod", sa.String(253), nullable=False),
        sa.Column("container", sa.String(63), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("kept_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("namespace", "pod", "container", name="pk_kept_logs"),
    )
    op.create_index("ix_kept_logs_namespace_kept_at", "kept_logs", ["namespace", "kept_at"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.String(255), nullable=False),
        sa.Column("face", sa.String(16), nullable=False),
        sa.Column("origin", sa.String(64), nullable=False),
        sa.Column("operation", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("result", sa.String(64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_subject_at", "audit", ["subject", "at"])
    op.create_index("ix_audit_at", "audit", ["at"])

"""Kept logs are found by their age, and decisions about environments that follow no pull request by these."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | Sequence[str] | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_kept_logs_kept_at", "kept_logs", ["kept_at"])
    op.add_column(
        "decisions", sa.Column("environment", sa.String(127), nullable=False, server_default="")
    )
    op.create_index("ix_decisions_environment", "decisions", ["environment", "at"])


def downgrade() -> None:
    op.drop_index("ix_decisions_environment", "decisions")
    op.drop_column("decisions", "environment")
    op.drop_index("ix_kept_logs_kept_at", "kept_logs")

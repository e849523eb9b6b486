"""Kept logs are found by their age."""

from collections.abc import Sequence

from alembic import op

revision: str = "0003"
down_revision: str | Sequence[str] | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_kept_logs_kept_at", "kept_logs", ["kept_at"])


def downgrade() -> None:
    op.drop_index("ix_kept_logs_kept_at", "kept_logs")

"""Alembic's entry: always on the connection it is given, so that migrations share one transaction and lock."""

from alembic import context

from activities.store.tables import Base

connection = context.config.attributes["connection"]
if connection is None:
    raise RuntimeError("run migrations through `python -m activities.store upgrade`")
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    compare_type=True,
)
# The transaction is the caller's.
context.run_migrations()

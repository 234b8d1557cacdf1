"""Alembic's entry: runs migrations on the connection it is handed."""

from typing import Any, Literal

from alembic import context

from storage.database import UTCDateTime, metadata
from storage.migrations.steps import all_tables


def render(kind: str, thing: Any, _context: object) -> str | Literal[False]:
    """Write moments as plain SQL types: a migration must not change when the code's own type does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, UTCDateTime) else False


all_tables()
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    compare_type=True,
    render_item=render,
    render_as_batch=False,
)
with context.begin_transaction():
    context.run_migrations()

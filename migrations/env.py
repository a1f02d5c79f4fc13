"""Alembic runs inside the program's own transaction; there is no second way to reach the store."""

from __future__ import annotations

from alembic import context

from models.all import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True, compare_type=True)
context.run_migrations()

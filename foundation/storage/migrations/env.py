"""Runs a subgraph's migrations on the connection that `storage.migrations.upgrade` passes in."""

from alembic import context

import foundation.storage.migrations.resumable_steps  # noqa: F401 - makes Alembic's steps resumable

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes["metadata"],
    user_module_prefix="",  # the template imports our column types by name
)
with context.begin_transaction():
    context.run_migrations()

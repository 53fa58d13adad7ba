"""What Alembic runs; the connection is handed in by ``bot.store.opening.migrate``."""

from alembic import context

from bot.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()

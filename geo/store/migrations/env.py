"""How Alembic runs our migrations: on the connection that `geo.store.schema` hands in."""

from alembic import context

from geo.store.schema import comparison

connection = context.config.attributes["connection"]
context.configure(connection=connection, transactional_ddl=True, **comparison())
with context.begin_transaction():
    context.run_migrations()

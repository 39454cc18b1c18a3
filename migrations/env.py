"""How Alembic reaches the database: through our own engine, one transaction for each migration."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

from web.db import make_engine, metadata
from web.migrate import include_name

MIGRATING = 7221653  # the key of PostgreSQL's advisory lock: two starts at once migrate one after the other


def run() -> None:
    """All asked-for migrations have run, or none of the one that failed."""
    url = context.config.attributes["url"]
    engine = make_engine(url, pool_size=1)
    postgres = engine.dialect.name == "postgresql"
    try:
        with engine.connect() as connection:
            if postgres:
                connection.execute(text("set statement_timeout = 0"))
                connection.execute(text("set lock_timeout = '60s'"))
                connection.execute(text("select pg_advisory_lock(:key)"), {"key": MIGRATING})
                connection.commit()
            context.configure(
                connection=connection, target_metadata=metadata(), transaction_per_migration=True,
                compare_type=True, compare_server_default=True, render_as_batch=not postgres,
                include_name=include_name,
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        engine.dispose()


run()

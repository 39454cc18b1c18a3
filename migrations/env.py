"""How Alembic reaches the database: through our own engine, one transaction for each migration."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON, text

from engine.columns import UTCDateTime
from web.db import make_engine, metadata
from web.migrate import comparison

MIGRATING = 7221653  # the key of PostgreSQL's advisory lock: two starts at once migrate one after the other


def render_item(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """How a column type of ours is written down: a migration imports nothing of the product, which moves on."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON) and "postgresql" in item._variant_mapping:
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")'
    return False


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
                render_as_batch=not postgres, render_item=render_item, **comparison(engine.dialect.name),
            )
            with context.begin_transaction():
                context.run_migrations()
    finally:
        engine.dispose()


run()

"""Once by constraint, not by code: an insert that gives way to the row that is already there."""

from __future__ import annotations

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session


def insert_new(session: Session, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT into `table` that leaves out each row which some unique constraint has already."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()

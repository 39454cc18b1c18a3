"""What a move writes, with what stood there before, so that it can be taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from engine.arrivals import Subscription
from engine.base import table_of
from engine.columns import UTCDateTime
from engine.models import Attachment, Deed, Incident, Instance, Message, Submission, Task, Timer

_TABLES = {table.name: table for table in map(
    table_of, (Attachment, Deed, Incident, Instance, Message, Submission, Subscription, Task, Timer)
)}


class Changes:
    """The rows one move changed and made, oldest first."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._changed: list[list[Any]] = []
        self._made: list[list[Any]] = []

    def update(self, table: Table, row_id: int, **values: Any) -> None:
        """The row has these values, and what it had is remembered. Nothing when it has them already."""
        columns = [table.c[name] for name in values]
        before = dict(self._session.execute(select(*columns).where(table.c.id == row_id)).one()._mapping)
        if before == values:
            return
        self._session.execute(update(table).where(table.c.id == row_id).values(**values))
        self.remember(table, row_id, before)

    def remember(self, table: Table, row_id: int, before: Mapping[str, Any]) -> None:
        """What somebody else changes in this row is taken back with the rest."""
        self._changed.append([table.name, row_id, {name: _plain(value) for name, value in before.items()}])

    def insert(self, table: Table, **values: Any) -> int:
        """The row stands; taking it back closes it. The answer is its id."""
        made = int(self._session.execute(insert(table).values(**values).returning(table.c.id)).scalar_one())
        self._made.append([table.name, made])
        return made

    def as_json(self) -> dict[str, Any]:
        """What `undo` needs, as JSON."""
        return {"changed": self._changed, "made": self._made}


def undo(
    session: Session, before: Mapping[str, Any], *, guarded: Collection[int], actor: str, now: datetime
) -> dict[int, dict[str, Any]]:
    """The rows are as they were before the move, those it made are closed; nothing is removed.

    The answer is what the rows of the `guarded` instances had, by id: they are left to the caller, whose writes ask
    whether anybody else was faster.
    """
    own: dict[int, dict[str, Any]] = {number: {} for number in guarded}
    for name, row_id, values in reversed(before["changed"]):
        table = _TABLES[name]
        typed = {column: _typed(table, column, value) for column, value in values.items()}
        if name == Instance.__tablename__ and row_id in own:
            own[row_id].update(typed)
        else:
            session.execute(update(table).where(table.c.id == row_id).values(**typed))
    for name, row_id in before["made"]:
        table = _TABLES[name]
        closed: dict[str, Any] = {"closed_at": now}
        if name == Task.__tablename__:
            closed |= {"closed_by": actor, "outcome": "taken_away"}
        if name == Message.__tablename__:
            closed = {"done_at": now}
        session.execute(update(table).where(table.c.id == row_id).values(**closed))
    return own


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _typed(table: Table, column: str, value: Any) -> Any:
    if isinstance(value, str) and isinstance(table.c[column].type, UTCDateTime):
        return datetime.fromisoformat(value)
    return value

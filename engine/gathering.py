"""Writes of many acts in one transaction, gathered: each statement runs once for all of them.

The acts themselves are the same code as one by one. What an act writes waits until the next act of the transaction has
read what it needs, which is about another instance; an act that reads again after it has written has everything
written first, so it sees what it did. What is refused takes its own writes with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

KEY = "engine.gathered"
Values = Mapping[str, Any]
Run = Callable[[Session, Sequence[Values]], None]


class Gathered:
    """What waits to be written, by statement in the order of its first use; `_own` is that of the present act."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.known: dict[tuple[Any, ...], Any] = {}
        """What was read for many acts in one question: each takes its own out, once."""
        self.wrote = False
        """Whether something of the present act is written already, into the product's registers or to be read again."""
        self._waiting: dict[Any, tuple[Run, list[Values]]] = {}
        self._own: list[tuple[Any, Run, Sequence[Values]]] = []

    def add(self, statement: object, run: Run, rows: Sequence[Values]) -> None:
        """These rows wait; `run` writes any number of them."""
        self._own.append((statement, run, rows))

    def settle(self) -> None:
        """The present act's writes wait with those of the acts before it; the next act begins."""
        for statement, run, rows in self._own:
            self._waiting.setdefault(statement, (run, []))[1].extend(rows)
        self._own, self.wrote = [], False

    def forget(self) -> None:
        """The present act has written nothing."""
        self._own, self.wrote = [], False

    def before_reading(self) -> None:
        """What the present act wrote can be read; so can what the acts before it wrote."""
        if self._own:
            self.settle()
            self.write()
            self.wrote = True

    def write(self) -> None:
        """Everything that waits is written, in the order of the statements' first use."""
        waiting, self._waiting = self._waiting, {}
        for run, rows in waiting.values():
            run(self._session, rows)


def of(session: Session) -> Gathered | None:
    """What gathers this session's writes, None when nothing does."""
    return session.info.get(KEY)


@contextmanager
def gathering(session: Session) -> Iterator[Gathered]:
    """The session's writes are gathered, and written at the end; after an error nothing that waited is."""
    gathered = session.info[KEY] = Gathered(session)

    def read(state: ORMExecuteState) -> None:
        gathered.before_reading()

    event.listen(session, "do_orm_execute", read)
    try:
        yield gathered
        gathered.settle()
        del session.info[KEY]
        gathered.write()
    finally:
        session.info.pop(KEY, None)
        event.remove(session, "do_orm_execute", read)

"""Writes of many acts in one transaction, gathered: each statement runs once for all of them.

The acts themselves are the same code as one by one. What an act writes waits until the next act of the transaction has
read what it needs, which is about another instance; an act that reads again after it has written has everything
written first, so it sees what it did. What is refused takes its own writes with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

KEY = "engine.gathered"
Values = Mapping[str, Any]
Run = Callable[[Session, Sequence[Values]], None]


class Turn(IntEnum):
    """When something that waits is written: the product's registers, what asks how they stand then, and all the rest,
    which may tell of it."""

    REGISTERS = 0
    ASKING = 1
    REST = 2


class Gathered:
    """What waits to be written, by turn, then by statement in the order of its first use; `_own` is that of the
    present act."""

    def __init__(self, session: Session, *, alone: bool = False) -> None:
        self._session, self.alone = session, alone
        """`alone`: each act has a savepoint of its own, and finds all that those before it wrote."""
        self.known: dict[tuple[Any, ...], Any] = {}
        """What was read for many acts in one question: each takes its own out, once."""
        self.wrote = False
        """Whether something of the present act is written already, into the product's registers or to be read again."""
        self._waiting = _nothing()
        self._own: list[tuple[Any, Run, Sequence[Values], Turn]] = []

    def add(self, statement: object, run: Run, rows: Sequence[Values], turn: Turn = Turn.REST) -> None:
        """These rows wait; `run` writes any number of them."""
        self._own.append((statement, run, rows, turn))

    def take(self, *what: Any) -> Any:
        """What was read for many acts about this one; None when it was not, or was taken out before."""
        return self.known.pop(what, None)

    def settle(self) -> None:
        """The present act's writes wait with those of the acts before it; the next act begins."""
        for statement, run, rows, turn in self._own:
            self._waiting[turn].setdefault(statement, (run, []))[1].extend(rows)
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
        """Everything that waits is written."""
        waiting, self._waiting = self._waiting, _nothing()
        for turn in sorted(waiting):
            for run, rows in waiting[turn].values():
                if rows:
                    run(self._session, rows)


def _nothing() -> dict[Turn, dict[Any, tuple[Run, list[Values]]]]:
    return {turn: {} for turn in Turn}


def of(session: Session) -> Gathered | None:
    """What gathers this session's writes, None when nothing does."""
    return session.info.get(KEY)


def taken(session: Session, *what: Any) -> Any:
    """What was read for many acts about this one, once; None where it has to be asked."""
    gathered = of(session)
    return None if gathered is None else gathered.take(*what)


@contextmanager
def gathering(session: Session, *, alone: bool = False) -> Iterator[Gathered]:
    """The session's writes are gathered, and written at the end; after an error nothing that waited is."""
    gathered = session.info[KEY] = Gathered(session, alone=alone)

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

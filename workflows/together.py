"""Writing the registers back for many decisions at once: read and locked together, judged one by one.

The rules are those of `workflows.undoing.write_back`: each row has to be as the acceptance left it, and one that
several share goes with the last of them. What only the database knows (who else refers to a row) it says when all is
written; then the caller writes them back one by one (`engine.operations.bulk`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, delete, func, select, tuple_, update
from sqlalchemy.orm import Session

from engine import gathering
from engine.errors import Refused
from engine.gathering import Turn
from engine.statements import Statement
from workflows.undoing import CHANGED, NEEDED, table_named, value_of

_KNOWN = ("registers together",)
_REMOVED = ("contact", "membership", "letter_body", "stakeholder_holder", "stakeholder", "person", "letter", "body")
"""What refers to others first."""
Key = tuple[str, tuple[Any, ...]]
"""A table's name and the primary key of one of its rows."""


@dataclass
class Together:
    """The rows that are about to be written back, as they stand by now, and how many others need each shared one."""

    rows: dict[Key, dict[str, Any]] = field(default_factory=dict)
    users: Counter[Key] = field(default_factory=Counter)

    def write_back(self, session: Session, changed: Mapping[str, Any]) -> None:
        """The rows will be as they were before. Refused, with nothing changed, where one of them was changed by other
        hands since."""
        restored = [one for one in changed["rows"] if one["was"] is not None]
        if not all(self._is(one) for one in restored):
            raise Refused(CHANGED)
        removed, spared = [], Counter[Key]()
        for one in changed["rows"]:
            if one["was"] is not None or self.users[_key(one)] > spared[_key(one)]:
                continue
            if not self._is(one):
                raise Refused(CHANGED)
            removed.append(one)
            spared.update(_needs(one["table"], self.rows[_key(one)]))
        self.users.subtract(spared)
        gathered = gathering.of(session)
        if gathered is None:
            raise LookupError("these rows were gathered with the writes of many acts, which are over")
        gathered.wrote = True
        for name in _REMOVED:  # in this order, whichever of them comes first
            remove = _remove(name)
            own = [_where(name, _key(one)[1]) for one in removed if one["table"] == name]
            gathered.add(remove, remove.run, own)
        for one in removed:
            del self.rows[_key(one)]
        for one in restored:
            values = {name: value_of(table_named(one["table"]).c[name], value) for name, value in one["was"].items()}
            self.rows[_key(one)].update(values)
            restore = _restore(one["table"], tuple(sorted(values)))
            gathered.add(restore, restore.run, [
                {**_where(one["table"], _key(one)[1]), **{f"new_{name}": value for name, value in values.items()}}
            ], Turn.REGISTERS)

    def _is(self, one: Mapping[str, Any]) -> bool:
        """Whether the row is as the acceptance left it."""
        row, table = self.rows.get(_key(one)), table_named(one["table"])
        return row is not None and all(
            row[name] == (None if value is None else value_of(table.c[name], value))
            for name, value in one["now"].items()
        )


def gather(session: Session, written: Sequence[Mapping[str, Any]]) -> None:
    """The rows that these changes tell of are locked, and `of` knows them."""
    gathered = gathering.of(session)
    if gathered is None:
        return
    found = gathered.known[_KNOWN] = Together()
    keys: dict[str, dict[tuple[Any, ...], None]] = {}
    for changed in written:
        for one in changed["rows"]:
            keys.setdefault(one["table"], {})[_key(one)[1]] = None
    for name in _REMOVED:
        if name not in keys:
            continue
        table = table_named(name)
        asked = select(table).where(_in(table, list(keys[name]))).order_by(*table.primary_key).with_for_update(of=table)
        for row in session.execute(asked).mappings():
            found.rows[name, tuple(row[column.key] for column in table.primary_key)] = dict(row)
        if (column := NEEDED.get(name)) is not None:
            count = select(column, func.count()).where(column.in_([key[0] for key in keys[name]])).group_by(column)
            found.users.update({(name, (number,)): users for number, users in session.execute(count)})


def of(session: Session) -> Together | None:
    """What `gather` has read for many acts; None where each reads for itself."""
    gathered = gathering.of(session)
    return None if gathered is None else gathered.known.get(_KNOWN)


def _key(one: Mapping[str, Any]) -> Key:
    return one["table"], tuple(one["key"][column.key] for column in table_named(one["table"]).primary_key)


def _needs(name: str, row: Mapping[str, Any]) -> list[Key]:
    """The shared rows that this one needs."""
    return [(shared, (row[column.key],)) for shared, column in NEEDED.items() if column.table.name == name]


def _in(table: Table, keys: list[tuple[Any, ...]]) -> ColumnElement[bool]:
    columns = list(table.primary_key)
    return columns[0].in_([key[0] for key in keys]) if len(columns) == 1 else tuple_(*columns).in_(keys)


def _where(name: str, key: tuple[Any, ...]) -> dict[str, Any]:
    return {f"key_{column.key}": value for column, value in zip(table_named(name).primary_key, key, strict=True)}


@cache
def _remove(name: str) -> Statement:
    table = table_named(name)
    return Statement(delete(table).where(
        *(column == bindparam(f"key_{column.key}") for column in table.primary_key)
    ), exactly=True)


@cache
def _restore(name: str, names: tuple[str, ...]) -> Statement:
    table = table_named(name)
    return Statement(update(table).where(
        *(column == bindparam(f"key_{column.key}") for column in table.primary_key)
    ).values({column: bindparam(f"new_{column}") for column in names}), exactly=True)

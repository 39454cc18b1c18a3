"""What accepting evidence changed in the registers, row by row, so that it can be written back exactly.

The rows that one kind of evidence can touch are read before and after it was written; what differs is kept. Writing
back asks each row to be as the acceptance left it, so nothing that other hands wrote since is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, Select, Table, bindparam, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.errors import Refused
from engine.statements import Statement
from workflows.agendas import Registered
from workflows.models import Body, Contact, Letter, LetterBody, Membership, Person, Stakeholder

Rows = dict[tuple[Any, ...], dict[str, Any]]


@dataclass(frozen=True)
class _Part:
    """The rows of one table that belong to a body ("b") or its region ("r"), read by one statement."""

    table: Table
    rows: Statement

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.key for column in self.table.primary_key)


_body, _membership, _person = table_of(Body), table_of(Membership), table_of(Person)
_letter, _letter_body = table_of(Letter), table_of(LetterBody)
_stakeholder, _contact = table_of(Stakeholder), table_of(Contact)


def _part(table: Table, columns: tuple[str, ...], narrow: Callable[[Select[Any]], Select[Any]]) -> _Part:
    wanted = [column for column in table.columns if not columns or column.key in columns or column.primary_key]
    return _Part(table, Statement(narrow(select(*wanted))))


_BODY = _part(_body, ("oath_on", "monitored_on"), lambda found: found.where(_body.c.id == bindparam("b")))
_MEMBERSHIPS = _part(_membership, (), lambda found: found.where(_membership.c.body_id == bindparam("b")))
_PEOPLE = _part(_person, ("name", "name_key", "born_on", "gender"), lambda found: found.where(
    _person.c.id.in_(select(_membership.c.person_id).where(_membership.c.body_id == bindparam("b")))
))
_LETTERS = _part(_letter, (), lambda found: found.where(
    _letter.c.id.in_(select(_letter_body.c.letter_id).where(_letter_body.c.body_id == bindparam("b")))
))
_CONCERNED = _part(_letter_body, (), lambda found: found.where(_letter_body.c.body_id == bindparam("b")))
_STAKEHOLDERS = _part(_stakeholder, (), lambda found: found.where(_stakeholder.c.region_code == bindparam("r")))
_CONTACTS = _part(_contact, (), lambda found: found.where(_contact.c.body_id == bindparam("b")))

# In the order in which rows are taken away: what refers to others first.
PARTS: Mapping[str, tuple[_Part, ...]] = {
    "submit_inauguration": (_BODY, _MEMBERSHIPS, _CONCERNED, _LETTERS),
    "submit_sowan": (_CONTACTS, _STAKEHOLDERS),
    "submit_secretariat": (_MEMBERSHIPS, _CONCERNED, _LETTERS, _PEOPLE),
    "submit_bimtek": (_MEMBERSHIPS,),
    "submit_monitoring": (_BODY, _CONCERNED, _LETTERS),
}
_TABLES = {table.name: table for table in (
    _body, _membership, _person, _letter, _letter_body, _stakeholder, _contact
)}


def read(session: Session, body: Registered, node: str) -> list[Rows]:
    """The rows that accepting evidence of this node may change, as they stand; [] for a node that changes none."""
    parts = PARTS.get(node, ())
    if parts:
        session.flush()
    around = {"b": body.id, "r": body.region_code}
    return [
        {tuple(getattr(row, key) for key in part.keys): row._asdict() for row in part.rows.rows(session, around)}
        for part in parts
    ]


def difference(node: str, before: list[Rows], after: list[Rows]) -> dict[str, Any] | None:
    """What changed between two readings, as JSON: {"rows": [{"table", "key", "was", "now"}]}, None for nothing.

    "was" is None for a row that is new; otherwise both sides hold the changed columns alone.
    """
    found: list[dict[str, Any]] = []
    for part, old, new in zip(PARTS.get(node, ()), before, after, strict=True):
        for key, row in new.items():
            was = old.get(key)
            if was == row:
                continue
            names = list(row) if was is None else [name for name in row if row[name] != was[name]]
            found.append({
                "table": part.table.name, "key": dict(zip(part.keys, key, strict=True)),
                "was": None if was is None else {name: _text(was[name]) for name in names},
                "now": {name: _text(row[name]) for name in names},
            })
    return {"rows": found} if found else None


def write_back(session: Session, changed: Mapping[str, Any]) -> None:
    """The rows are as they were before. Refused where one of them was changed by other hands since."""
    session.flush()
    try:
        with session.begin_nested():
            for one in changed["rows"]:
                if one["was"] is not None:
                    _restore(session, _TABLES[one["table"]], one)
            for one in changed["rows"]:
                if one["was"] is None:
                    _remove(session, _TABLES[one["table"]], one)
    except IntegrityError as error:
        raise Refused(CHANGED) from error
    session.expire_all()


CHANGED = (
    "Data yang tercatat dari keputusan ini sudah dipakai atau diubah di tempat lain (anggota, surat atau pemangku "
    "kepentingan). Keputusan tidak dapat dibatalkan lagi; betulkan di tempat itu."
)


def _restore(session: Session, table: Table, one: Mapping[str, Any]) -> None:
    written = session.execute(
        update(table).where(*_is(table, one["key"]), *_is(table, one["now"])).values(
            {table.c[name]: _value(table.c[name], value) for name, value in one["was"].items()}
        )
    )
    if written.rowcount != 1:  # type: ignore[attr-defined] # -- an UPDATE's result counts its rows
        raise Refused(CHANGED)


def _remove(session: Session, table: Table, one: Mapping[str, Any]) -> None:
    """The new row is gone, unless it is one that several share and another still needs it."""
    where: list[Any] = [*_is(table, one["key"]), *_is(table, one["now"])]
    shared = _still_needed(session, table, one["key"])
    if shared:
        return
    if session.execute(delete(table).where(*where)).rowcount != 1:  # type: ignore[attr-defined] # -- as above
        raise Refused(CHANGED)


def _still_needed(session: Session, table: Table, key: Mapping[str, Any]) -> bool:
    needs = {
        "letter": (_letter_body, _letter_body.c.letter_id), "stakeholder": (_contact, _contact.c.stakeholder_id),
        "person": (_membership, _membership.c.person_id),
    }
    if table.name not in needs:
        return False
    user, column = needs[table.name]
    return bool(session.scalar(select(func.count()).select_from(user).where(column == key["id"])))


def _is(table: Table, values: Mapping[str, Any]) -> list[Any]:
    return [
        table.c[name].is_(None) if value is None else table.c[name] == _value(table.c[name], value)
        for name, value in values.items()
    ]


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _value(column: Column[Any], value: Any) -> Any:
    return date.fromisoformat(value) if value is not None and column.type.python_type is date else value

"""What accepting evidence changed in the registers, row by row, so that it can be written back exactly.

The rows that one kind of evidence can touch are read before and after it was written; what differs is kept. Writing
back asks each row to be as the acceptance left it, so nothing that other hands wrote since is lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, bindparam, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import gathering
from engine.base import table_of
from engine.errors import Refused
from engine.gathering import Gathered, Turn
from engine.statements import Statement
from workflows.agendas import Registered
from workflows.models import Body, Contact, Letter, LetterBody, Membership, Person, Stakeholder, StakeholderHolder

Rows = dict[tuple[Any, ...], dict[str, Any]]


@dataclass(frozen=True)
class _Part:
    """The rows of one table that belong to a body ("b") or its region ("r"), read by one statement.

    `by` is the column that says whose a row is, in the answer as "whose": those of many are read at once. None for rows
    that several share.
    """

    table: Table
    asked: Select[Any]
    rows: Statement
    by: Column[Any] | None

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(column.key for column in self.table.primary_key)

    def owner(self, body: Registered) -> Any:
        """What stands in `by` for this body's rows."""
        return body.region_code if self.by is not None and self.by.key == "region_code" else body.id

    def found(self, rows: Iterable[Any]) -> Rows:
        """By key, in its order: a database gives rows as they lie, and the same act writes the same record."""
        by_key = {tuple(getattr(row, key) for key in self.keys): self._of_table(row._asdict()) for row in rows}
        return {key: by_key[key] for key in sorted(by_key)}

    @staticmethod
    def _of_table(row: dict[str, Any]) -> dict[str, Any]:
        row.pop("whose", None)
        return row

    def of_many(self, session: Session, owners: Collection[Any]) -> dict[Any, Rows]:
        """The rows of each of these owners; only for a part that says whose its rows are."""
        grouped: dict[Any, list[Any]] = {owner: [] for owner in owners}
        if self.by is not None and owners:
            for row in session.execute(self.asked.where(self.by.in_(owners))):
                grouped[row.whose].append(row)
        return {owner: self.found(rows) for owner, rows in grouped.items()}


_body, _membership, _person = table_of(Body), table_of(Membership), table_of(Person)
_letter, _letter_body = table_of(Letter), table_of(LetterBody)
_stakeholder, _contact, _holder = table_of(Stakeholder), table_of(Contact), table_of(StakeholderHolder)


def _part(
    table: Table, columns: tuple[str, ...], whose: Column[Any] | ColumnElement[bool],
    through: ColumnElement[bool] | None = None,
) -> _Part:
    """`through` joins the table that says whose a row is, where that is another one."""
    asked = select(*(one for one in table.columns if not columns or one.key in columns or one.primary_key))
    if not isinstance(whose, Column):
        return _Part(table, asked, Statement(asked.where(whose)), None)
    name = "r" if whose.key == "region_code" else "b"
    owned = asked.add_columns(whose.label("whose"))
    if through is not None:
        owned = owned.join(whose.table, through)
    return _Part(table, owned, Statement(owned.where(whose == bindparam(name))), whose)


_BODY = _part(_body, ("oath_on", "monitored_on"), _body.c.id)
_MEMBERSHIPS = _part(_membership, (), _membership.c.body_id)
_PEOPLE = _part(_person, ("name", "name_key", "born_on", "gender"), _person.c.id.in_(
    select(_membership.c.person_id).where(_membership.c.body_id == bindparam("b"))
))
_LETTERS = _part(_letter, (), _letter.c.id.in_(
    select(_letter_body.c.letter_id).where(_letter_body.c.body_id == bindparam("b"))
))
_CONCERNED = _part(_letter_body, (), _letter_body.c.body_id)
_STAKEHOLDERS = _part(_stakeholder, (), _stakeholder.c.region_code)
_HOLDERS = _part(_holder, (), _stakeholder.c.region_code, _stakeholder.c.id == _holder.c.stakeholder_id)
# Without what the sweep notes for itself.
_CONTACTS = _part(_contact, (
    "stakeholder_id", "body_id", "met_on", "received_by", "manner", "outcome", "promise", "promise_due",
    "promise_state", "edition",
), _contact.c.body_id)

# In the order in which rows are taken away: what refers to others first.
PARTS: Mapping[str, tuple[_Part, ...]] = {
    "submit_inauguration": (_BODY, _MEMBERSHIPS, _CONCERNED, _LETTERS),
    "submit_sowan": (_CONTACTS, _HOLDERS, _STAKEHOLDERS),
    "submit_secretariat": (_MEMBERSHIPS, _CONCERNED, _LETTERS, _PEOPLE),
    "submit_bimtek": (_MEMBERSHIPS,),
    "submit_monitoring": (_BODY, _CONCERNED, _LETTERS),
}
_TABLES = {table.name: table for table in (
    _body, _membership, _person, _letter, _letter_body, _stakeholder, _contact, _holder
)}


def read(session: Session, body: Registered, node: str) -> list[Rows]:
    """The rows that accepting evidence of this node may change, as they stand; [] for a node that changes none."""
    parts = PARTS.get(node, ())
    if parts:
        session.flush()
    return [_read(session, body, part) for part in parts]


def _read(session: Session, body: Registered, part: _Part) -> Rows:
    known: Rows | None = gathering.taken(session, "registers", part.table.name, part.owner(body))
    if known is not None:
        return known
    return part.found(part.rows.rows(session, {"b": body.id, "r": body.region_code}))


def of_the_body(node: str) -> bool:
    """Whether accepting evidence of this node may change the body's own row."""
    return _BODY in PARTS.get(node, ())


def gather(session: Session, gathered: Gathered, evidence: Sequence[tuple[Registered, str]]) -> None:
    """What `read` asks about each of these bodies and nodes is known, but for rows that several of them share."""
    owners: dict[str, Counter[Any]] = {}
    parts: dict[str, _Part] = {}
    for body, node in evidence:
        for part in PARTS.get(node, ()):
            if part.by is not None:
                parts[part.table.name] = part
                owners.setdefault(part.table.name, Counter())[part.owner(body)] += 1
    for name, part in parts.items():
        alone = [owner for owner, count in owners[name].items() if count == 1]
        found = part.of_many(session, alone)
        gathered.known.update({("registers", name, owner): rows for owner, rows in found.items()})
        gathered.known.update({("apart", name, owner): True for owner in alone})


def changed(session: Session, body: Registered, node: str, before: list[Rows]) -> dict[str, Any] | None:
    """What accepting evidence of this node has changed since `before` was read: see `difference`.

    Among many acts the rows that are the body's alone are read for all of them, before what refers to the answer is
    written: by the time it is stored, it is complete.
    """
    gathered, parts = gathering.of(session), PARTS.get(node, ())
    apart = [
        gathered is not None and ("apart", part.table.name, part.owner(body)) in gathered.known for part in parts
    ]
    if gathered is None or not any(apart):
        return difference(node, before, read(session, body, node))
    after = [None if later else _read(session, body, part) for part, later in zip(parts, apart, strict=True)]
    answer: dict[str, Any] = {"rows": []}
    waiting = {"body": body, "node": node, "before": before, "after": after, "answer": answer}
    gathered.add(("registers", node), _complete, [waiting], Turn.ASKING)
    return answer


def _complete(session: Session, waiting: Sequence[Mapping[str, Any]]) -> None:
    """Each of these answers says what has changed; all are about one node."""
    parts = PARTS[waiting[0]["node"]]
    found = [
        part.of_many(session, {part.owner(one["body"]) for one in waiting if one["after"][place] is None})
        for place, part in enumerate(parts)
    ]
    for one in waiting:
        after = [
            found[place][part.owner(one["body"])] if rows is None else rows
            for place, (part, rows) in enumerate(zip(parts, one["after"], strict=True))
        ]
        one["answer"].update(difference(one["node"], one["before"], after) or {})


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


def table_named(name: str) -> Table:
    """The table of a row that `difference` tells of."""
    return _TABLES[name]


def _restore(session: Session, table: Table, one: Mapping[str, Any]) -> None:
    written = session.execute(
        update(table).where(*_is(table, one["key"]), *_is(table, one["now"])).values(
            {table.c[name]: value_of(table.c[name], value) for name, value in one["was"].items()}
        )
    )
    if written.rowcount != 1:  # type: ignore[attr-defined] # -- an UPDATE's result counts its rows
        raise Refused(CHANGED)


def _remove(session: Session, table: Table, one: Mapping[str, Any]) -> None:
    """The new row is gone, unless it is one that several share and another still needs it."""
    where: list[Any] = [*_is(table, one["key"]), *_is(table, one["now"])]
    if _still_needed(session, table, one["key"]):
        return
    if session.execute(delete(table).where(*where)).rowcount != 1:  # type: ignore[attr-defined] # -- as above
        raise Refused(CHANGED)


NEEDED: Mapping[str, Column[Any]] = {
    "letter": _letter_body.c.letter_id, "stakeholder": _contact.c.stakeholder_id, "person": _membership.c.person_id,
}
"""Of the tables whose rows several share: by which column another row needs one of them."""


def _still_needed(session: Session, table: Table, key: Mapping[str, Any]) -> bool:
    if (column := NEEDED.get(table.name)) is None:
        return False
    return bool(session.scalar(select(func.count()).select_from(column.table).where(column == key["id"])))


def _is(table: Table, values: Mapping[str, Any]) -> list[Any]:
    return [
        table.c[name].is_(None) if value is None else table.c[name] == value_of(table.c[name], value)
        for name, value in values.items()
    ]


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def value_of(column: Column[Any], value: Any) -> Any:
    return date.fromisoformat(value) if value is not None and column.type.python_type is date else value

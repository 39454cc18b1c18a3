"""Entries as they are written and stepped: what stands, its step in the trail, and who is told, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.errors import AlreadyDone, EvidenceRefused, FieldError, Forbidden, Stale
from engine.forms import Form
from engine.host import Actor
from engine.phrases import Phrase
from engine.statements import insert_of
from workflows import agendas, notices
from workflows.agendas import Almanac
from workflows.calendar import due
from workflows.models import Agenda, RegisterEntry, RegisterFile, RegisterStep
from workflows.registers import rights
from workflows.registers.kinds import KINDS, Kind, form_named
from workflows.registers.rights import Target

_WRITE = insert_of(
    table_of(RegisterEntry), "kind", "agenda_id", "body_id", "scope", "state", "data", "period", "written_by",
    "written_at", "due_on", "answered_on", "edition", "key", new=True, returning="id",
)
_KEEP = insert_of(table_of(RegisterFile), "sha256", "name", "type", "size", "added_by", "added_at", new=True)


@dataclass(frozen=True)
class Sent:
    """One act as it was sent: by whom, when, with the key of its form: sent twice, it is one."""

    actor: Actor
    now: datetime
    key: str


class ReportStands(AlreadyDone):
    """Laporan badan ini untuk bulan itu sudah ada. Buka laporan itu; tarik dahulu bila keliru."""


def write(
    session: Session, kind: Kind, body_id: int | None, data: Mapping[str, Any], sent: Sent, period: date | None = None
) -> tuple[int, bool]:
    """(the entry's number, whether it is new). It stands in its first state, its trail begun, and who owes the next
    step is told.

    Refused: Forbidden for who may not write this about that; EvidenceRefused by its form, or for a month that is not
    over or before the body's oath; AlreadyDone for a key of another entry, or a month whose report stands.
    """
    target = rights.target(session, kind, sent.actor, body_id)
    almanac = agendas.load_almanac(session, session.get_one(Agenda, target.agenda_id))
    today = almanac.today(sent.now)
    period = period.replace(day=1) if period else None
    answers = checked(kind.form_for(target.kind), data, today, _wrong_month(kind, target, period, today))
    state = next((then for key, value, then in kind.begins if answers.get(key) == value), kind.begin)
    state = kind.ways.step("", f"write_{state}")
    row = _WRITE.first(session, {
        "kind": kind.code, "agenda_id": target.agenda_id, "body_id": target.body_id, "scope": target.scope,
        "state": state, "data": answers, "period": period if kind.monthly else None,
        "written_by": rights.number_of(sent.actor), "written_at": sent.now,
        "due_on": report_due(almanac, period) if kind.monthly and period else _due(kind, state, almanac, today),
        "answered_on": today if kind.states[state].answered else None, "edition": 0, "key": sent.key,
    })
    if row is None:
        return _written_before(session, kind, target, sent), False
    entry = session.get_one(RegisterEntry, row[0])
    _step(session, entry, "write", "", {}, sent)
    _tell(session, kind, entry, sent, today)
    return entry.id, True


def act(
    session: Session, entry_id: int, name: str, data: Mapping[str, Any], sent: Sent, *, seen: int | None
) -> tuple[RegisterEntry, bool]:
    """(the entry, whether the step is new). It stands where its machine leads, the step in its trail.

    Refused: NotFound for who may not read it; Forbidden for who may not take this step; Stale when it was stepped
    since the page was drawn; WrongState for a step that its state does not know; EvidenceRefused by the step's form.
    """
    entry = rights.find(session, entry_id, sent.actor, lock=True)
    kind = KINDS[entry.kind]
    before = session.execute(select(RegisterStep.action, RegisterStep.account_id).where(
        RegisterStep.entry_id == entry_id, RegisterStep.key == sent.key
    )).one_or_none()
    if before is not None:
        if tuple(before) != (name, rights.number_of(sent.actor)):
            raise AlreadyDone
        return entry, False
    wanted = kind.acts.get(name)
    if wanted is None or not rights.may_act(sent.actor, wanted, entry):
        raise Forbidden
    if seen != entry.edition:
        raise Stale
    target = kind.ways.step(entry.state, name)
    almanac = agendas.load_almanac(session, session.get_one(Agenda, entry.agenda_id))
    today = almanac.today(sent.now)
    said = checked(form_named(wanted.form), data, today) if wanted.form else {}
    source = entry.state
    if target != source:
        _move(kind, entry, target, almanac, today)
    entry.edition += 1
    session.flush()
    _step(session, entry, name, source, said, sent)
    if target != source:
        _tell(session, kind, entry, sent, today)
    return entry, True


def checked(
    form: Form, data: Mapping[str, Any], today: date, errors: tuple[FieldError, ...] = ()
) -> dict[str, Any]:
    """The answers, cleaned; EvidenceRefused with everything that is wrong."""
    found = form.check(data, context={"today": today})
    wrong = (*errors, *found.errors)
    if wrong:
        raise EvidenceRefused(wrong)
    return dict(found.data)


def report_due(almanac: Almanac, period: date) -> date:
    """The last day for the report of the month that begins on `period`."""
    return month_after(period) - timedelta(days=1) + timedelta(days=almanac.settings.periods.report)


def month_after(period: date) -> date:
    """The first day of the next month."""
    return (period.replace(day=1) + timedelta(days=32)).replace(day=1)


def month_before(day: date) -> date:
    """The first day of the month before the one this day lies in."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def keep_file(session: Session, *, sha256: str, name: str, type: str, size: int, sent: Sent) -> None:
    """The file, stored already, is this account's to name in an entry. Once is enough."""
    _KEEP.write_all(session, [{
        "sha256": sha256, "name": name[:255], "type": type, "size": size,
        "added_by": rights.number_of(sent.actor), "added_at": sent.now,
    }])


def files(session: Session, actor: Actor) -> dict[str, dict[str, Any]]:
    """The files this account sent: {sha256: {"name", "size", "type"}}."""
    rows = session.execute(
        select(RegisterFile.sha256, RegisterFile.name, RegisterFile.size, RegisterFile.type)
        .where(RegisterFile.added_by == rights.number_of(actor))
    )
    return {row.sha256: {"name": row.name, "size": row.size, "type": row.type} for row in rows}


def own_file(session: Session, sha256: str, actor: Actor) -> RegisterFile | None:
    """The file with these bytes that this account sent itself."""
    return session.scalar(select(RegisterFile).where(
        RegisterFile.sha256 == sha256, RegisterFile.added_by == rights.number_of(actor)
    ))


def _wrong_month(kind: Kind, target: Target, period: date | None, today: date) -> tuple[FieldError, ...]:
    if not kind.monthly:
        return ()
    if period is None or period > today:
        return (FieldError(("period",), "period", Phrase("Pilih bulan yang dilaporkan, paling akhir bulan ini.")),)
    if target.oath_on is None or period < target.oath_on.replace(day=1):
        return (FieldError(("period",), "period", Phrase("Pilih bulan sejak badan ini dilantik.")),)
    return ()


def _due(kind: Kind, state: str, almanac: Almanac, today: date) -> date | None:
    days = kind.states[state].days
    if not days:
        return None
    return due(today, int(getattr(almanac.settings.periods, days)), almanac.day_type, almanac.holidays)


def _move(kind: Kind, entry: RegisterEntry, target: str, almanac: Almanac, today: date) -> None:
    """What is owed follows the state; a due day that was met or missed stays, with the day of the answer."""
    entry.state = target
    if not kind.states[target].answered:
        entry.due_on, entry.answered_on = _due(kind, target, almanac, today), None
    elif entry.answered_on is None:
        entry.answered_on = today


def _written_before(session: Session, kind: Kind, target: Target, sent: Sent) -> int:
    """The entry that this key wrote before. AlreadyDone where it is another one, or the month's report stands."""
    found = session.execute(
        select(RegisterEntry.id, RegisterEntry.kind, RegisterEntry.body_id)
        .where(RegisterEntry.written_by == rights.number_of(sent.actor), RegisterEntry.key == sent.key)
    ).one_or_none()
    if found is None:
        raise ReportStands
    if (found.kind, found.body_id) != (kind.code, target.body_id):
        raise AlreadyDone
    return int(found.id)


def _step(
    session: Session, entry: RegisterEntry, action: str, source: str, said: Mapping[str, Any], sent: Sent
) -> None:
    session.execute(insert(RegisterStep).values(
        entry_id=entry.id, seq=entry.edition + 1, at=sent.now, account_id=rights.number_of(sent.actor), action=action,
        source=source, target=entry.state, data=dict(said), due_on=entry.due_on, key=sent.key,
    ))


def _tell(session: Session, kind: Kind, entry: RegisterEntry, sent: Sent, today: date) -> None:
    """Who owes the next step is told, and when nobody does any more, who wrote it. Of the content nothing is said."""
    owed = kind.states[entry.state].owed_by
    told = set(notices.holders(session, [owed], entry.scope, today) if owed else [])
    if entry.edition and not owed:
        told.add(entry.written_by)
    notices.tell(
        session, sorted(told - {rights.number_of(sent.actor)}), topic="register.moved",
        dedupe=f"register:{entry.id}:{entry.edition}", instance_id=None,
        params={"kind": kind.code, "state": entry.state, "entry": entry.id}, now=sent.now,
    )

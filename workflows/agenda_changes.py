"""Changing an agenda as an office does: settings, the way days are counted, and its own days off, all or nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from engine.errors import EvidenceRefused, FieldError, NotFound, Stale
from engine.host import Actor, lies_within
from engine.models import Instance, Task
from workflows import agendas, escalation, settings
from workflows.blocked import within
from workflows.models import Agenda, AgendaDay

DAY_TYPES = ("calendar", "working")
LONGEST_NAME = 200


@dataclass(frozen=True)
class Wish:
    """What an agenda shall be: JSON values as in `settings.write`, and rows of {"on", "name"} as they were typed."""

    settings: Mapping[str, Any]
    day_type: str
    days: Sequence[Mapping[str, str]]


def visible(session: Session, actor: Actor) -> list[Agenda]:
    """The agendas whose office lies in the actor's scopes or around them, by name."""
    scopes = {grant.scope for grant in actor.grants}
    return [
        agenda for agenda in session.scalars(select(Agenda).order_by(Agenda.name, Agenda.id))
        if any(lies_within(agenda.scope, scope) or lies_within(scope, agenda.scope) for scope in scopes)
    ]


def get(session: Session, actor: Actor, agenda_id: int, *, lock: bool = False) -> Agenda:
    """This agenda, if the actor may see it; NotFound otherwise."""
    query = select(Agenda).where(Agenda.id == agenda_id)
    agenda = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if agenda is None or not any(
        lies_within(agenda.scope, grant.scope) or lies_within(grant.scope, agenda.scope) for grant in actor.grants
    ):
        raise NotFound("Agenda ini tidak ditemukan.")
    return agenda


def days_off(session: Session, agenda: Agenda) -> list[AgendaDay]:
    """The office's own days off, in order."""
    return list(session.scalars(
        select(AgendaDay).where(AgendaDay.agenda_id == agenda.id).order_by(AgendaDay.on)
    ))


def standing(session: Session, agenda: Agenda) -> Wish:
    """The agenda as it is."""
    days = [{"on": day.on.isoformat(), "name": day.name} for day in days_off(session, agenda)]
    return Wish(settings.write(settings.read(agenda.settings or {})), agenda.day_type, days)


def fingerprint(wish: Wish) -> str:
    """Names this very content: what a page that changes it has seen."""
    content = json.dumps([wish.settings, wish.day_type, list(wish.days)], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def open_tasks(session: Session, agenda: Agenda) -> int:
    """How many open tasks keep the due day they have, whatever is changed."""
    return session.scalar(
        select(func.count()).select_from(Task).join(Instance, Instance.id == Task.instance_id)
        .where(Task.closed_at.is_(None), Task.due_at.is_not(None), within(Instance.scope, [agenda.scope]))
    ) or 0


def change(session: Session, agenda: Agenda, wish: Wish, *, seen: str, now: datetime) -> None:
    """The agenda is as wished; tasks opened from now on follow it, open ones keep their due day but climb anew.

    Refused, and nothing is changed: it was changed since `seen` (Stale); anything cannot be read, by field
    (EvidenceRefused; days by ("days", row, "on" or "name"), the way of counting by ("day_type",)).
    """
    if fingerprint(standing(session, agenda)) != seen:
        raise Stale("Pengaturan ini sudah diubah orang lain sejak halaman dibuka. Muat ulang, lalu ubah sekali lagi.")
    days, errors = _days(wish.days)
    if wish.day_type not in DAY_TYPES:
        errors.append(FieldError(("day_type",), "day_type", "Pilih hari kalender atau hari kerja."))
    try:
        settings.read(wish.settings)
    except EvidenceRefused as refusal:
        errors.extend(refusal.errors)
    if errors:
        raise EvidenceRefused(errors, "Pengaturan belum disimpan. Perbaiki bagian yang ditandai.")
    agendas.save_settings(agenda, wish.settings)
    agenda.day_type = wish.day_type
    session.execute(delete(AgendaDay).where(AgendaDay.agenda_id == agenda.id))
    if days:
        session.execute(insert(AgendaDay), [
            {"agenda_id": agenda.id, "on": day, "name": name} for day, name in sorted(days.items())
        ])
    session.flush()
    escalation.replan(session, agenda, now)


def _days(rows: Sequence[Mapping[str, str]]) -> tuple[dict[date, str], list[FieldError]]:
    found: dict[date, str] = {}
    errors: list[FieldError] = []
    for place, row in enumerate(rows):
        name = row.get("name", "").strip()
        try:
            day = date.fromisoformat(row.get("on", ""))
        except ValueError:
            errors.append(FieldError(("days", place, "on"), "date", "Isi tanggal hari libur ini."))
            continue
        if day in found:
            errors.append(FieldError(("days", place, "on"), "twice", "Tanggal ini sudah ada. Hapus salah satu."))
        if not 0 < len(name) <= LONGEST_NAME:
            words = "Isi nama hari libur, paling banyak 200 huruf."
            errors.append(FieldError(("days", place, "name"), "required", words))
        found[day] = name
    return found, errors

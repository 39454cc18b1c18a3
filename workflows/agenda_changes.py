"""Changing an agenda as an office does: settings, the way days are counted, and its own days off, all or nothing.

Who changed what and when stands in a register. A change that moves a deadline is proposed by one person and comes into
force when a second one consents; until then nothing else can be changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from engine.errors import EvidenceRefused, FieldError, Forbidden, FourEyes, NotFound, Refused, Stale
from engine.host import Actor, lies_within
from engine.models import Instance, Task
from workflows import agendas, escalation, notices, settings
from workflows.agenda_differences import Wish, differences
from workflows.blocked import within
from workflows.calendar import local_date
from workflows.models import Agenda, AgendaChange, AgendaDay

DAY_TYPES = ("calendar", "working")
LONGEST_NAME = 200
DEADLINES = frozenset({"inauguration_on", "term_ends", "periods", "day_type", "days"})
"""What moves a deadline: these parts of an agenda need a second person."""
DECIDERS = ("operator", "commissioner")
"""The roles that may be that second person."""


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


def change(
    session: Session, agenda: Agenda, wish: Wish, *, seen: str, actor: Actor, now: datetime
) -> AgendaChange | None:
    """The agenda is as wished, or, where a deadline would change (`DEADLINES`), the wish waits for a second person.

    The answer is the entry in the register, None when nothing differs. Once in force, tasks opened from then on follow
    it; open ones keep their due day but climb anew.

    Refused, and nothing is changed: another wish is still waiting (Refused); the agenda was changed since `seen`
    (Stale); anything cannot be read, by field (EvidenceRefused; days by ("days", row, "on" or "name"), the way of
    counting by ("day_type",)).
    """
    if waiting(session, agenda) is not None:
        raise Refused("Masih ada usulan perubahan yang menunggu orang kedua. Putuskan atau tarik usulan itu dahulu.")
    before = standing(session, agenda)
    if fingerprint(before) != seen:
        raise Stale("Pengaturan ini sudah diubah orang lain sejak halaman dibuka. Muat ulang, lalu ubah sekali lagi.")
    clean = _clean(agenda, wish)
    differing = differences(before, clean)
    if not differing:
        return None
    needs_consent = any(one["path"][0] in DEADLINES for one in differing)
    entry = AgendaChange(
        agenda_id=agenda.id, status="proposed" if needs_consent else "made", base=seen, wish=asdict(clean),
        differences=differing, actor=actor.id, actor_name=actor.name, person=actor.who, at=now,
    )
    session.add(entry)
    session.flush()
    if needs_consent:
        _tell_deciders(session, agenda, entry, now)
    else:
        _apply(session, agenda, clean, now)
    return entry


def waiting(session: Session, agenda: Agenda) -> AgendaChange | None:
    """The wish that waits for a second person; at most one does."""
    return session.scalars(
        select(AgendaChange).where(AgendaChange.agenda_id == agenda.id, AgendaChange.status == "proposed")
    ).one_or_none()


def register(session: Session, agenda: Agenda, most: int = 20) -> Sequence[AgendaChange]:
    """What was changed, declined or withdrawn, the newest first."""
    return session.scalars(
        select(AgendaChange).where(AgendaChange.agenda_id == agenda.id, AgendaChange.status != "proposed")
        .order_by(AgendaChange.id.desc()).limit(most)
    ).all()


def may_decide(actor: Actor, agenda: Agenda) -> bool:
    """Whether the actor may be the second person here, if the wish is not their own."""
    return any(actor.holds(role, agenda.scope) for role in DECIDERS)


def consent(session: Session, agenda: Agenda, entry_id: int, *, actor: Actor, now: datetime) -> None:
    """The agenda is as was wished, and the register says who consented.

    Refused: without the right (Forbidden); one's own wish (FourEyes); it is settled already, or the agenda is another
    than the one it was wished upon (Stale).
    """
    entry = _to_decide(session, agenda, entry_id, actor)
    if entry.base != fingerprint(standing(session, agenda)):
        raise Stale("Pengaturan sudah berubah sejak usulan ini dibuat. Tolak usulan ini, lalu minta diusulkan lagi.")
    _apply(session, agenda, _clean(agenda, Wish(**entry.wish)), now)
    _settle(session, entry, "consented", actor, now)


def decline(session: Session, agenda: Agenda, entry_id: int, *, actor: Actor, now: datetime) -> None:
    """The wish is over, the agenda as it was. Refused as for consenting; who wished it withdraws it instead."""
    _settle(session, _to_decide(session, agenda, entry_id, actor), "declined", actor, now)


def withdraw(session: Session, agenda: Agenda, entry_id: int, *, actor: Actor, now: datetime) -> None:
    """The wish is over, the agenda as it was. Refused: somebody else's wish (Forbidden); it is settled (Stale)."""
    entry = _proposed(session, agenda, entry_id)
    if actor.who != entry.person:
        raise Forbidden("Hanya yang mengusulkan dapat menarik usulannya. Orang lain menyetujui atau menolaknya.")
    _settle(session, entry, "withdrawn", actor, now)


def _to_decide(session: Session, agenda: Agenda, entry_id: int, actor: Actor) -> AgendaChange:
    if not may_decide(actor, agenda):
        raise Forbidden
    entry = _proposed(session, agenda, entry_id)
    if actor.who == entry.person:
        raise FourEyes("Anda sendiri yang mengusulkan perubahan ini. Orang lain yang menyetujui atau menolaknya.")
    return entry


def _proposed(session: Session, agenda: Agenda, entry_id: int) -> AgendaChange:
    entry = session.scalars(
        select(AgendaChange).where(AgendaChange.id == entry_id, AgendaChange.agenda_id == agenda.id).with_for_update()
    ).one_or_none()
    if entry is None:
        raise NotFound("Usulan perubahan ini tidak ditemukan.")
    if entry.status != "proposed":
        raise Stale("Usulan ini sudah diputuskan oleh %(who)s. Muat ulang halaman.", who=entry.decided_name or "")
    return entry


def _settle(session: Session, entry: AgendaChange, status: str, actor: Actor, now: datetime) -> None:
    entry.status, entry.decided_by, entry.decided_name, entry.decided_at = status, actor.id, actor.name, now
    session.flush()
    if actor.id != entry.actor:
        notices.tell(
            session, [int(entry.actor)], topic="agenda.decided", dedupe=f"agenda:{entry.id}:{status}",
            instance_id=None, params={"agenda": entry.agenda_id, "status": status}, now=now,
        )


def _tell_deciders(session: Session, agenda: Agenda, entry: AgendaChange, now: datetime) -> None:
    today = local_date(now, ZoneInfo(agenda.timezone))
    deciders = [one for one in notices.holders(session, DECIDERS, agenda.scope, today) if str(one) != entry.actor]
    notices.tell(
        session, deciders, topic="agenda.proposed", dedupe=f"agenda:{entry.id}", instance_id=None,
        params={"agenda": agenda.id}, now=now,
    )


def _apply(session: Session, agenda: Agenda, wish: Wish, now: datetime) -> None:
    agendas.save_settings(agenda, wish.settings)
    agenda.day_type = wish.day_type
    session.execute(delete(AgendaDay).where(AgendaDay.agenda_id == agenda.id))
    if wish.days:
        session.execute(insert(AgendaDay), [
            {"agenda_id": agenda.id, "on": date.fromisoformat(day["on"]), "name": day["name"]} for day in wish.days
        ])
    session.flush()
    escalation.replan(session, agenda, now)


def _clean(agenda: Agenda, wish: Wish) -> Wish:
    """The wish as `standing` would say it; EvidenceRefused with each field that cannot be read."""
    days, errors = _days(wish.days)
    if wish.day_type not in DAY_TYPES:
        errors.append(FieldError(("day_type",), "day_type", "Pilih hari kalender atau hari kerja."))
    try:
        read = settings.read(wish.settings)
    except EvidenceRefused as refusal:
        errors.extend(refusal.errors)
    if errors:
        raise EvidenceRefused(errors, "Pengaturan belum disimpan. Perbaiki bagian yang ditandai.")
    agendas.read_for(agenda, wish.settings)
    named = [{"on": day.isoformat(), "name": name} for day, name in sorted(days.items())]
    return Wish(settings.write(read), wish.day_type, named)


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
            errors.append(FieldError(
                ("days", place, "name"), "required", "Isi nama hari libur, paling banyak 200 huruf."
            ))
        found[day] = name
    return found, errors

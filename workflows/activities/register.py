"""The register of activities: begun, filled in by several people, listed, followed up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.errors import EvidenceRefused, FieldError, Forbidden, NotFound, Refused, Stale
from engine.host import Actor
from engine.phrases import Phrase
from workflows.activities import rights, sheets
from workflows.models import (
    Activity,
    ActivityAttendance,
    ActivityBody,
    ActivityFile,
    ActivityFollowUp,
    Agenda,
    Body,
    Membership,
)
from workflows.notices import scopes_around
from workflows.register import in_scopes

PAGE = 30


def begin(
    session: Session, *, kind: str, title: str, held_on: date, key: str, actor: Actor, now: datetime,
    makes_up_for: Activity | None = None, data: Mapping[str, Any] | None = None,
) -> Activity:
    """The activity stands, without bodies yet; asked again with the same key, the one that was begun is answered.

    Refused: Forbidden for a kind this actor may not hold; a region without an agenda.
    """
    begun = session.scalar(select(Activity).where(Activity.created_by == actor.id, Activity.begun == key))
    if begun is not None:
        return begun
    scope = makes_up_for.scope if makes_up_for else rights.kinds_for(actor).get(kind)
    if scope is None:
        raise Forbidden("Jenis kegiatan ini bukan wewenang Anda. Pilih jenis lain, atau minta operator membuatnya.")
    agenda = session.scalars(
        select(Agenda.id).where(Agenda.scope.in_(scopes_around(scope))).order_by(Agenda.voting_day.desc()).limit(1)
    ).first()
    if agenda is None:
        raise Refused("Wilayah Anda belum mempunyai agenda. Minta operator menyiapkan agendanya dahulu.")
    filled = {**sheets.form_of(kind).blank(), **(data or {}), "title": title, "held_on": held_on.isoformat()}
    activity = Activity(
        agenda_id=agenda, kind=kind, scope=scope, title=title, held_on=held_on, data=filled, edition=1, begun=key,
        makes_up_for=makes_up_for.id if makes_up_for else None, created_by=actor.id, created_at=now,
        changed_by=actor.id, changed_at=now,
    )
    session.add(activity)
    session.flush()
    return activity


def save(
    session: Session, activity: Activity, data: Mapping[str, Any], *, edition: int | None, actor: Actor, now: datetime,
    today: date,
) -> None:
    """The answers stand as they were typed, complete or not.

    Refused: Forbidden; Stale when somebody saved another edition meanwhile; EvidenceRefused without a name or a day,
    or with what its fields cannot hold.
    """
    rights.require_edit(actor, activity)
    if edition != activity.edition:
        raise Stale("Kegiatan ini sudah diubah orang lain. Isian Anda masih di layar; bandingkan, lalu simpan lagi.")
    checked = sheets.form_of(activity.kind).check(data, context={"today": today}, complete=False)
    errors: list[FieldError] = list(checked.errors)
    title, held_on = str(checked.data.get("title") or ""), str(checked.data.get("held_on") or "")
    if not title:
        errors.append(FieldError(("title",), "required", "Beri nama kegiatan ini."))
    if not held_on:
        errors.append(FieldError(("held_on",), "required", "Isi tanggal kegiatan."))
    if errors:
        raise EvidenceRefused(errors)
    activity.data, activity.title, activity.held_on = dict(checked.data), title, date.fromisoformat(held_on)
    activity.edition += 1
    activity.changed_by, activity.changed_at = actor.id, now
    session.flush()


def keep_file(
    session: Session, activity: Activity, *, sha256: str, name: str, type: str, size: int, actor: Actor, now: datetime
) -> dict[str, Any]:
    """The file, stored already, belongs to this activity; the answer is how its answers name it. Once is enough."""
    rights.require_edit(actor, activity)
    known = session.scalar(
        select(ActivityFile.id).where(ActivityFile.activity_id == activity.id, ActivityFile.sha256 == sha256)
    )
    if known is None:
        session.execute(insert(ActivityFile).values(
            activity_id=activity.id, sha256=sha256, name=name[:255], type=type, size=size, added_by=actor.id,
            added_at=now,
        ))
    return {"sha256": sha256, "name": name[:255], "size": size, "type": type}


def files(session: Session, activity_id: int) -> dict[str, dict[str, Any]]:
    """The files of this activity: {sha256: {"name", "size", "type"}}."""
    found = session.execute(
        select(ActivityFile.sha256, ActivityFile.name, ActivityFile.size, ActivityFile.type)
        .where(ActivityFile.activity_id == activity_id)
    )
    return {row.sha256: {"name": row.name, "size": row.size, "type": row.type} for row in found}


def file_of(session: Session, activity_id: int, sha256: str) -> Row[Any]:
    """This file of this activity. Refused with NotFound."""
    found = session.execute(
        select(table_of(ActivityFile)).where(
            ActivityFile.activity_id == activity_id, ActivityFile.sha256 == sha256
        )
    ).one_or_none()
    if found is None:
        raise NotFound("Berkas ini tidak ada pada kegiatan ini.")
    return found


def shown_file(session: Session, sha256: str, actor: Actor) -> ActivityFile | None:
    """The file with these bytes in an activity that this actor may see; of one who only looks on, its photos alone."""
    full = rights.is_full(actor)
    rows = session.execute(
        select(ActivityFile, Activity.data).join(Activity, Activity.id == ActivityFile.activity_id)
        .where(ActivityFile.sha256 == sha256, rights.seen_by(actor))
    )
    found: list[ActivityFile] = [
        file for file, data in rows
        if full or any(one.get("sha256") == sha256 for one in data.get("photos") or ())
    ]
    return found[0] if found else None


@dataclass(frozen=True)
class Listed:
    """An activity as a row: how many bodies take part, how many members wait for a make-up day."""

    id: int
    kind: str
    title: str
    held_on: date
    place: str
    makes_up_for: int | None
    bodies: int
    waiting: int


def listed(
    session: Session, actor: Actor, *, kind: str = "", search: str = "", page: int = 0, size: int = PAGE
) -> tuple[list[Listed], bool]:
    """The activities this actor may see, the newest first; and whether there are more. One statement."""
    return _listed(session, [rights.seen_by(actor), *([Activity.kind == kind] if kind else []), *(
        [Activity.title.icontains(search, autoescape=True)] if search else [])], page, size)


def of_body(session: Session, body_id: int, size: int = 20) -> list[Listed]:
    """The activities in which this body took part, the newest first. One statement."""
    mine = select(ActivityBody.activity_id).where(ActivityBody.body_id == body_id)
    return _listed(session, [Activity.id.in_(mine)], 0, size)[0]


def _listed(session: Session, conditions: Sequence[Any], page: int, size: int) -> tuple[list[Listed], bool]:
    bodies = select(func.count()).where(ActivityBody.activity_id == Activity.id).scalar_subquery()
    waiting = (
        select(func.count()).select_from(ActivityAttendance)
        .join(Membership, Membership.id == ActivityAttendance.membership_id)
        .where(ActivityAttendance.activity_id == Activity.id, *pending()).scalar_subquery()
    )
    rows = session.execute(
        select(Activity.id, Activity.kind, Activity.title, Activity.held_on, Activity.data, Activity.makes_up_for,
               bodies.label("bodies"), waiting.label("waiting"))
        .where(*conditions).order_by(Activity.held_on.desc(), Activity.id.desc()).limit(size + 1).offset(page * size)
    ).all()
    found = [
        Listed(row.id, row.kind, row.title, row.held_on, str(row.data.get("place") or ""), row.makes_up_for,
               row.bodies, row.waiting if row.kind in sheets.NODES else 0)
        for row in rows
    ]
    return found[:size], len(found) > size


def pending() -> tuple[Any, ...]:
    """The member missed it, still serves, and has not made it up."""
    return (
        ActivityAttendance.status.in_(("late", "absent")), ActivityAttendance.made_up_on.is_(None),
        Membership.until_on.is_(None),
    )


def counts(session: Session, activity_id: int, scopes: Sequence[str]) -> tuple[int, int]:
    """(bodies that take part, members they have) within these scopes."""
    row = session.execute(
        select(func.count(func.distinct(Body.id)), func.count(Membership.id))
        .select_from(ActivityBody).join(Body, Body.id == ActivityBody.body_id)
        .outerjoin(Membership, (Membership.body_id == Body.id) & Membership.until_on.is_(None)
                   & Membership.post.in_(("ketua", "anggota")))
        .where(ActivityBody.activity_id == activity_id, in_scopes(scopes))
    ).one()
    return row[0], row[1]


def add_follow_up(
    session: Session, activity: Activity, *, what: str, owner: str, due_on: date | None, actor: Actor, now: datetime
) -> None:
    """What is to be done is written down, with who does it. Refused: Forbidden, EvidenceRefused for an empty field."""
    rights.require_edit(actor, activity)
    errors = [
        FieldError((name,), "required", message)
        for name, value, message in (("what", what, Phrase("Tulis apa yang harus dikerjakan.")),
                                     ("owner", owner, Phrase("Tulis siapa yang mengerjakannya.")))
        if not value.strip()
    ]
    if errors:
        raise EvidenceRefused(errors)
    session.execute(insert(ActivityFollowUp).values(
        activity_id=activity.id, what=what.strip()[:500], owner=owner.strip()[:200], due_on=due_on, added_by=actor.id,
        added_at=now,
    ))


def settle_follow_up(
    session: Session, activity: Activity, number: int, *, done: bool, actor: Actor, now: datetime
) -> None:
    """The follow-up is done, or open again. Refused: Forbidden, NotFound."""
    rights.require_edit(actor, activity)
    touched = session.execute(
        update(ActivityFollowUp)
        .where(ActivityFollowUp.id == number, ActivityFollowUp.activity_id == activity.id)
        .values(done_at=now if done else None, done_by=actor.id if done else None).returning(ActivityFollowUp.id)
    ).first()
    if touched is None:
        raise NotFound("Tindak lanjut ini tidak ditemukan. Muat ulang halaman.")


def follow_ups(session: Session, activity_id: int) -> list[Row[Any]]:
    """What is to be done after the activity: open items first, by day."""
    table = table_of(ActivityFollowUp)
    return list(session.execute(
        select(table).where(table.c.activity_id == activity_id)
        .order_by(table.c.done_at.is_not(None), table.c.due_on, table.c.id)
    ).all())

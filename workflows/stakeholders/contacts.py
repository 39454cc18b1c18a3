"""Contacts of the bodies with the offices, and what became of what was promised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from engine.errors import EvidenceRefused, FieldError, Forbidden, NotFound, Stale
from engine.forms.cleaning import clean
from engine.host import Actor
from engine.models import Instance
from workflows import regions
from workflows.models import Body, Contact, Stakeholder, StakeholderMerge
from workflows.models.stakeholder import OPEN, STATES
from workflows.notices import scopes_around
from workflows.register import in_scopes
from workflows.stakeholders import lapses, rights
from workflows.stakeholders.kinds import MANNERS
from workflows.stakeholders.standing import IS_OPEN, MERGED, STANDING

PAGE = 25
MOST_DAYS = 730
"""A contact or a due day lies at most so far away."""


@dataclass(frozen=True)
class Said:
    """What was typed about one contact."""

    met_on: date | None = None
    received_by: str = ""
    manner: str = ""
    outcome: str = ""
    promise: str = ""
    quantity: str = ""
    due: date | None = None
    state: str = "promised"

    def cleaned(self) -> Said:
        return replace(
            self, received_by=clean(self.received_by)[:200], outcome=clean(self.outcome, lines=True)[:2000],
            promise=clean(self.promise, lines=True)[:1000], quantity=clean(self.quantity)[:60],
        )


@dataclass(frozen=True)
class Told:
    """One contact as a page shows it. `open` and `overdue` speak of its promise; `may_settle`, `may_correct`: by this
    reader; `lapsed`: since this last contact nobody met for too long."""

    id: int
    stakeholder_id: int
    office: str
    kind: str
    body_id: int
    body: str
    met_on: date
    received_by: str
    manner: str
    outcome: str
    promise: str
    quantity: str
    due: date | None
    state: str
    settled_on: date | None
    note: str
    recorded_by: str
    edition: int
    open: bool
    overdue: bool
    may_settle: bool
    may_correct: bool
    lapsed: bool = False


def record(
    session: Session, *, office: Stakeholder, body: Body, said: Said, key: str, actor: Actor, today: date
) -> Contact:
    """The contact stands; asked again with the same key, the one that was recorded is answered.

    Refused: Forbidden for a body that is not one's own; EvidenceRefused, for a second contact on one day too.
    """
    said, key = said.cleaned(), f"{actor.id}:{key}"
    if (recorded := session.scalar(select(Contact).where(Contact.key == key))) is not None:
        return recorded
    if not rights.records_of(actor, body) or not rights.may_see(office.region_code, [body.scope]):
        raise _foreign()
    if wrong := _wrong(said, today):
        raise EvidenceRefused(wrong)
    made = Contact(stakeholder_id=office.id, body_id=body.id, recorded_by=actor.name, key=key, edition=0)
    _say(made, said)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        again = session.scalar(select(Contact).where(Contact.key == key))
        if again is None:
            raise EvidenceRefused([_TAKEN]) from None
        return again
    return made


_TAKEN = FieldError(("met_on",), "taken", "Kontak dengan jabatan ini pada hari itu sudah dicatat. Ubah catatan itu.")


def correct(
    session: Session, contact: Contact, said: Said, *, edition: int, actor: Actor, today: date
) -> None:
    """The contact says what was typed. Refused: Forbidden, for what approved evidence says too; Stale; EvidenceRefused.
    """
    said = said.cleaned()
    require_recording(session, actor, contact)
    if contact.recorded_by is None:
        raise Forbidden("Kontak ini berasal dari bukti sowan yang disetujui dan tidak diubah di sini.")
    if edition != contact.edition:
        raise _stale()
    if wrong := _wrong(said, today):
        raise EvidenceRefused(wrong)
    try:
        with session.begin_nested():
            _say(contact, said)
            contact.edition += 1
    except IntegrityError:
        raise EvidenceRefused([_TAKEN]) from None


def settle(
    session: Session, contact: Contact, *, state: str, note: str, edition: int, actor: Actor, today: date
) -> None:
    """What became of the promise is this; said again just so: nothing. A settled one can be opened again.

    Refused: Forbidden; Stale; a contact without a promise and an unknown state with EvidenceRefused.
    """
    note = clean(note)[:500]
    require_recording(session, actor, contact)
    if contact.promise_state == state and (contact.settled_note or "") == note:
        return
    if edition != contact.edition:
        raise _stale()
    if not contact.promise or state not in STATES:
        raise EvidenceRefused([FieldError(("state",), "state", "Pilih apa yang terjadi dengan janji ini.")])
    contact.promise_state, contact.settled_note = state, note or None
    contact.settled_on = None if state in OPEN else today
    contact.edition += 1
    session.flush()


def _stale() -> Stale:
    return Stale("Catatan kontak ini sudah diubah orang lain. Isian Anda masih di layar; bandingkan, lalu simpan lagi.")


def _foreign() -> Forbidden:
    return Forbidden("Kontak badan ini hanya dicatat oleh anggotanya sendiri dan operator KPU.")


def _say(contact: Contact, said: Said) -> None:
    contact.met_on, contact.received_by, contact.manner = said.met_on or date.min, said.received_by, said.manner
    contact.outcome, contact.promise, contact.quantity = said.outcome, said.promise or None, said.quantity or None
    contact.promise_due, contact.promise_state = said.due, said.state
    contact.settled_on = None if said.state in OPEN else said.met_on


def _wrong(said: Said, today: date) -> list[FieldError]:
    far, wrong = timedelta(days=MOST_DAYS), []
    if said.met_on is None or not today - far <= said.met_on <= today:
        wrong.append(FieldError(("met_on",), "met_on", "Isi tanggal kontak; tidak boleh sesudah hari ini."))
    if len(said.received_by) < 2:
        wrong.append(FieldError(("received_by",), "received_by", "Tulis siapa yang menerima."))
    if said.manner not in MANNERS:
        wrong.append(FieldError(("manner",), "manner", "Pilih cara bertemu."))
    if len(said.outcome) < 5:
        wrong.append(FieldError(("outcome",), "outcome", "Ceritakan hasilnya dalam satu kalimat."))
    if not said.promise and (said.quantity or said.due):
        wrong.append(FieldError(("promise",), "promise", "Tulis apa yang diminta atau dijanjikan."))
    if said.due is not None and said.met_on is not None and not said.met_on <= said.due <= today + far:
        wrong.append(FieldError(("due",), "due", "Tanggal janji tidak boleh sebelum hari kontak."))
    if said.state not in STATES:
        wrong.append(FieldError(("state",), "state", "Pilih apa yang terjadi dengan janji ini."))
    return wrong


def get(session: Session, contact_id: int, scopes: tuple[str, ...], *, lock: bool = False) -> Contact:
    """The contact of a body within these scopes. Refused with NotFound."""
    query = select(Contact).join(Body, Body.id == Contact.body_id).where(Contact.id == contact_id, in_scopes(scopes))
    found = session.scalars(query.with_for_update(of=Contact) if lock else query).one_or_none()
    if found is None:
        raise NotFound("Catatan kontak ini tidak ditemukan di wilayah Anda.")
    return found


def require_recording(session: Session, actor: Actor, contact: Contact) -> None:
    if not rights.records_of(actor, session.get_one(Body, contact.body_id)):
        raise _foreign()


def bodies_for(session: Session, office: Stakeholder, actor: Actor) -> list[tuple[int, str]]:
    """The bodies whose contacts with this office the actor may record: (id, name), by region."""
    scopes = tuple(grant.scope for grant in actor.grants if grant.role in rights.KEEPERS)
    rows = session.execute(
        select(Body.id, Body.name, Body.kind, Body.region_code)
        .where(in_scopes(scopes), Body.kind.in_(("ppk", "pps")), or_(
            regions.within(Body.region_code, office.region_code),
            Body.region_code.in_(scopes_around(office.region_code)),
        )).order_by(Body.region_code, Body.id)
    ).all()
    return [(row.id, row.name) for row in rows if rights.records(actor, row.kind, row.region_code)]


def of_office(
    session: Session, stakeholder_id: int, scopes: tuple[str, ...], actor: Actor, now: datetime, page: int = 1
) -> tuple[list[Told], bool]:
    """One page of the contacts of bodies in these scopes with this office, the latest first; whether there are more."""
    rows = _rows(session, scopes, now, stakeholder_id == STANDING, (page - 1) * PAGE, PAGE + 1)
    return [_told(row, actor) for row in rows[:PAGE]], len(rows) > PAGE


def of_body(session: Session, body: Body, actor: Actor, now: datetime) -> list[Told]:
    """The latest contact of this body with each office, and every one whose promise is open; the latest first."""
    rows = _rows(session, (body.scope,), now, Contact.body_id == body.id, 0, 200)
    met: set[int] = set()
    shown = []
    for row in rows:
        if row.standing_id not in met or row.open:
            shown.append(_told(row, actor))
        met.add(row.standing_id)
    return shown


def _rows(
    session: Session, scopes: Sequence[str], now: datetime, where: Any, first: int, most: int
) -> Sequence[Row[Any]]:
    found, own, pair = lapses.terms(session, now, scopes), aliased(Stakeholder), lapses.pairs(scopes)
    query: Select[Any] = (
        select(
            *Contact.__table__.columns, own.id.label("standing_id"), own.office, own.kind,
            Body.name.label("body"), Body.kind.label("body_kind"), Body.region_code,
            IS_OPEN.label("open"), func.coalesce(lapses.is_overdue(found), False).label("overdue"),
            and_(pair.c.last_on == Contact.met_on, lapses.has_lapsed(found, pair.c.last_on, own.kind)).label("lapsed"),
        )
        .join(Body, Body.id == Contact.body_id).outerjoin(Instance, Instance.id == Body.instance_id)
        .outerjoin(StakeholderMerge, MERGED).join(own, own.id == STANDING)
        .outerjoin(pair, and_(pair.c.stakeholder_id == STANDING, pair.c.body_id == Contact.body_id))
        .where(where, in_scopes(scopes)).order_by(Contact.met_on.desc(), Contact.id.desc()).offset(first).limit(most)
    )
    return session.execute(query).all()


def _told(row: Row[Any], actor: Actor) -> Told:
    may = rights.records(actor, row.body_kind, row.region_code)
    return Told(
        row.id, row.standing_id, row.office, row.kind, row.body_id, row.body, row.met_on, row.received_by or "",
        row.manner or "", row.outcome or "", row.promise or "", row.quantity or "", row.promise_due, row.promise_state,
        row.settled_on, row.settled_note or "", row.recorded_by or "", row.edition, bool(row.open), bool(row.overdue),
        may and bool(row.promise), may and row.recorded_by is not None, bool(row.lapsed),
    )


def open_ones(told: Iterable[Told]) -> list[Told]:
    """Those whose promise is open, the earliest due first."""
    return sorted((one for one in told if one.open), key=lambda one: (one.due or date.max, one.id))

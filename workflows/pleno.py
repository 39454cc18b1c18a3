"""Plenary meetings: who came, how they voted, the minutes with their number; and which decisions were taken there.

A meeting counts when enough members came: of five four, otherwise all but a minority of one third rounded down (an
office's own practice; UU 7/2017 leaves three of three, and four of five, to regencies).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.errors import EvidenceRefused, FieldError, Forbidden, NotFound
from engine.host import Actor, lies_within
from engine.phrases import Phrase
from engine.statements import insert_of
from workflows import letters, regions
from workflows.models import Agenda, Letter, Pleno, PlenoDecision
from workflows.models.accounts import Account, Assignment

NEEDED = {3: 3, 5: 4, 7: 5}
"""How many members must come, by how many there are."""
_RECORD = insert_of(table_of(PlenoDecision), "instance_id", "seq", "pleno_id", new=True)


@dataclass(frozen=True)
class Minutes:
    """What somebody types about a meeting. `present` are account ids."""

    held_on: date | None
    number: str
    subject: str
    present: tuple[int, ...]
    in_favour: int | None
    against: int | None
    abstained: int | None


def needed(members: int) -> int:
    """How many of so many members have to come."""
    return NEEDED.get(members, -(-2 * members // 3))


def office_of(actor: Actor) -> str:
    """The regency for which the actor sits in the plenary. Forbidden for who is no commissioner."""
    scopes = sorted(grant.scope for grant in actor.grants if grant.role == "commissioner")
    if not scopes:
        raise Forbidden
    return ".".join(scopes[0].split(".")[:2])


def members(session: Session, office: str, today: date) -> list[tuple[int, str]]:
    """The commission's members: (account, name) of who holds the role within the office today, by name."""
    rows = session.execute(
        select(Account.id, Account.name).join(Assignment, Assignment.account_id == Account.id).where(
            Account.active, Assignment.role == "commissioner", regions.within(Assignment.scope, office),
            Assignment.from_on <= today, or_(Assignment.until_on.is_(None), Assignment.until_on >= today),
        ).distinct().order_by(Account.name, Account.id)
    )
    return [(row.id, row.name) for row in rows]


def record_meeting(
    session: Session, *, actor: Actor, minutes: Minutes, file: Mapping[str, Any] | None, today: date, now: datetime
) -> Pleno:
    """The meeting stands, its minutes in the register of letters; decisions can be taken "in" it.

    Refused with EvidenceRefused, each field by its path: too few members came, votes that are not those of who came,
    no majority in favour, a day to come, a number used before.
    """
    office = office_of(actor)
    everyone = dict(members(session, office, today))
    agenda = session.scalars(
        select(Agenda).where(regions.within(Agenda.scope, office)).order_by(Agenda.id.desc()).limit(1)
    ).first()
    if agenda is None:
        raise NotFound("Belum ada agenda untuk kantor ini.")
    errors = _wrong(minutes, everyone, today)
    number = " ".join(minutes.number.split())
    if number and session.scalar(
        select(Letter.id).where(
            Letter.agenda_id == agenda.id, Letter.kind == "plenary", Letter.number == number,
            Letter.issuer_code == office,
        ).limit(1)
    ) is not None:
        errors.append(FieldError(("number",), "number", "Nomor berita acara ini sudah tercatat."))
    if errors or minutes.held_on is None:
        raise EvidenceRefused(errors)
    letter = letters.register(
        session, agenda_id=agenda.id, kind="plenary", number=number, on=minutes.held_on, issuer_code=office,
        subject=minutes.subject[:300],
    )
    made = Pleno(
        agenda_id=agenda.id, letter_id=letter, scope=office, held_on=minutes.held_on, number=number,
        subject=minutes.subject, members=len(everyone), needed=needed(len(everyone)),
        present=[{"account": one, "name": everyone[one]} for one in minutes.present],
        in_favour=minutes.in_favour or 0, against=minutes.against or 0, abstained=minutes.abstained or 0,
        recorded_by=int(actor.id), recorded_at=now, **_file(file),
    )
    session.add(made)
    session.flush()
    return made


def latest(session: Session, actor: Actor, limit: int = 20) -> Sequence[Pleno]:
    """The newest meetings of the actor's office."""
    return session.scalars(
        select(Pleno).where(Pleno.scope == office_of(actor)).order_by(Pleno.held_on.desc(), Pleno.id.desc())
        .limit(limit)
    ).all()


def find(session: Session, pleno_id: int, actor: Actor) -> Pleno:
    """One meeting of the actor's office. Refused with NotFound for another's."""
    found = session.get(Pleno, pleno_id)
    scopes = [grant.scope for grant in actor.grants if grant.role == "commissioner"]
    if found is None or not any(
        lies_within(scope, found.scope) or lies_within(found.scope, scope) for scope in scopes
    ):
        raise NotFound("Rapat pleno ini tidak ditemukan.")
    return found


def number_of(session: Session, pleno_id: int, actor: Actor) -> str:
    """The number of the meeting's minutes."""
    return find(session, pleno_id, actor).number


def record(session: Session, pleno_id: int, decisions: Iterable[tuple[int, int]]) -> None:
    """These decisions, (instance, row of its history), were taken in this meeting."""
    _RECORD.write_all(session, [
        {"instance_id": number, "seq": seq, "pleno_id": pleno_id} for number, seq in decisions
    ])


def of_instance(session: Session, instance_id: int) -> dict[int, Pleno]:
    """The meetings in which decisions on this instance were taken, by the decision's row of its history."""
    rows = session.execute(
        select(PlenoDecision.seq, Pleno).join(Pleno, Pleno.id == PlenoDecision.pleno_id)
        .where(PlenoDecision.instance_id == instance_id)
    )
    return {row.seq: row.Pleno for row in rows}


def _wrong(minutes: Minutes, everyone: Mapping[int, str], today: date) -> list[FieldError]:
    found: list[FieldError] = []

    def wrong(name: str, message: Phrase) -> None:
        found.append(FieldError((name,), name, message))

    if minutes.held_on is None or minutes.held_on > today:
        wrong("held_on", Phrase("Isi tanggal rapat yang sudah berlangsung."))
    if not minutes.number.strip() or len(minutes.number) > 100:
        wrong("number", Phrase("Isi nomor berita acara."))
    if len(minutes.subject.strip()) < 5:
        wrong("subject", Phrase("Tulis apa yang diputuskan, dalam satu kalimat."))
    came = len(set(minutes.present))
    if not set(minutes.present) <= set(everyone):
        wrong("present", Phrase("Pilih hanya anggota KPU kantor ini."))
    elif came < needed(len(everyone)):
        wrong("present", Phrase(
            "Kuorum belum tercapai: perlu %(needed)s dari %(all)s anggota.", needed=str(needed(len(everyone))),
            all=str(len(everyone)),
        ))
    votes = (minutes.in_favour, minutes.against, minutes.abstained)
    if any(vote is None or vote < 0 for vote in votes):
        wrong("in_favour", Phrase("Isi jumlah suara dengan angka."))
    elif sum(vote or 0 for vote in votes) != came:
        wrong("in_favour", Phrase("Jumlah suara harus sama dengan yang hadir (%(came)s).", came=str(came)))
    elif 2 * (minutes.in_favour or 0) <= len(everyone):
        wrong("in_favour", Phrase("Keputusan perlu disetujui lebih dari separuh anggota KPU."))
    return found


def _file(file: Mapping[str, Any] | None) -> dict[str, Any]:
    if file is None:
        return {}
    return {"sha256": file["sha256"], "file_name": file["name"], "file_type": file["type"], "file_size": file["size"]}

"""Replacement of a member (PAW): proposed by rank, decided by a second person, oath and bimtek followed until done.

The body keeps its stage throughout. Source: PKPU 8/2022, replacement by the next in the selection ranking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine import history
from engine.base import table_of
from engine.errors import AlreadyDone, EvidenceRefused, FieldError, Forbidden, FourEyes, NotFound, Refused, Stale
from engine.host import Actor
from engine.phrases import Phrase
from workflows import agendas, people, telling
from workflows.models import Agenda, Body, Membership, Person, Replacement, ReplacementStep
from workflows.rules import roster
from workflows.rules.facts import Facts
from workflows.settings import Periods

LOOKING = ("operator", "commissioner", "supervisor", "province", "auditor")
GROUNDS: Mapping[str, str] = {
    "died": Phrase("Meninggal dunia"), "unable": Phrase("Berhalangan tetap"),
    "resigned": Phrase("Mengundurkan diri, alasan diterima"), "dismissed": Phrase("Diberhentikan tidak hormat"),
}


KINDS = ("ppk", "pps")
"""Kinds that are not here are refused: KPPS and Pantarlih are replaced by the PPS in the name of the KPU."""

STEPS: Mapping[str, tuple[str, str, str, str]] = {
    # act: (role, part, from, to)
    "approve": ("commissioner", "status", "proposed", "approved"),
    "return": ("commissioner", "status", "proposed", "returned"),
    "withdraw": ("operator", "status", "proposed", "withdrawn"),
    "oath": ("operator", "oath", "", "proposed"),
    "approve_oath": ("commissioner", "oath", "proposed", "approved"),
    "return_oath": ("commissioner", "oath", "proposed", ""),
    "training": ("operator", "training", "", "proposed"),
    "approve_training": ("commissioner", "training", "proposed", "approved"),
    "return_training": ("commissioner", "training", "proposed", ""),
}
PROPOSES = {"status": "propose", "oath": "oath", "training": "training"}


@dataclass(frozen=True)
class Sent:
    """One act as it was sent; its key makes a second sending the same act."""

    actor: Actor
    now: datetime
    key: str


@dataclass(frozen=True)
class Wish:
    """What the operator proposes. `why_not` says why those better in rank are passed over."""

    leaving_id: int
    reserve_id: int
    ground: str
    left_on: date
    why_not: str
    paper: Mapping[str, Any]


def reserves(session: Session, body_id: int) -> list[tuple[Membership, Person]]:
    """Who waits on the body's reserve list, the best in rank first; without a rank last."""
    rows = session.execute(
        select(Membership, Person).join(Person, Person.id == Membership.person_id)
        .where(Membership.body_id == body_id, Membership.post == "cadangan", Membership.until_on.is_(None))
        .order_by(Membership.rank.is_(None), Membership.rank, Membership.id)
    )
    return [(row[0], row[1]) for row in rows]


def members(session: Session, body_id: int) -> list[tuple[Membership, Person]]:
    """Who serves in the body as a member now."""
    rows = session.execute(
        select(Membership, Person).join(Person, Person.id == Membership.person_id)
        .where(Membership.body_id == body_id, Membership.post.in_(people.MEMBER_POSTS), Membership.until_on.is_(None))
        .order_by(Membership.post.desc(), Person.name, Membership.id)
    )
    return [(row[0], row[1]) for row in rows]


def body_for(session: Session, body_id: int, actor: Actor) -> Body:
    """The body whose members the actor may propose to replace. NotFound outside; Refused for another kind."""
    body = session.get(Body, body_id)
    if body is None or not actor.holds("operator", body.scope):
        raise NotFound
    if body.kind not in KINDS:
        raise Refused(
            "Anggota KPPS dan Pantarlih diganti oleh PPS atas nama Ketua KPU dan dilaporkan lewat PPK. "
            "Halaman ini untuk PPK dan PPS."
        )
    return body


def propose(session: Session, body_id: int, wish: Wish, sent: Sent) -> int:
    """The replacement waits for a commissioner; its number. The same key again is the same proposal.

    Refused: NotFound outside the actor's region; EvidenceRefused, by field, for who does not serve here, a wrong
    ground or day, no paper, a lower rank without a reason, and who may not be a member; AlreadyDone while another
    proposal waits for the same two people.
    """
    body = body_for(session, body_id, sent.actor)
    before = session.scalar(select(Replacement).where(
        Replacement.written_by == int(sent.actor.id), Replacement.key == sent.key
    ))
    if before is not None:
        if before.body_id != body.id:
            raise AlreadyDone
        return before.id
    session.scalar(select(Body.id).where(Body.id == body.id).with_for_update())
    today = agendas.load_almanac(session, session.get_one(Agenda, body.agenda_id)).today(sent.now)
    wrong = _wrong(session, body, wish, today)
    if wrong:
        raise EvidenceRefused(wrong)
    if session.scalar(select(Replacement.id).where(
        Replacement.status == "proposed",
        (Replacement.leaving_id == wish.leaving_id) | (Replacement.reserve_id == wish.reserve_id),
    )):
        raise AlreadyDone("Usulan penggantian untuk orang ini sudah menunggu keputusan. Buka daftar penggantian.")
    made = Replacement(
        body_id=body.id, scope=body.scope, leaving_id=wish.leaving_id, reserve_id=wish.reserve_id, ground=wish.ground,
        left_on=wish.left_on, status="proposed", oath="", training="", written_by=int(sent.actor.id),
        written_at=sent.now, edition=0, head="", key=sent.key,
    )
    session.add(made)
    session.flush()
    said = {"ground": wish.ground, "left_on": wish.left_on.isoformat(), "why_not": wish.why_not,
            "paper": dict(wish.paper)}
    _step(session, made, "propose", said, sent)
    _tell(session, made, body, "propose", sent, today)
    return made.id


def find(session: Session, number: int, actor: Actor, *, lock: bool = False) -> Replacement:
    """The replacement, for who may look at its region; NotFound otherwise."""
    query = select(Replacement).where(Replacement.id == number)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None or not any(actor.holds(role, found.scope) for role in LOOKING):
        raise NotFound
    return found


def open_acts(session: Session, one: Replacement, actor: Actor) -> list[str]:
    """What the actor may do about it now; who handed something in does not decide it."""
    return [
        act for act, (role, part, source, _) in STEPS.items()
        if actor.holds(role, one.scope) and getattr(one, part) == source
        and (part == "status" or one.status == "approved")
        and (act == "withdraw" or role == "operator" or _proposer(session, one, part) != actor.who)
        and (act != "training" or one.oath == "approved")
    ]


def act(session: Session, number: int, name: str, data: Mapping[str, Any], sent: Sent, *, seen: int | None) -> None:
    """The step stands in the chained trail and the registers say what follows from it.

    Approved: the old service ends, the new one begins, the body keeps its stage. An approved oath or training is the
    member's own. Refused: NotFound, Forbidden, FourEyes for one's own proposal, Stale for an old page, EvidenceRefused
    for what is missing. The same key again changes nothing.
    """
    one = find(session, number, sent.actor, lock=True)
    again = session.scalar(select(ReplacementStep).where(
        ReplacementStep.replacement_id == number, ReplacementStep.key == sent.key
    ))
    if again is not None:
        if (again.action, again.account_id) != (name, int(sent.actor.id)):
            raise AlreadyDone
        return
    if name not in STEPS:
        raise NotFound
    role, part, source, target = STEPS[name]
    if not sent.actor.holds(role, one.scope):
        raise Forbidden
    if seen != one.edition or getattr(one, part) != source or (part != "status" and one.status != "approved"):
        raise Stale
    if name == "training" and one.oath != "approved":
        raise Refused("Bimtek dicatat sesudah catatan sumpah/janji disetujui. Selesaikan sumpahnya dahulu.")
    if role == "commissioner" and _proposer(session, one, part) == sent.actor.who:
        raise FourEyes
    body = session.get_one(Body, one.body_id)
    almanac = agendas.load_almanac(session, session.get_one(Agenda, body.agenda_id))
    today = almanac.today(sent.now)
    said = _said(session, one, name, data, today)
    if name == "approve":
        _approve(session, one, body, today, almanac.settings.periods)
    elif name in ("approve_oath", "approve_training"):
        _written(session, one, part)
    setattr(one, part, target)
    _step(session, one, name, said, sent)
    _tell(session, one, body, name, sent, today)


def trail(session: Session, number: int) -> list[ReplacementStep]:
    """Every step, the oldest first."""
    return list(session.scalars(
        select(ReplacementStep).where(ReplacementStep.replacement_id == number).order_by(ReplacementStep.seq)
    ))


def place_of_oath(session: Session, number: int) -> str:
    """Where the new member took the oath, as it was last recorded; "" before that."""
    said = [step.data for step in trail(session, number) if step.action == "oath"]
    return str(said[-1]["place"]) if said else ""


def whole(one: Replacement, steps: list[ReplacementStep]) -> bool:
    """Whether the chain of its steps is unbroken and ends where the replacement says."""
    previous = history.GENESIS
    for place, step in enumerate(steps, 1):
        row = {column.name: getattr(step, column.name) for column in table_of(ReplacementStep).columns}
        if step.seq != place or step.previous != previous or history.link(row) != step.hash:
            return False
        previous = step.hash
    return len(steps) == one.edition and previous == one.head


def _wrong(session: Session, body: Body, wish: Wish, today: date) -> list[FieldError]:
    found: list[FieldError] = []
    leaving = {one.id: one for one, _ in members(session, body.id)}.get(wish.leaving_id)
    if leaving is None:
        found.append(FieldError(("leaving",), "member", "Pilih anggota yang masih bertugas di badan ini."))
    if wish.ground not in GROUNDS:
        found.append(FieldError(("ground",), "required", "Pilih alasan penggantian."))
    if wish.left_on > today or (leaving and leaving.from_on and wish.left_on < leaving.from_on):
        found.append(FieldError(("left_on",), "date", "Isi tanggal sejak ia bertugas, paling akhir hari ini."))
    if not wish.paper:
        found.append(FieldError(("paper",), "required", "Lampirkan surat yang mendasari, misalnya surat pengunduran."))
    waiting = reserves(session, body.id)
    chosen = next(((one, person) for one, person in waiting if one.id == wish.reserve_id), None)
    if chosen is None:
        found.append(FieldError(("reserve",), "reserve", "Pilih pengganti dari daftar cadangan badan ini."))
        return found
    if chosen[0].id != waiting[0][0].id and len(wish.why_not.strip()) < 10:
        found.append(FieldError(
            ("why_not",), "rank", Phrase(
                "%(name)s berada di peringkat yang lebih baik. Tulis mengapa ia dilewati, "
                "misalnya tidak bersedia menurut surat tanggal sekian.", name=waiting[0][1].name)))
    found.extend(_not_eligible(session, body, chosen[1], today))
    return found


def _not_eligible(session: Session, body: Body, person: Person, today: date) -> list[FieldError]:
    """The rules of recruitment hold for who follows: age, schooling, home, and not serving anywhere else."""
    row = {"name": person.name, "born_on": person.born_on.isoformat() if person.born_on else "",
           "education": person.education or "", "domicile_code": person.domicile_code or ""}
    facts = Facts(kind=body.kind, region_code=body.region_code, today=today)
    found = [
        FieldError(("reserve",), one.code, one.message)
        for one in roster.recruited_requirements({"members": [row]}, facts) if one.hard
    ]
    elsewhere = people.serving(session, body.agenda_id, person.id)
    if elsewhere is not None:
        found.append(FieldError(("reserve",), "serving", Phrase(
            "%(name)s masih bertugas di %(body)s. Pilih peringkat berikutnya.",
            name=person.name, body=elsewhere[1].name)))
    return found


def _said(session: Session, one: Replacement, name: str, data: Mapping[str, Any], today: date) -> dict[str, Any]:
    """What the step says, cleaned; EvidenceRefused with everything that is missing."""
    if name.startswith("return"):
        reason = str(data.get("reason", "")).strip()[:1000]
        if len(reason) < 5:
            raise EvidenceRefused([FieldError(("reason",), "required", "Tulis alasan pengembalian.")])
        return {"reason": reason}
    if name not in ("oath", "training"):
        return {}
    new = session.get_one(Membership, one.new_id)
    begun = new.sworn_on if name == "training" else new.from_on
    wrong, on = [], data.get("on")
    if not isinstance(on, date) or on > today or (begun and on < begun):
        wrong.append(FieldError(("on",), "date", "Isi tanggal, paling akhir hari ini dan tidak sebelum ia bertugas."))
    place = str(data.get("place", "")).strip()[:200]
    if len(place) < 3:
        wrong.append(FieldError(("place",), "required", "Isi tempatnya."))
    hours = data.get("hours")
    if name == "training" and (not isinstance(hours, int) or not 1 <= hours <= 24):
        wrong.append(FieldError(("hours",), "number", "Isi lamanya bimtek, 1 sampai 24 jam."))
    if name == "oath" and not data.get("paper"):
        wrong.append(FieldError(("paper",), "required", "Lampirkan berita acara sumpah/janji."))
    if wrong or not isinstance(on, date):
        raise EvidenceRefused(wrong)
    said: dict[str, Any] = {"on": on.isoformat(), "place": place, "paper": dict(data.get("paper") or {})}
    return {**said, "hours": hours} if name == "training" else said


def _approve(session: Session, one: Replacement, body: Body, today: date, periods: Periods) -> None:
    """Checked once more: since the proposal the reserve may have begun to serve elsewhere."""
    leaving, reserve = session.get_one(Membership, one.leaving_id), session.get_one(Membership, one.reserve_id)
    if leaving.until_on is not None or reserve.until_on is not None:
        raise Stale("Salah seorang dari keduanya sudah tidak di tempatnya. Kembalikan usulan ini.")
    person = session.get_one(Person, reserve.person_id)
    if wrong := _not_eligible(session, body, person, today):
        raise EvidenceRefused(wrong)
    one.new_id = people.replace(session, leaving, person, on=today).id
    one.oath_due = today + timedelta(days=periods.replacement_oath)
    one.training_due = today + timedelta(days=periods.replacement_training)


def _written(session: Session, one: Replacement, part: str) -> None:
    said = next(step.data for step in reversed(trail(session, one.id)) if step.action == part)
    new = session.get_one(Membership, one.new_id)
    setattr(new, "sworn_on" if part == "oath" else "trained_on", date.fromisoformat(said["on"]))


def _proposer(session: Session, one: Replacement, part: str) -> str | None:
    return session.scalar(
        select(ReplacementStep.person)
        .where(ReplacementStep.replacement_id == one.id, ReplacementStep.action == PROPOSES[part])
        .order_by(ReplacementStep.seq.desc()).limit(1)
    )


def _tell(session: Session, one: Replacement, body: Body, action: str, sent: Sent, today: date) -> None:
    telling.replaced(
        session, number=one.id, action=action, edition=one.edition, body=body, actor=sent.actor, today=today,
        now=sent.now,
    )


def _step(session: Session, one: Replacement, action: str, said: Mapping[str, Any], sent: Sent) -> None:
    one.edition += 1
    row: dict[str, Any] = {
        "replacement_id": one.id, "seq": one.edition, "at": sent.now, "account_id": int(sent.actor.id),
        "person": sent.actor.who, "name": sent.actor.name, "action": action, "data": dict(said), "key": sent.key,
        "previous": one.head or history.GENESIS,
    }
    row["hash"] = one.head = history.link(row)
    session.execute(insert(ReplacementStep).values(row))
    session.flush()

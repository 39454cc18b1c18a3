"""Issuing letters: for one body or for 289, numbers reserved and contents fixed in one transaction, drawn after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import outbox
from engine.errors import AlreadyDone, EvidenceRefused, FieldError, Forbidden
from engine.host import Actor, lies_within
from engine.phrases import Phrase
from workflows.agendas import Almanac
from workflows.models import (
    Body,
    Letter,
    LetterBody,
    LetterSeries,
    LetterTemplate,
    Membership,
    Paper,
    PaperBatch,
    Person,
)
from workflows.papers import codes, facts, numbering, office, placeholders, recap, template, templates
from workflows.papers.facts import Values
from workflows.papers.kinds import Kind, asked
from workflows.papers.office import Office

AT_ONCE = 1
"""So many are drawn in the request that asks for them; more are drawn behind it."""
MOST = 2_000

Printable = Callable[[str], str]
"""The characters of a text that the font cannot print, "" when it can print all."""

NOTHING_WRONG = Phrase("")


@dataclass(frozen=True)
class Wish:
    """What is to be issued: a kind, on a day, with what was typed for it, for these bodies (() for the regency)."""

    almanac: Almanac
    kind: Kind
    on: date
    typed: Mapping[str, str]
    bodies: tuple[Body, ...]


@dataclass(frozen=True)
class Prepared:
    """One letter ready to be numbered: what it says, whose head it bears; `refused` says why it cannot be made."""

    body: Body | None
    values: Values
    head: tuple[str, ...]
    refused: Phrase = NOTHING_WRONG


def may_issue(actor: Actor, agenda_scope: str, kind: Kind, body: Body | None) -> bool:
    """The office's operator issues everything; the body's own members what the body itself numbers."""
    if any(grant.role == "operator" and lies_within(agenda_scope, grant.scope) for grant in actor.grants):
        return True
    return body is not None and kind.issuer == "body" and actor.holds(f"{body.kind}_member", body.scope)


def prepare(session: Session, wish: Wish, printable: Printable) -> list[Prepared]:
    """Every letter of the wish as the registers stand now, without a number; a fixed number of queries.

    Refused with EvidenceRefused: a body of another kind, nothing to issue, too many, a day outside of reason.
    """
    kind, almanac = wish.kind, wish.almanac
    _sensible(wish)
    house = office.read(session, almanac.agenda)
    common, answers = facts.common(session, almanac, house, wish.on), asked(kind, wish.typed)
    bodies: list[Body | None] = list(wish.bodies) or [None]
    said = _said(session, wish)
    made = (
        Prepared(body, _joined(kind, common, own, answers, wish.typed), _head(house, common, kind, own))
        for body, own in zip(bodies, said, strict=True)
    )
    return [_checked(one, printable) for one in made]


def _sensible(wish: Wish) -> None:
    kind, wrong = wish.kind, NOTHING_WRONG
    if bool(kind.bodies) != bool(wish.bodies):
        wrong = Phrase("Tidak ada badan yang cocok dengan saringan. Ubah saringannya.")
    elif any(body.kind not in kind.bodies or body.agenda_id != wish.almanac.agenda.id for body in wish.bodies):
        wrong = Phrase("Jenis surat ini bukan untuk badan yang dipilih. Pilih jenis badan lain.")
    elif len(wish.bodies) > MOST:
        wrong = Phrase("Paling banyak %(most)s surat sekaligus. Persempit saringannya.", most=str(MOST))
    if wrong:
        raise EvidenceRefused([FieldError(("bodies",), "bodies", wrong)], wrong)
    agenda = wish.almanac.agenda
    if abs((wish.on - agenda.voting_day).days) > 1_000:
        words = Phrase("Tanggal surat terlalu jauh dari agenda ini. Periksa tahunnya.")
        raise EvidenceRefused([FieldError(("on",), "date", words)], words)


def _said(session: Session, wish: Wish) -> list[Values]:
    bodies = list(wish.bodies)
    if not bodies:
        return [recap.of_regency(session, wish.almanac.agenda)]
    said = facts.of_bodies(session, wish.almanac, wish.kind, bodies)
    if wish.kind.code == "district_recap":
        said = [{**own, **more} for own, more in zip(said, recap.of_district(session, bodies), strict=True)]
    if wish.kind.code == "replacement_decree":
        last = _replaced(session, [body.id for body in bodies])
        said = [{**own, **last.get(body.id, {})} for body, own in zip(bodies, said, strict=True)]
    return said


def _replaced(session: Session, bodies: Sequence[int]) -> dict[int, Values]:
    """The last replacement that the register knows of each body."""
    left, came = Membership.__table__.alias("left_one"), Membership.__table__.alias("came")
    old, new = Person.__table__.alias("old_person"), Person.__table__.alias("new_person")
    found = session.execute(
        select(left.c.body_id, old.c.name.label("old"), new.c.name.label("new"))
        .select_from(left).join(came, came.c.id == left.c.replaced_by)
        .join(old, old.c.id == left.c.person_id).join(new, new.c.id == came.c.person_id)
        .where(left.c.body_id.in_(bodies)).order_by(left.c.until_on, left.c.id)
    )
    return {row.body_id: {"anggota_lama": row.old, "anggota_baru": row.new} for row in found}


def _joined(
    kind: Kind, common: Values, own: Values, answers: Mapping[str, Any], typed: Mapping[str, str]
) -> Values:
    """What was typed goes before what the registers say; every placeholder of the kind has a value."""
    values: Values = {one.name: [] if one.columns else "" for one in placeholders.of(kind)}
    values.update(answers)
    values.update(common)
    values.update({name: value for name, value in own.items() if not typed.get(name, "").strip()})
    return values


def _head(house: Office, common: Values, kind: Kind, own: Values) -> tuple[str, ...]:
    """The lines of the letterhead, the last one the address."""
    if kind.issuer == "kpu":
        return (house.words["office"].upper(), house.words["address"])
    place, district = str(own["wilayah"]), str(own["kecamatan"])
    if place == f"Kecamatan {district}":
        return (str(own["nama_panjang"]).upper(), str(common["kabupaten"]).upper(), "")
    name = f"{own['jenis_badan_panjang']} {place}".upper()
    return (name, f"KECAMATAN {district.upper()}", str(common["kabupaten"]).upper(), "")


def _checked(one: Prepared, printable: Printable) -> Prepared:
    for name, value in one.values.items():
        texts = [value] if isinstance(value, str) else [cell for row in value for cell in row.values()]
        if bad := "".join(dict.fromkeys(printable("".join(texts)))):
            return replace(one, refused=Phrase(
                "Huruf %(signs)s pada isian {%(name)s} tidak dapat dicetak. Perbaiki datanya, lalu terbitkan lagi.",
                signs=" ".join(bad), name=name,
            ))
    return one


def next_number(session: Session, wish: Wish) -> str:
    """The number the first of these letters would have if nobody came in between; nothing is reserved."""
    house, body = office.read(session, wish.almanac.agenda), wish.bodies[0] if wish.bodies else None
    pattern, series, issuer, year = _series(house, wish, body)
    last = session.get(LetterSeries, (wish.almanac.agenda.id, series, issuer, year))
    return _write(house, wish, pattern, issuer)((last.last if last else 0) + 1)


def _series(house: Office, wish: Wish, body: Body | None) -> tuple[str, str, str, int]:
    rule = house.numbered[wish.kind.code]
    issuer = body.scope if wish.kind.issuer == "body" and body is not None else wish.almanac.agenda.scope
    return rule.pattern, rule.series, issuer, numbering.year_of(rule.pattern, wish.on)


def _write(house: Office, wish: Wish, pattern: str, issuer: str) -> Callable[[int], str]:
    values = {
        "kode": house.numbered[wish.kind.code].classification, "jenis": wish.kind.short, "satker": house.work_unit,
        "wilayah": issuer.replace(".", ""),
    }
    return lambda serial: numbering.written(pattern, serial, values, wish.on)


def issue(
    session: Session, wish: Wish, *, key: str, address: str, printable: Printable, actor: Actor, now: datetime,
    replaces: Paper | None = None,
) -> PaperBatch:
    """Every letter has its number and its contents for good; they are drawn behind the request, one at once.

    `address` is where the pages stand, for the QR. The same `key` again answers the batch that stands. A letter with
    characters the font lacks gets no number: `refused` says so. With `replaces`, that paper is cancelled for the new
    one. Refused: Forbidden; as `prepare`. All or nothing.
    """
    standing = session.scalars(select(PaperBatch).where(PaperBatch.key == key)).one_or_none()
    if standing is not None:
        if standing.account != actor.id:
            raise AlreadyDone
        return standing
    scope = wish.almanac.agenda.scope
    if not all(may_issue(actor, scope, wish.kind, body) for body in wish.bodies or (None,)):
        raise Forbidden("Anda tidak berwenang menerbitkan surat ini. Minta operator KPU menerbitkannya.")
    prepared = prepare(session, wish, printable)
    ready = [one for one in prepared if not one.refused]
    if not ready:
        raise EvidenceRefused([FieldError(("bodies",), "unprintable", prepared[0].refused)], prepared[0].refused)
    batch = PaperBatch(
        agenda_id=wish.almanac.agenda.id, kind=wish.kind.code, key=key, total=len(ready), account=actor.id,
        name=actor.name, created_at=now,
        refused=[{"body": one.body.id if one.body else None, "name": one.body.name if one.body else "",
                  "reason": str(one.refused), "template": one.refused.template, "values": dict(one.refused.values)}
                 for one in prepared if one.refused],
    )
    session.add(batch)
    session.flush()
    made = _reserve(session, wish, batch, ready, address=address, actor=actor, now=now)
    if replaces is not None:
        _cancel(replaces, Phrase("Diganti dengan surat baru."), actor, now)
        replaces.replaced_by = made[0].id
        session.flush()
    if len(made) > AT_ONCE:
        ask_for_more(session, batch.id, f"papers:{batch.id}", now)
    return batch


def ask_for_more(session: Session, batch_id: int, dedupe: str, now: datetime) -> None:
    """The next papers of the batch are to be drawn."""
    outbox.put(session, [outbox.row("papers.making", dedupe, {"batch_id": batch_id}, now)])


def _reserve(
    session: Session, wish: Wish, batch: PaperBatch, ready: Sequence[Prepared], *, address: str, actor: Actor,
    now: datetime,
) -> list[Paper]:
    house, agenda_id = office.read(session, wish.almanac.agenda), wish.almanac.agenda.id
    text = templates.current(session, agenda_id, wish.kind, now)
    numbers = _numbers(session, house, wish, ready)
    letters = [
        Letter(agenda_id=agenda_id, kind=wish.kind.letter, number=number, on=wish.on, issuer_code=issuer,
               subject=_subject(wish.kind, one))
        for one, (issuer, _, _, _, number) in zip(ready, numbers, strict=True)
    ]
    session.add_all(letters)
    session.flush()
    papers: list[Paper] = []
    for one, letter, (issuer, series, year, serial, number) in zip(ready, letters, numbers, strict=True):
        code = codes.new()
        one.values["nomor_surat"] = number
        papers.append(Paper(
            letter_id=letter.id, batch_id=batch.id, template_id=text.id, agenda_id=agenda_id, series=series,
            issuer_code=issuer, year=year, serial=serial, code=code, status="reserved", issued_by=actor.name,
            issued_at=now, data={"values": one.values, "head": list(one.head), "address": address.rstrip("/"),
                                 "draft": wish.kind.draft},
        ))
    session.add_all(papers)
    session.add_all(LetterBody(letter_id=letter.id, body_id=one.body.id)
                    for one, letter in zip(ready, letters, strict=True) if one.body is not None)
    session.flush()
    return papers


def _subject(kind: Kind, one: Prepared) -> str:
    name = one.body.name if one.body is not None else str(one.values["kabupaten"])
    return f"{kind.label}: {name}"[:300]


def _numbers(
    session: Session, house: Office, wish: Wish, ready: Sequence[Prepared]
) -> list[tuple[str, str, int, int, str]]:
    """(issuer, series, year, serial, number) of each letter; series are locked in the order of their issuers."""
    places = [_series(house, wish, one.body) for one in ready]
    waiting: dict[tuple[str, str, str, int], list[int]] = {}
    for at, place in enumerate(places):
        waiting.setdefault(place, []).append(at)
    found: dict[int, tuple[str, str, int, int, str]] = {}
    for pattern, series, issuer, year in sorted(waiting, key=lambda place: place[1:]):
        those = waiting[pattern, series, issuer, year]
        taken = numbering.take(
            session, agenda_id=wish.almanac.agenda.id, series=series, issuer_code=issuer, year=year, count=len(those),
            write=_write(house, wish, pattern, issuer),
        )
        found.update({place: (issuer, series, year, serial, number)
                      for place, (serial, number) in zip(those, taken, strict=True)})
    return [found[at] for at in range(len(ready))]


def cancel(session: Session, paper: Paper, reason: str, *, actor: Actor, now: datetime) -> None:
    """The paper is cancelled and keeps its number; its public page says so. Refused: already cancelled, no reason."""
    clean = " ".join(reason.split())
    if not 5 <= len(clean) <= 500:
        raise EvidenceRefused([FieldError(("reason",), "required", "Isi alasan pembatalan, 5 sampai 500 huruf.")])
    _cancel(paper, clean, actor, now)
    session.flush()


def _cancel(paper: Paper, reason: str, actor: Actor, now: datetime) -> None:
    if paper.status == "cancelled":
        raise AlreadyDone("Surat ini sudah dibatalkan. Muat ulang halaman untuk melihat alasannya.")
    paper.status, paper.reason, paper.cancelled_by, paper.cancelled_at = "cancelled", reason, actor.name, now


def blocks(paper: Paper, text: LetterTemplate) -> list[template.Block]:
    """What stands on the paper, from the very template and data it was reserved with."""
    return template.fill(text.text, paper.data["values"])

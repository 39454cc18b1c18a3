"""Polling stations: how many each village has, as the office pastes it, and the KPPS or Pantarlih formed from it.

Forming only adds: a number smaller than what stands takes nothing away, so that the same list may be sent again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import outbox
from engine.errors import EvidenceRefused, FieldError, Forbidden
from engine.host import Actor
from engine.outbox import Taken
from engine.phrases import Phrase
from workflows import agendas, bodies, founding
from workflows.models import Agenda, Body

KINDS = ("kpps", "pantarlih")
MOST_UNITS, MOST_LINES = 400, 1_000
BATCH = 50
"""Bodies begun in one transaction: few, because on SQLite everybody else's writing waits for it."""
_LINE = re.compile(r"(\d\d\.\d\d\.\d\d\.\d{4})\b.*?(?<![\d.])(\d{1,4})$")


@dataclass(frozen=True)
class Village:
    """One village of the list: its PPS, how many polling stations it is to have, and how many stand already."""

    pps: Body
    wanted: int
    standing: int

    @property
    def new(self) -> int:
        return max(0, self.wanted - self.standing)


def read(session: Session, agenda: Agenda, kind: str, text: str) -> list[Village]:
    """The villages of a pasted list: on each line a region code and, last, the number of polling stations; what stands
    between is not read, so that columns of names do no harm. A fixed number of statements.

    Refused with EvidenceRefused, every line at once: no code or number, a village without a PPS here, a village twice,
    a number outside 1 to MOST_UNITS, no line at all or more than MOST_LINES.
    """
    lines = [(place, line.strip()) for place, line in enumerate(text.splitlines(), 1) if line.strip()]
    own = {body.region_code: body for body in session.scalars(
        select(Body).where(Body.agenda_id == agenda.id, Body.kind == "pps")
    )}
    standing: dict[str, int] = dict(session.execute(
        select(Body.region_code, func.count()).where(Body.agenda_id == agenda.id, Body.kind == kind)
        .group_by(Body.region_code)
    ).all())
    found: dict[str, Village] = {}
    errors = list(_whole(kind, lines))
    for place, line in lines[:MOST_LINES]:
        match = _LINE.search(line)
        code, number = (match[1], int(match[2])) if match else ("", 0)
        wrong = _wrong(place, line, code, number, own, found)
        if wrong is not None:
            errors.append(FieldError(("lines",), "line", wrong))
        else:
            found[code] = Village(own[code], number, standing.get(code, 0))
    if errors:
        raise EvidenceRefused(errors, "Belum ada yang dibentuk. Perbaiki baris yang disebut.")
    return list(found.values())


def _whole(kind: str, lines: Sequence[object]) -> Iterator[FieldError]:
    if kind not in KINDS:
        yield FieldError(("kind",), "kind", Phrase("Pilih KPPS atau Pantarlih."))
    if not lines:
        yield FieldError(("lines",), "empty", Phrase("Tempel daftarnya: satu baris satu desa atau kelurahan."))
    if len(lines) > MOST_LINES:
        yield FieldError(("lines",), "many", Phrase(
            "Paling banyak %(most)s baris sekali kirim. Bagi daftarnya.", most=str(MOST_LINES)
        ))


def _wrong(
    place: int, line: str, code: str, number: int, own: dict[str, Body], found: dict[str, Village]
) -> Phrase | None:
    values = {"place": str(place), "line": line[:60], "code": code, "most": str(MOST_UNITS)}
    if not code:
        return Phrase(
            "Baris %(place)s (“%(line)s”): tulis kode desa dan jumlah TPS, misalnya 33.23.13.2004 7.", **values
        )
    if code not in own:
        return Phrase("Baris %(place)s: %(code)s tidak mempunyai PPS pada agenda ini. Periksa kodenya.", **values)
    if code in found:
        return Phrase("Baris %(place)s: %(code)s sudah ada pada baris sebelumnya. Hapus salah satunya.", **values)
    if not 1 <= number <= MOST_UNITS:
        return Phrase("Baris %(place)s: jumlah TPS harus antara 1 dan %(most)s.", **values)
    return None


def form(
    session: Session, agenda: Agenda, kind: str, villages: Sequence[Village], *, actor: Actor, now: datetime
) -> int:
    """The bodies stand, so many of them new; behind the page they are begun.

    Forbidden for all but the operator of the agenda's region.
    """
    if not actor.holds("operator", agenda.scope):
        raise Forbidden
    labels = agendas.load_almanac(session, agenda).settings.labels
    made = [
        body for village in villages if village.new
        for body in bodies.form_units(session, village.pps, kind, range(1, village.wanted + 1), labels)
    ]
    if made:
        dedupe = f"bodies.begin:{agenda.id}:{made[-1].id}"
        outbox.put(session, [outbox.row("bodies.begin", dedupe, {"agenda_id": agenda.id}, now)])
    return len(made)


def carry_on(session: Session, taken: Taken, now: datetime) -> None:
    """The next BATCH of the agenda's bodies that stand still are under way, and the batch after it is asked for."""
    agenda = session.get_one(Agenda, taken.payload["agenda_id"])
    if len(founding.begin(session, agenda, now, most=BATCH)) == BATCH:
        outbox.put(session, [outbox.row(
            "bodies.begin", f"bodies.begin:{agenda.id}:after:{taken.id}", dict(taken.payload), now
        )])

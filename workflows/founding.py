"""An office begins: its regions, its agenda, and a body under way in every kecamatan, desa and kelurahan.

Later, in every polling station. What stands already stays as it is, so that beginning may be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, operations
from engine.errors import Refused
from engine.host import SYSTEM
from engine.models import Definition
from workflows import agendas, bodies, drawings, regions
from workflows.host import HOST
from workflows.models import Account, Agenda, Body, Region
from workflows.settings import KINDS

REGENCIES = ("kabupaten", "kota")
DAY_TYPES = {"pilkada": "calendar", "pemilu": "working"}
"""How each kind of election counts legal periods; a setting of the agenda from then on (UU 7/2017; UU 10/2016)."""
AFTER_VOTING = timedelta(days=61)
"""Bodies are dissolved at the latest two months after voting day (PKPU 8/2022)."""
_CENTRAL = frozenset({"51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"})
_WESTERN_BORNEO = frozenset({"61", "62"})
_EASTERN = frozenset({"81", "82", "91", "92", "93", "94", "95", "96", "97"})


@dataclass(frozen=True)
class Opening:
    """One election in one regency or city. `planned` are the days of inauguration by kind of body; `ends` None is
    AFTER_VOTING."""

    scope: str
    kind: str
    voting_day: date
    begins: date
    ends: date | None = None
    planned: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True)
class Opened:
    """The agenda, and the bodies that are under way since."""

    agenda: Agenda
    begun: Sequence[Body]


def open_office(session: Session, wish: Opening, now: datetime) -> Opened:
    """The regency's regions, the four drawings, its agenda and a body under way in each of its regions stand. Repeated,
    only what is missing is added; a drawing that is published already is left to its versions.

    Refused, with nothing written: a code that is no regency or city, days in another order than begin, voting, end, an
    agenda of this election that stands with other days, a database that holds the demo.
    """
    if session.scalar(select(Account.id).where(Account.demo).limit(1)) is not None:
        raise Refused(
            "Basis data ini berisi data contoh. Buka kantor pada basis data kosong: isi TAPAK_ENV=production, dan "
            "TAPAK_VAR atau DATABASE_URL yang baru."
        )
    regions.load(session, within=wish.scope)
    region = regions.get(session, wish.scope)
    if region.level not in REGENCIES:
        raise Refused(
            "%(code)s adalah %(level)s. Isi kode kabupaten atau kota, misalnya 33.23.", code=wish.scope,
            level=region.level,
        )
    agenda = _agenda(session, wish, region)
    for kind in KINDS:
        if session.scalar(select(Definition.id).where(Definition.key == kind).limit(1)) is None:
            drawings.publish(session, kind, SYSTEM.id, now)
    bodies.form(session, agenda, agendas.load_almanac(session, agenda).settings.labels)
    return Opened(agenda, begin(session, agenda, now))


def begin(session: Session, agenda: Agenda, now: datetime, *, most: int | None = None) -> list[Body]:
    """Every body of the agenda that stood still, or so many of them, is under way, by the version of its drawing that
    is current. It is the engine's own act: a body is recruited because it stands."""
    current = {kind: definitions.newest(session, kind) for kind in KINDS}
    waiting = session.scalars(
        select(Body).where(Body.agenda_id == agenda.id, Body.instance_id.is_(None)).order_by(Body.id).limit(most)
    ).all()
    for body in waiting:
        body.instance_id = operations.start(
            session, definition_id=current[body.kind], subject=body.subject, scope=body.scope, actor=SYSTEM,
            now=now, host=HOST,
        ).instance_id
    session.flush()
    return list(waiting)


def _agenda(session: Session, wish: Opening, region: Region) -> Agenda:
    ends = wish.ends or wish.voting_day + AFTER_VOTING
    if not wish.begins <= wish.voting_day <= ends:
        raise Refused("Urutan tanggalnya: awal masa kerja, hari pemungutan suara, akhir masa kerja. Periksa lagi.")
    code = f"{wish.kind}-{wish.voting_day.year}-{wish.scope}"
    days = (wish.voting_day, wish.begins, ends)
    standing = session.scalar(select(Agenda).where(Agenda.code == code))
    if standing is not None:
        if (standing.voting_day, standing.term_begins, standing.term_ends) != days:
            raise Refused(
                "%(name)s sudah dibuka dengan tanggal lain. Pakai tanggal yang sama, atau ubah di halaman Agenda.",
                name=standing.name,
            )
        return standing
    agenda = Agenda(
        code=code, name=f"{wish.kind.capitalize()} {wish.voting_day.year} {region.name}", kind=wish.kind,
        scope=wish.scope, timezone=zone_of(wish.scope), voting_day=wish.voting_day, day_type=DAY_TYPES[wish.kind],
        term_begins=wish.begins, term_ends=ends,
    )
    agendas.save_settings(agenda, {
        "inauguration_on": {kind: day.isoformat() for kind, day in wish.planned.items()},
    })
    session.add(agenda)
    session.flush()
    return agenda


def zone_of(code: str) -> str:
    """The IANA zone of a region's province: WIB, WITA or WIT (Keppres 41/1987)."""
    province = code.partition(".")[0]
    if province in _CENTRAL:
        return "Asia/Makassar"
    if province in _EASTERN:
        return "Asia/Jayapura"
    return "Asia/Pontianak" if province in _WESTERN_BORNEO else "Asia/Jakarta"

"""What the rules know beside the form: the register's facts about one body at one moment, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.models import Attachment, Instance
from engine.statements import AnyRow, Statement, among
from workflows import letters
from workflows.agendas import Almanac, load_almanac
from workflows.models import Agenda, Body, Membership, Person
from workflows.people import MEMBER_POSTS, SECRETARIAT_POSTS, name_key
from workflows.regions import LABELS
from workflows.rules import values
from workflows.settings import NUMBER_PATTERN

DECREES = {"proposal": "secretariat_proposal", "local_decree": "local_decree", "kpu_decree": "kpu_decree"}
"""The kind of letter of each document of a secretariat."""
NUMBERED = {**DECREES, "appointment": "appointment_decree"}
"""The kind of letter of each document whose number the evidence names; `<document>_number`, `<document>_on`."""


@dataclass(frozen=True)
class Serving:
    """One person in one post of one body, as the register has it."""

    name: str
    post: str = "anggota"
    body: str = ""
    rank: int | None = None
    division: str | None = None
    gender: str | None = None
    born_on: date | None = None
    nip: str | None = None
    sworn_on: date | None = None
    trained_on: date | None = None

    @property
    def key(self) -> str:
        """The name as it is compared."""
        return name_key(self.name)


_body, _membership, _person = table_of(Body), table_of(Membership), table_of(Person)
_SAID = (
    _person.c.name, _membership.c.post, _body.c.name.label("body"), _membership.c.rank, _membership.c.division,
    _person.c.gender, _person.c.born_on, _membership.c.nip, _membership.c.sworn_on, _membership.c.trained_on,
)
"""The columns of a `Serving`, named like its fields."""
_SERVING = Statement(
    select(_body.c.id.label("body_id"), *_SAID)
    .outerjoin_from(_body, _membership, and_(_membership.c.body_id == _body.c.id, _membership.c.until_on.is_(None)))
    .outerjoin(_person, _person.c.id == _membership.c.person_id)
    .where(or_(_body.c.id == bindparam("own"), _body.c.id == bindparam("above")))
)


@dataclass(frozen=True)
class Facts:
    """All that the rules may ask beside the data.

    `elsewhere` are people serving in other bodies of the agenda whom the data mentions by name or NIP;
    `photos_elsewhere` the body that used a file first, by sha256; `letters_elsewhere` the date under which a letter
    number of the data is already registered, by field ("kpu_decree"); `taken_niks` where a NIK of the data serves;
    `divisions` are names by code.
    """

    kind: str
    region_code: str
    today: date
    body: str = ""
    oath_on: date | None = None
    voting_day: date | None = None
    members: tuple[Serving, ...] = ()
    secretariat: tuple[Serving, ...] = ()
    parent: str = ""
    parent_members: tuple[Serving, ...] = ()
    elsewhere: tuple[Serving, ...] = ()
    photos_elsewhere: Mapping[str, str] = field(default_factory=dict)
    letters_elsewhere: Mapping[str, date] = field(default_factory=dict)
    taken_niks: Mapping[str, str] = field(default_factory=dict)
    divisions: Mapping[str, str] = field(default_factory=dict)
    planned_on: date | None = None
    monitoring_days: int = 30
    labels: Mapping[str, str] = field(default_factory=lambda: LABELS)
    number_pattern: str = NUMBER_PATTERN

    def label(self, key: str) -> str:
        """What this region calls it; a phrase where it calls it as most do."""
        usual = LABELS[key]
        own = self.labels.get(key) or usual
        return usual if own == usual else own


_attachment, _instance = table_of(Attachment), table_of(Instance)
_ELSEWHERE = Statement(lambda dialect: select(_attachment.c.sha256, _body.c.name)
    .join(_instance, _instance.c.id == _attachment.c.instance_id)
    .join(_body, _body.c.instance_id == func.coalesce(_instance.c.root_id, _instance.c.id))
    .where(among(_attachment.c.sha256, "hashes", dialect), _body.c.id != bindparam("own"))
    .order_by(_attachment.c.id.desc()))
"""Files of these hashes that are evidence of another body, the newest first."""


def gather_facts(
    session: Session, body: Body, now: datetime, data: values.Data | None = None, almanac: Almanac | None = None
) -> Facts:
    """The facts about `body` at `now`, and about the people, files and letters that `data` mentions.

    A number of queries that does not grow with the agenda. `almanac` spares loading it again.
    """
    data = data or {}
    almanac = almanac or load_almanac(session, session.get_one(Agenda, body.agenda_id))
    serving = _serving(session, body)
    return Facts(
        kind=body.kind,
        region_code=body.region_code,
        today=almanac.today(now),
        body=body.name,
        oath_on=body.oath_on,
        voting_day=almanac.agenda.voting_day,
        members=_in(MEMBER_POSTS, serving.here),
        secretariat=_in(SECRETARIAT_POSTS, serving.here),
        parent=serving.parent,
        parent_members=_in(MEMBER_POSTS, serving.there),
        elsewhere=_elsewhere(session, body, data),
        photos_elsewhere=_photos_elsewhere(session, body, data),
        letters_elsewhere=_letters_elsewhere(session, body, data),
        divisions=almanac.settings.divisions.get(body.kind, {}),
        planned_on=almanac.settings.inauguration_on.get(body.kind),
        monitoring_days=almanac.settings.periods.monitoring,
        labels=almanac.settings.labels,
        number_pattern=almanac.settings.number_pattern,
    )


def issuer_of(body: Body, document: str) -> str:
    """The region of the office that numbers this document: the regency's, or the village's for a PPS' local decree."""
    regency = ".".join(body.region_code.split(".")[:2])
    if document == "proposal" or (document == "local_decree" and body.kind == "pps"):
        return body.region_code
    return regency


@dataclass(frozen=True)
class _Around:
    """Who serves in the body and in the one above it, in no order; `parent` is the name of that one."""

    here: Sequence[Serving]
    parent: str
    there: Sequence[Serving]


def _serving(session: Session, body: Body) -> _Around:
    session.flush()  # what was set on a membership in this session counts, written or not
    rows = _SERVING.rows(session, {"own": body.id, "above": body.parent_id})
    here, there = ([_one(row) for row in rows if row.body_id == one and row.name] for one in (body.id, body.parent_id))
    return _Around(here, next((row.body for row in rows if row.body_id == body.parent_id), ""), there)


def _in(posts: tuple[str, ...], serving: Sequence[Serving]) -> tuple[Serving, ...]:
    """Those in one of these posts, in their order, then by rank and name."""
    found = (one for one in serving if one.post in posts)
    return tuple(sorted(found, key=lambda one: (posts.index(one.post), one.rank or 99, one.name)))


def _one(row: AnyRow) -> Serving:
    return Serving(**{column.key: getattr(row, column.key) for column in _SAID})


def _elsewhere(session: Session, body: Body, data: values.Data) -> tuple[Serving, ...]:
    people = [(values.text(data, "secretary_name"), values.text(data, "secretary_nip"))]
    people += [(values.text(row, "name"), values.text(row, "nip")) for row in values.rows(data, "staff")]
    keys = {name_key(name) for name, _ in people if name}
    nips = {nip for _, nip in people if nip}
    if not keys and not nips:
        return ()
    found = session.execute(
        select(*_SAID)
        .join_from(Membership, Person, Person.id == Membership.person_id)
        .join(Body, Body.id == Membership.body_id)
        .where(
            Membership.agenda_id == body.agenda_id,
            Membership.body_id != body.id,
            Membership.until_on.is_(None),
            Membership.post != "cadangan",
            or_(Person.name_key.in_(keys), and_(Membership.nip.is_not(None), Membership.nip.in_(nips))),
        )
        .order_by(Membership.id)
    )
    return tuple(map(_one, found))


def _photos_elsewhere(session: Session, body: Body, data: values.Data) -> dict[str, str]:
    hashes = {file.sha256 for file in values.files(data)}
    if not hashes:
        return {}
    found = _ELSEWHERE.rows(session, {"hashes": sorted(hashes), "own": body.id})
    return {row.sha256: row.name for row in found}


def _letters_elsewhere(session: Session, body: Body, data: values.Data) -> dict[str, date]:
    dates: dict[str, Any] = {}
    for document, kind in NUMBERED.items():
        number, on = values.text(data, f"{document}_number"), values.day(data, f"{document}_on")
        if not number or on is None:
            continue
        other = letters.same_number(
            session, agenda_id=body.agenda_id, kind=kind, number=number, issuer_code=issuer_of(body, document), on=on
        )
        if other is not None:
            dates[document] = other.on
    return dates

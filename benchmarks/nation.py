"""All of Indonesia: bodies at real places in every stage, some late, returned or held. Rows, no verbs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import case, func, insert, literal, select
from sqlalchemy.orm import Session

from engine.columns import UTCDateTime
from engine.models import Instance, Obstacle, Submission, Task
from web.auth import passwords
from web.db import transaction
from workflows import drawings, regions
from workflows.models import Account, Agenda, Assignment, Body, Membership, Person, Region

BODIES = 100_000
REGENCY, LOGIN, PASSWORD = "33.23", "pengawas", "hanya untuk pengukuran"
WAY = ("recruited", "inaugurated", "sowan_done", "secretariat_formed", "bimtek_complete")
ASKED = ("inauguration", "sowan", "secretariat", "bimtek", "monitoring")
DONE = "monitored"
FIRST = ("Siti", "Budi", "Wahyu", "Ratna", "Joko", "Dewi", "Agus", "Sri", "Eko", "Nur", "Rina", "Tri", "Hadi")
LAST = ("Santoso", "Lestari", "Hidayat", "Wibowo", "Rahayu", "Nugroho", "Utami", "Saputra", "Pratiwi", "Setiawan")


def build(engine: sa.Engine, now: datetime, wanted: int = BODIES) -> int:
    """The registers, instances, tasks, obstacles and one supervisor of a regency stand; how many bodies there are: a
    PPK in every kecamatan, a PPS in every village, and polling stations up to the number wanted."""
    with transaction(engine) as session:
        if engine.dialect.name == "postgresql":  # half a million rows are no page
            session.execute(sa.text("SET LOCAL statement_timeout = 0"))
        regions.load(session, within=None)
        agenda = _agenda(session, now)
        _bodies(session, agenda.id, wanted)
        _members(session, agenda.id)
        _stand(session, {one.key: one.id for one in drawings.publish_all(session, "bench", now).values()}, now)
        _work(session, now)
        account = Account(login=LOGIN, name="Pengawas", password_hash=passwords.digest(PASSWORD), created_at=now,
                          assignments=[Assignment(role="supervisor", scope=REGENCY, from_on=date(2024, 1, 1))])
        session.add(account)
        count = session.scalar(select(func.count()).select_from(Body)) or 0
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        # The server of the benchmark does not vacuum by itself, as a server of an office does.
        connection.exec_driver_sql("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE")
    return count


def _agenda(session: Session, now: datetime) -> Agenda:
    agenda = Agenda(code="UKUR", name="Pengukuran", kind="pilkada", scope=REGENCY, timezone="Asia/Jakarta",
                    voting_day=now.date() + timedelta(days=150), term_begins=now.date() - timedelta(days=60),
                    term_ends=now.date() + timedelta(days=200), settings={})
    session.add(agenda)
    session.flush()
    return agenda


def _bodies(session: Session, agenda: int, wanted: int) -> None:
    """A PPK in every kecamatan, a PPS in every village, and one KPPS after the other in each up to the number."""
    columns = ["agenda_id", "kind", "region_code", "unit", "name", "parent_id"]
    villages = Region.level.in_(("desa", "kelurahan", "desa_adat"))
    session.execute(insert(Body).from_select(columns, select(
        literal(agenda), literal("ppk"), Region.code, literal(0), "PPK " + Region.name,
        sa.cast(sa.null(), sa.BigInteger),
    ).where(Region.level == "kecamatan").order_by(Region.code)))
    parent = sa.orm.aliased(Body)
    session.execute(insert(Body).from_select(columns, select(
        literal(agenda), literal("pps"), Region.code, literal(0), "PPS " + Region.name, parent.id
    ).join(parent, (parent.region_code == Region.parent_code) & (parent.kind == "ppk")).where(villages)
     .order_by(Region.code)))
    unit = 0
    while (lacking := wanted - (session.scalar(select(func.count()).select_from(Body)) or 0)) > 0:
        unit += 1
        session.execute(insert(Body).from_select(columns, select(
            literal(agenda), literal("kpps"), Body.region_code, literal(unit), f"KPPS {unit:03d} " + Body.name, Body.id
        ).where(Body.kind == "pps").order_by(Body.region_code).limit(lacking)))


def _members(session: Session, agenda: int) -> None:
    """As many serve everywhere as the law asks, but in every 50th body one fewer."""
    needed = case((Body.kind == "ppk", 5), (Body.kind == "pps", 3), else_=7)
    for place in range(7):
        who = (needed > place) & ((Body.id % 50 != 0) | (place > 0))
        number = Body.id * 10 + place
        session.execute(insert(Person).from_select(
            ["id", "name", "name_key"],
            select(number, _name(number), func.lower(_name(number))).where(who),
        ))
        session.execute(insert(Membership).from_select(
            ["agenda_id", "body_id", "person_id", "post", "is_asn"],
            select(literal(agenda), Body.id, number, literal("anggota"), sa.false()).where(who),
        ))


def _name(number: Any) -> Any:
    """A made-up name of two words, and the number, so that nobody else has it."""
    first, last = (
        case(*((number // place % len(names) == one, name) for one, name in enumerate(names)), else_=names[0])
        for place, names in ((1, FIRST), (7, LAST))
    )
    return first + " " + last + " " + sa.cast(number, sa.String)


def _stand(session: Session, published: dict[str, int], now: datetime) -> None:
    """Every body is under way: five in seven at one of the first five stages, the others monitored."""
    place = Body.id % 7
    stage = case(*((place == number, name) for number, name in enumerate(WAY)), else_=DONE)
    digits = sa.cast(Body.unit, sa.String)
    three = func.substr(literal("00") + digits, func.length(digits))
    scope = case((Body.unit > 0, Body.region_code + "." + three), else_=Body.region_code)
    definition = case(*((Body.kind == kind, number) for kind, number in published.items()))
    long_ago = _moment(now - timedelta(days=40))
    values: dict[str, Any] = {
        "id": Body.id, "definition_id": definition, "subject": "body:" + sa.cast(Body.id, sa.String), "scope": scope,
        "status": literal("running"), "stage": stage, "state": stage + "/" + _node("submit", place),
        "variables": literal({}, Instance.variables.type), "started_at": long_ago, "entered_at": long_ago,
        "staged_at": long_ago, "version": literal(1), "stage_version": literal(1), "seq": literal(1),
        "head": literal(""),
    }
    session.execute(insert(Instance).from_select(list(values), select(*values.values()).select_from(Body)))
    session.execute(sa.update(Body).values(instance_id=Body.id))


def _node(verb: str, place: Any) -> Any:
    return case(*((place == number, f"{verb}_{name}") for number, name in enumerate(ASKED)), else_="rest")


def _work(session: Session, now: datetime) -> None:
    """Closed tasks behind every body and an open one before those under way: half late, a third of them returned."""
    place, turn = Instance.id % 7, Instance.id / 7 if session.get_bind().dialect.name == "sqlite" else func.div(
        Instance.id, 7)
    turn = sa.cast(turn, sa.Integer)
    old, ago, soon = (_moment(now + timedelta(days=days)) for days in (-30, -4, 5))
    columns = ["instance_id", "root_id", "node", "visit", "stage", "role", "scope", "opened_at", "due_at", "closed_at",
               "outcome"]
    nothing = sa.cast(sa.null(), UTCDateTime())
    for number, (stage, name) in enumerate(zip(WAY, ASKED, strict=True)):
        for visit, (verb, role) in enumerate((("submit", "pps_member"), ("approve", "commissioner"))):
            said = (Instance.id, Instance.id, literal(f"{verb}_{name}"), literal(visit + 2 * number), literal(stage),
                    literal(role), Instance.scope)
            session.execute(insert(Task).from_select(columns, select(
                *said, old, old, old, literal("completed")).where(place > number)))
            decides = turn % 3 == 0
            here = place == number
            session.execute(insert(Task).from_select(columns, select(
                *said, old, case((turn % 2 == 0, ago), else_=soon), nothing, sa.cast(sa.null(), sa.String),
            ).where(here & (decides if verb == "approve" else sa.not_(decides)))))
    session.execute(insert(Submission).from_select(
        ["instance_id", "node", "status", "data", "warnings", "form_fingerprint", "edition", "actor", "saved_at",
         "decided_at"],
        select(Instance.id, _node("submit", place), literal("returned"), literal({}, Submission.data.type),
               literal([], Submission.warnings.type), literal(""), literal(1), literal("1"), old, old)
        .where(place < len(WAY), turn % 3 == 1),
    ))
    session.execute(insert(Obstacle).from_select(
        ["instance_id", "code", "owner", "note", "reported_by", "reported_at"],
        select(Instance.id, literal("menunggu_SK_kades_lurah"), literal("Kepala Desa"), literal("Menunggu keputusan."),
               literal("1"), ago).where(place < len(WAY), turn % 12 == 5),
    ))
    session.execute(sa.update(Instance).values(held_since=ago).where(
        Instance.id.in_(select(Obstacle.instance_id))
    ))


def _moment(at: datetime) -> Any:
    return literal(at, UTCDateTime())

"""The recaps: each kecamatan with its bodies, and the regency with its kecamatan."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, case, func, select
from sqlalchemy.orm import Session

from engine import definitions
from engine.models import Instance
from workflows import signposts
from workflows.desk import within
from workflows.models import Agenda, Body, Membership, Person, Region
from workflows.papers.facts import Values
from workflows.papers.terbilang import plain_date
from workflows.people import MEMBER_POSTS, SECRETARIAT_POSTS


def of_district(session: Session, bodies: list[Body]) -> list[Values]:
    """For each of these PPK the bodies of its kecamatan."""
    agendas = {body.agenda_id for body in bodies}
    rows = [row for agenda in agendas for row in _rows(session, agenda)]
    stages = _stages(session, rows)
    found: list[Values] = []
    for body in bodies:
        inside = [row for row in rows if row.region_code == body.region_code
                  or row.region_code.startswith(body.region_code + ".")]
        listed = [
            {"no": str(number), "badan": row.name, "tahap": stages.get((row.definition_id, row.stage), "Belum dimulai"),
             "anggota": str(row.members), "perempuan": str(row.women),
             "disumpah": plain_date(row.oath_on) if row.oath_on else ""}
            for number, row in enumerate(inside, 1)
        ]
        found.append({"jumlah_badan": str(len(listed)), "badan_kecamatan": listed})
    return found


def of_regency(session: Session, agenda: Agenda) -> Values:
    """Each kecamatan of the agenda's regency in numbers, and their sums."""
    rows = _rows(session, agenda.id)
    districts = session.execute(
        select(Region.code, Region.name).where(Region.level == "kecamatan", within(Region.code, agenda.scope))
        .order_by(Region.code)
    ).all()
    listed: list[dict[str, str]] = []
    for number, (code, name) in enumerate(districts, 1):
        inside = [row for row in rows if row.region_code == code or row.region_code.startswith(code + ".")]
        listed.append({
            "no": str(number), "kecamatan": name, "ppk": _count(inside, "ppk"), "pps": _count(inside, "pps"),
            "anggota": str(sum(row.members for row in inside)), "perempuan": str(sum(row.women for row in inside)),
            "disumpah": str(sum(row.oath_on is not None for row in inside)),
            "sekretariat": str(sum(row.staff for row in inside)),
        })
    return {
        "jumlah_badan": str(len(rows)), "jumlah_anggota": str(sum(row.members for row in rows)),
        "jumlah_perempuan": str(sum(row.women for row in rows)), "kecamatan_semua": listed,
    }


def _count(rows: list[Row[Any]], kind: str) -> str:
    return str(sum(row.kind == kind for row in rows))


def _rows(session: Session, agenda_id: int) -> list[Row[Any]]:
    def counted(*conditions: Any) -> Any:
        return func.coalesce(func.sum(case((conditions[0] & conditions[1] if len(conditions) > 1 else conditions[0], 1),
                                           else_=0)), 0)

    member = Membership.post.in_(MEMBER_POSTS)
    return list(session.execute(
        select(
            Body.id, Body.kind, Body.name, Body.region_code, Body.oath_on, Instance.stage, Instance.definition_id,
            counted(member).label("members"), counted(member, Person.gender == "P").label("women"),
            counted(Membership.post.in_(SECRETARIAT_POSTS)).label("staff"),
        )
        .outerjoin(Instance, Instance.id == Body.instance_id)
        .outerjoin(Membership, (Membership.body_id == Body.id) & Membership.until_on.is_(None))
        .outerjoin(Person, Person.id == Membership.person_id)
        .where(Body.agenda_id == agenda_id)
        .group_by(Body.id, Instance.stage, Instance.definition_id).order_by(Body.region_code, Body.unit)
    ).all())


def _stages(session: Session, rows: list[Row[Any]]) -> dict[tuple[int, str], str]:
    pairs = {(row.definition_id, row.stage) for row in rows if row.definition_id is not None}
    return {
        (number, stage): signposts.name_of(definitions.load(session, number), stage) for number, stage in pairs
    }

"""The recap: one row of sums for each kecamatan, over the bodies that the page's filters leave, and one for all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from engine.models import Instance
from workflows import register
from workflows.bodies import MEMBERS
from workflows.exports.fields import RECAP, STAGES
from workflows.exports.nominative import Wish
from workflows.models import Body, Membership, Person, Region
from workflows.people import MEMBER_POSTS, SECRETARIAT_POSTS

SUMS = tuple(name for name, field in RECAP.items() if field.type == "number" and name != "number")
TOTAL = "Jumlah"


def rows(session: Session, wish: Wish) -> Iterator[dict[str, Any]]:
    """Each kecamatan as {field: value} by its code, then the sums of all; three questions in all."""
    found = _of_bodies(session, wish)
    _of_people(session, wish, found)
    regions = session.execute(select(Region.code, Region.name).where(Region.code.in_(found)))
    names = {region.code: region.name for region in regions}
    total: dict[str, Any] = dict.fromkeys(SUMS, 0)
    for number, code in enumerate(sorted(found), 1):
        sums = found[code]
        sums["missing"] = max(sums["seats"] - sums["members"], 0)
        for name in SUMS:
            total[name] += sums[name]
        yield {"number": number, "code": code, "district": names.get(code, code), **sums}
    yield {"number": None, "code": None, "district": TOTAL, **total}


def count(session: Session, wish: Wish) -> int:
    """How many kecamatan there are."""
    return len(_of_bodies(session, wish))


def _of_bodies(session: Session, wish: Wish) -> dict[str, dict[str, int]]:
    """By kecamatan: bodies of each kind, seats, where they stand."""
    district = func.substr(Body.region_code, 1, 8)
    stage = func.coalesce(Instance.stage, "")
    query = (
        select(
            district.label("code"), Body.kind, stage.label("stage"), func.count(Body.id).label("bodies"),
            func.sum(cast(register.is_late(wish.now), Integer)).label("late"),
            func.sum(cast(Instance.held_since.is_not(None), Integer)).label("held"),
        )
        .select_from(Body).outerjoin(Instance, Instance.id == Body.instance_id)
        .where(*register.bodies_where(wish.scopes, wish.filters, wish.now)).group_by(district, Body.kind, stage)
    )
    found: dict[str, dict[str, int]] = {}
    for row in session.execute(query):
        sums = found.setdefault(row.code, dict.fromkeys(SUMS, 0))
        sums["bodies"] += row.bodies
        sums[row.kind] += row.bodies
        sums["seats"] += row.bodies * MEMBERS[row.kind][0]
        sums["late"] += row.late or 0
        sums["held"] += row.held or 0
        if row.stage in STAGES:
            sums[row.stage] += row.bodies
        elif not row.stage:
            sums["not_begun"] += row.bodies
    return found


def _of_people(session: Session, wish: Wish, found: dict[str, dict[str, int]]) -> None:
    """By kecamatan: who serves in those bodies."""
    district = func.substr(Body.region_code, 1, 8)
    query = (
        select(
            district.label("code"), Membership.post, Person.gender, func.count(Membership.id).label("people"),
            func.count(Membership.sworn_on).label("sworn"), func.count(Membership.trained_on).label("trained"),
        )
        .select_from(Membership).join(Person, Person.id == Membership.person_id)
        .join(Body, Body.id == Membership.body_id).outerjoin(Instance, Instance.id == Body.instance_id)
        .where(*register.bodies_where(wish.scopes, wish.filters, wish.now), Membership.until_on.is_(None))
        .group_by(district, Membership.post, Person.gender)
    )
    for row in session.execute(query):
        sums = found[row.code]
        if row.post in MEMBER_POSTS:
            sums["members"] += row.people
            sums["sworn"] += row.sworn
            sums["trained"] += row.trained
            if row.gender in ("L", "P"):
                sums["men" if row.gender == "L" else "women"] += row.people
        elif row.post in SECRETARIAT_POSTS:
            sums["secretariat"] += row.people
        else:
            sums["reserves"] += row.people

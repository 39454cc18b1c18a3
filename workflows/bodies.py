"""The bodies of an agenda: formed from the regions, found by subject, with those who serve in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFound, Refused
from workflows import regions
from workflows.models import Agenda, Body, Membership, Person, Region
from workflows.people import MEMBER_POSTS, SECRETARIAT_POSTS

# PKPU 8/2022 and MK 31/PUU-XVI/2018; a Pantarlih unit has one person, two above 400 voters: least and most.
MEMBERS: Mapping[str, tuple[int, int]] = {"ppk": (5, 5), "pps": (3, 3), "kpps": (7, 7), "pantarlih": (1, 2)}
VILLAGES = ("desa", "kelurahan", "desa_adat")


def form(session: Session, agenda: Agenda, labels: Mapping[str, str] = regions.LABELS) -> list[Body]:
    """A PPK stands for every kecamatan of the agenda's regency and under it a PPS for every desa and kelurahan.

    Answers with those that are new, a second call with none. Without regions in the register: NotFound.
    """
    found = session.scalars(
        select(Region).where(regions.within(Region.code, agenda.scope)).order_by(Region.code)
    ).all()
    districts = {region.code: region for region in found if region.level == "kecamatan"}
    if not districts:
        raise NotFound("Wilayah %(code)s belum ada dalam daftar. Muat dulu daftar wilayahnya.", code=agenda.scope)
    standing = {
        (body.kind, body.region_code): body for body in session.scalars(select(Body).where(Body.agenda_id == agenda.id))
    }
    new = [
        Body(agenda_id=agenda.id, kind="ppk", region_code=code, unit=0,
             name=regions.body_name("ppk", district.name, district.name, 0, labels))
        for code, district in districts.items()
        if ("ppk", code) not in standing
    ]
    session.add_all(new)
    session.flush()
    parents = {body.region_code: body.id for body in (*standing.values(), *new) if body.kind == "ppk"}
    villages = [
        Body(agenda_id=agenda.id, kind="pps", region_code=region.code, unit=0, parent_id=parents[region.parent_code],
             name=regions.body_name("pps", region.name, districts[region.parent_code].name, 0, labels))
        for region in found
        if region.level in VILLAGES and region.parent_code in parents and ("pps", region.code) not in standing
    ]
    session.add_all(villages)
    session.flush()
    return [*new, *villages]


def form_units(
    session: Session, pps: Body, kind: str, units: Sequence[int], labels: Mapping[str, str] = regions.LABELS
) -> list[Body]:
    """A KPPS or Pantarlih stands under this PPS for each of these TPS numbers; answers with those that are new.

    Refused: another kind of parent or body, and a TPS number outside 1 to 999.
    """
    if pps.kind != "pps" or kind not in ("kpps", "pantarlih"):
        raise Refused("KPPS dan Pantarlih hanya dapat dibentuk di bawah PPS. Pilih PPS-nya lebih dulu.")
    if any(not 1 <= unit <= 999 for unit in units):
        raise Refused("Nomor TPS harus antara 1 dan 999. Periksa daftar nomornya.")
    village = regions.get(session, pps.region_code)
    district = regions.get(session, regions.parent_code(village.code) or "")
    standing = set(
        session.scalars(
            select(Body.unit).where(
                Body.agenda_id == pps.agenda_id, Body.kind == kind, Body.region_code == pps.region_code
            )
        )
    )
    new = [
        Body(agenda_id=pps.agenda_id, kind=kind, region_code=pps.region_code, unit=unit, parent_id=pps.id,
             name=regions.body_name(kind, village.name, district.name, unit, labels))
        for unit in sorted(set(units) - standing)
    ]
    session.add_all(new)
    session.flush()
    return new


def of_subject(session: Session, subject: str) -> Body:
    """The body behind the engine's subject "body:17". Any other subject is refused with NotFound."""
    noun, _, number = subject.partition(":")
    body = session.get(Body, int(number)) if noun == "body" and number.isdecimal() else None
    if body is None:
        raise NotFound("Badan %(body)s tidak ditemukan. Mungkin tautannya sudah tidak berlaku.", body=subject)
    return body


def members(session: Session, body: Body) -> list[tuple[Membership, Person]]:
    """Who serves as ketua or anggota now: the ketua first, then by rank and name."""
    return _serving(session, body, MEMBER_POSTS)


def secretariat(session: Session, body: Body) -> list[tuple[Membership, Person]]:
    """Who serves in the secretariat now: the head first."""
    return _serving(session, body, SECRETARIAT_POSTS)


def _serving(session: Session, body: Body, posts: tuple[str, ...]) -> list[tuple[Membership, Person]]:
    found = session.execute(
        select(Membership, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.body_id == body.id, Membership.until_on.is_(None), Membership.post.in_(posts))
    )
    serving = [(membership, person) for membership, person in found]
    return sorted(serving, key=lambda row: (posts.index(row[0].post), row[0].rank or 99, row[1].name))

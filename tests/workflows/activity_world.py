"""An activity as its holder leaves it, and short ways to hand it in and to ask what became of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.web.desk_world import World
from tests.workflows import samples
from web.words import DEFAULT_ZONE
from workflows.activities import hand_in, invited, register
from workflows.models import Activity, ActivityVerdict, Body, Membership, Person

OATH = 10
"""So many days ago the activity was held."""


def ago(world: World, days: int) -> date:
    """The local day so many days before the world's moment."""
    return world.now.astimezone(ZoneInfo(DEFAULT_ZONE)).date() - timedelta(days=days)


def fill(session: Session, world: World, activity: Activity, **changes: Any) -> None:
    """The activity's form is filled in, its files kept."""
    actor = world.actors[changes.pop("by", "operator")]
    paper, photos = samples.paper("berkas"), [samples.photo("satu"), samples.photo("dua")]
    for one in (paper, *photos):
        register.keep_file(session, activity, actor=actor, now=world.now, **one)
    common = {
        "title": activity.title, "held_on": activity.held_on.isoformat(), "place": "Pendopo Pengayoman",
        "organiser": "KPU Kabupaten Temanggung", "attendance_list_file": [paper], "photos": photos,
        "coordination_stressed": True, "narrative": "Kegiatan berjalan tertib dan lancar.",
    }
    own: dict[str, Any] = {
        "inauguration": {
            "appointment_number": "245 Tahun 2024", "appointment_on": activity.held_on.isoformat(),
            "checks": ["party", "marriage", "response"],
            "method": "in_person", "oath_official": "Ketua KPU", "clergy": "Rohaniwan Kemenag",
            "witnesses": [{"name": "Saksi Satu"}, {"name": "Saksi Dua"}], "minutes_number": "102/PP.04.1-BA/3323/2024",
            "minutes_file": [paper], "integrity_pacts": [paper], "plenary_file": [paper],
            "plenary_on": activity.held_on.isoformat(), "plenary_pattern": "{urut}/PP.04.1-BA/{kode}/2024",
        },
        "bimtek": {
            "hours": 3, "topics": ["pps_tasks", "coordination", "division_tasks"], "kpu_monitor": "Petugas KPU",
            "kpu_monitor_note": "Materi lengkap, peserta aktif bertanya.", "materials_file": [paper],
            "speakers": [{"name": samples.PPK_MEMBERS[1], "origin": "ppk_member", "institution": "PPK Kranggan"}],
        },
    }
    data = {**common, **own.get(activity.kind, {}), **changes}
    register.save(
        session, activity, data, edition=activity.edition, actor=actor, now=world.now, today=ago(world, 0)
    )


def held(
    session: Session, world: World, kind: str, codes: tuple[str, ...], by: str = "operator", **more: Any
) -> Activity:
    """An activity with these bodies, its form filled in."""
    on = ago(world, OATH)
    activity = register.begin(
        session, kind=kind, title="Pelantikan serentak", held_on=on, key=f"{kind}-{by}", actor=world.actors[by],
        now=world.now,
    )
    fill(session, world, activity, by=by, **more)
    invited.add(session, activity, [world.of(code).id for code in codes], actor=world.actors[by])
    return activity


def member(session: Session, body: Body, place: int) -> tuple[int, str]:
    row = session.execute(
        sa.select(Membership.id, Person.name).join(Person, Person.id == Membership.person_id)
        .where(Membership.body_id == body.id).order_by(Membership.id).offset(place).limit(1)
    ).one()
    return row.id, row.name


def verdicts(session: Session, run: int) -> dict[int, str | None]:
    return dict(session.execute(
        sa.select(ActivityVerdict.body_id, ActivityVerdict.verdict).where(ActivityVerdict.run_id == run)
    ).all())


def sentences(session: Session, run: int, body: Body) -> str:
    said = session.scalars(
        sa.select(ActivityVerdict.said).where(ActivityVerdict.run_id == run, ActivityVerdict.body_id == body.id)
    ).one()
    return " ".join(f"{one['code']} {one['name']} {one['text']} {one['values']}" for one in said)


def hand(session: Session, world: World, activity: Activity, key: str, by: str = "operator") -> int:
    return hand_in.begin(session, activity, key=key, actor=world.actors[by], now=world.now)


def count(session: Session, model: Any, *where: Any) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(model).where(*where)) or 0

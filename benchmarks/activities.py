"""One inauguration for 309 bodies with 11 latecomers: the preview, handing in by messages, and handing in once more."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import operations, outbox
from web.db import make_engine, transaction
from web.notify import EFFECTS
from workflows import drawings
from workflows.activities import attendance, hand_in, invited, plenary, register
from workflows.activities.attendance import Mark
from workflows.demo import ground
from workflows.demo.ground import Ground
from workflows.host import HOST
from workflows.models import Activity, ActivityBody, Body, Membership
from workflows.people import NikKeys

LATECOMERS = 11
DAYS_AGO = 3


def run(url: str) -> dict[str, Any]:
    """Seconds and statements of each part. `url` names an empty database with the schema; the registers of Temanggung
    and 309 bodies under way stand in it afterwards."""
    engine, now = make_engine(url), datetime.now(UTC)
    keys = NikKeys.from_secret(b"for measuring only, no secret")
    with transaction(engine) as session:
        ground.lay(session, now=now, keys=keys, password_hash="-")
        laid = ground.find(session, now)
        _start(session, laid, now)
        number = _held(session, laid, now)
    found: dict[str, Any] = {"bodies": len(laid.bodies), "latecomers": LATECOMERS}
    operator = laid.office["operator"]
    with _measured(engine, found, "preview"), transaction(engine) as session:
        hand_in.preview(session, session.get_one(Activity, number), operator, now)
    first = _hand_in(engine, found, "hand_in", number, laid, now)
    _hand_in(engine, found, "hand_in_again", number, laid, now)
    with transaction(engine) as session:
        told = hand_in.progress(session, first, session.get_one(Activity, number)).tally
    found |= {f"verdict_{code}": count for code, count in sorted(told.items())}
    engine.dispose()
    return found


def _start(session: Session, laid: Ground, now: datetime) -> None:
    begun = now - timedelta(days=ground.BEGUN)
    published = drawings.publish_all(session, "1", begun)
    for body in laid.bodies.values():
        body.instance_id = operations.start(
            session, definition_id=published[body.kind].id, subject=body.subject, scope=body.scope,
            actor=laid.office["operator"], now=begun, host=HOST,
        ).instance_id
    session.flush()


def _held(session: Session, laid: Ground, now: datetime) -> int:
    """The activity as the operator leaves it before handing in."""
    operator, on = laid.office["operator"], now.astimezone(ZoneInfo("Asia/Jakarta")).date() - timedelta(days=DAYS_AGO)
    activity = register.begin(
        session, kind="inauguration", title="Pelantikan serentak", held_on=on, key="bench", actor=operator, now=now
    )
    paper, photos = _file("berkas.pdf", "application/pdf"), [_file(f"{n}.jpg", "image/jpeg") for n in "ab"]
    for file in (paper, *photos):
        register.keep_file(session, activity, actor=operator, now=now, **file)
    data = {
        "appointment_number": "245 Tahun 2024", "appointment_on": on.isoformat(),
        "checks": ["party", "marriage", "response"], "title": "Pelantikan serentak",
        "held_on": on.isoformat(), "method": "in_person", "place": "Alun-alun",
        "organiser": "KPU Kabupaten Temanggung", "oath_official": "Ketua KPU", "clergy": "Rohaniwan",
        "witnesses": [{"name": "Saksi Satu"}, {"name": "Saksi Dua"}], "plenary_on": on.isoformat(),
        "plenary_pattern": "{urut}/PP.04.1-BA/{kode}/2024", "plenary_file": [paper],
        "minutes_number": "102/PP.04.1-BA/3323/2024", "minutes_file": [paper], "attendance_list_file": [paper],
        "integrity_pacts": [paper], "photos": photos, "coordination_stressed": True,
        "narrative": "Kegiatan berjalan tertib dan lancar.",
    }
    register.save(session, activity, data, edition=1, actor=operator, now=now, today=now.date())
    invited.add(session, activity, [body.id for body in laid.bodies.values()], actor=operator)
    late = session.scalars(
        sa.select(Membership.id).join(Body, Body.id == Membership.body_id).where(Body.kind == "pps")
        .order_by(Membership.id.desc()).limit(LATECOMERS * 3)
    ).all()[::3]
    attendance.save(
        session, activity, [(one, Mark().text, Mark("late", "sakit")) for one in late], actor=operator, now=now
    )
    plenary.propose_all(session, activity, actor=operator, now=now)
    _silence(session)
    return activity.id


def _file(name: str, type_: str) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(name.encode()).hexdigest(), "name": name, "size": 90_000, "type": type_}


def _silence(session: Session) -> None:
    """What the starts left in the outbox is not what is measured."""
    session.execute(sa.text("DELETE FROM message"))


def _hand_in(
    engine: sa.Engine, found: dict[str, Any], name: str, number: int, laid: Ground, now: datetime
) -> int:
    """A run from the click to the last verdict, its messages taken as the worker takes them, one transaction each."""
    with _measured(engine, found, name):
        with transaction(engine) as session:
            run = hand_in.begin(
                session, session.get_one(Activity, number), key=name, actor=laid.office["operator"], now=now
            )
        batches = _drain(engine, now, lambda kind: kind == "activity.hand_in")
    found[name]["batches"] = batches
    with transaction(engine) as session:
        _silence(session)
        found[name]["bodies"] = session.scalar(
            sa.select(sa.func.count()).select_from(ActivityBody).where(ActivityBody.activity_id == number)
        )
    return run


def _drain(engine: sa.Engine, now: datetime, counted: Callable[[str], bool]) -> int:
    effects = {kind: (effect if counted(kind) else _nothing) for kind, effect in EFFECTS.items()}
    batches = 0
    while True:
        with transaction(engine) as session:
            taken = outbox.take(session, now=now, effects=effects)
        if taken is None:
            return batches
        batches += counted(taken.kind)


def _nothing(_session: Session, _taken: outbox.Taken, _now: datetime) -> None:
    """Telling people is measured elsewhere."""


@contextmanager
def _measured(engine: sa.Engine, found: dict[str, Any], name: str) -> Iterator[None]:
    seen = [0]

    def hear(*_told: object) -> None:
        seen[0] += 1

    sa.event.listen(engine, "before_cursor_execute", hear)
    began = time.perf_counter()
    try:
        yield
    finally:
        seconds = time.perf_counter() - began
        sa.event.remove(engine, "before_cursor_execute", hear)
    found[name] = {"seconds": round(seconds, 2), "statements": seen[0]}

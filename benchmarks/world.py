"""A regency whose PPS have all handed in their sowan evidence and wait for a commissioner.

The registers and the drawing are the real ones; how far the bodies are is written straight into the tables, as the
verbs would have left it, because leading a hundred of them there would take longer than what is measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine.host import Actor, Grant
from engine.models import Instance, Submission, Task, Timer
from web.db import transaction
from workflows import bodies, drawings, regions
from workflows.models import Agenda, Body

ANSWER = {"decision": "approve", "ba_pleno_number": "131/PP.04.1-BA/3323/2024"}
"""The commissioner's answer, as the approving form gives it."""
NOW = datetime(2024, 6, 3, 3, 0, tzinfo=UTC)
OATH = date(2024, 5, 26)
COMMISSIONER = Actor("7", "Komisioner", (Grant("commissioner", "33.23"),))
STATE = "inaugurated/approve_sowan"


@dataclass(frozen=True)
class World:
    """The open approvals, (task id, instance id) each, and who may decide them at `now`."""

    tasks: Sequence[tuple[int, int]]
    commissioner: Actor = COMMISSIONER
    now: datetime = NOW


def build(engine: sa.Engine, count: int) -> World:
    """So many PPS of Temanggung (289 at most) wait in approve_sowan."""
    with transaction(engine) as session:
        regions.load(session)
        agenda = Agenda(
            code="BENCH", name="Pilkada", kind="pilkada", scope=regions.TEMANGGUNG, voting_day=date(2024, 11, 27),
            term_begins=date(2024, 5, 16), term_ends=date(2025, 1, 27),
        )
        session.add(agenda)
        session.flush()
        formed = [body for body in bodies.form(session, agenda) if body.kind == "pps"]
        definition = drawings.publish(session, "pps", "bench", NOW)
        return World([_stand(session, body, definition.id) for body in formed[:count]])


def _stand(session: Session, body: Body, definition: int) -> tuple[int, int]:
    """This body waits in approve_sowan, its evidence handed in; (task id, instance id)."""
    handed_in = NOW - timedelta(days=1)
    instance: int = session.execute(insert(Instance).values(
        definition_id=definition, subject=body.subject, scope=body.scope, status="running", stage="inaugurated",
        state=STATE, variables={"decision": "approve"}, started_at=handed_in, entered_at=handed_in,
        staged_at=handed_in, due_at=NOW + timedelta(days=2), version=4, stage_version=3, seq=4, head="a" * 64,
    ).returning(Instance.id)).scalar_one()
    body.instance_id, body.oath_on = instance, OATH
    task: int = session.execute(insert(Task).values(
        instance_id=instance, node="approve_sowan", visit=4, stage="inaugurated", role="commissioner",
        scope=body.scope, opened_at=handed_in, due_at=NOW + timedelta(days=2),
    ).returning(Task.id)).scalar_one()
    session.execute(insert(Timer).values(
        instance_id=instance, node="approve_sowan_late", host="approve_sowan", visit=4, round=0,
        due_at=NOW + timedelta(days=2), repeats=0, fired=False,
    ))
    session.execute(insert(Submission).values(
        instance_id=instance, task_id=task, node="submit_sowan", status="submitted", data=_sowan(body), warnings=[],
        form_fingerprint="b" * 64, edition=1, actor="9", saved_at=handed_in, submitted_at=handed_in,
    ))
    return task, instance


def _sowan(body: Body) -> Mapping[str, Any]:
    place = body.name.removeprefix("PPS ").partition(",")[0]
    return {
        "visits": [{
            "office": "kades", "held_on": "2024-05-29", "place": f"Kantor Desa {place}", "manner": "in_person",
            "official_name": "Sutrisno", "official_post": f"Kepala Desa {place}",
            "present_members": "Budi Santoso dan Siti Aminah",
            "outcome": "Perkenalan pengurus baru dan penjelasan tahapan. Kepala desa siap mendukung.",
            "agreement": "Menyediakan satu ruang untuk sekretariat.", "follow_up": "Menghubungi lewat telepon.",
            "follow_up_due": "2024-06-08",
            "photos": [{"sha256": "c" * 64, "name": "foto.jpg", "size": 81234, "type": "image/jpeg"}],
        }],
        "secretariat_support": "promised", "facilities": ["room", "desk", "electricity"], "neutrality_kept": True,
        "narrative": "Kegiatan berjalan tertib dan lancar.", "statement_true": True,
    }

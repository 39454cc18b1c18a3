"""What is done about each kind of message in the outbox; the keys are all the kinds the engine writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from engine.operations import effects
from engine.outbox import Effect, Taken
from web import importing, jobs, mailing_sending
from web.papers import making
from workflows import drawing_moves, escalation, telling, units
from workflows.activities import hand_in
from workflows.host import HOST


def _moved(session: Session, taken: Taken, now: datetime) -> None:
    telling.moved(session, instance_id=taken.payload["instance_id"], seq=taken.payload["seq"], now=now)


def _thrown(session: Session, taken: Taken, now: datetime) -> None:
    payload = taken.payload
    escalation.thrown(
        session, instance_id=payload["instance_id"], element=payload["node"], trigger=payload["trigger"], now=now
    )


EFFECTS: Mapping[str, Effect] = {
    **effects(HOST), "instance.moved": _moved, "escalation.thrown": _thrown,
    "drawing.moving": drawing_moves.carry_on, "activity.hand_in": hand_in.carry_on,
    "bodies.begin": units.carry_on, "papers.making": making.carry_on, **importing.effects(jobs.process_config),
    **mailing_sending.effects(jobs.process_config),
}

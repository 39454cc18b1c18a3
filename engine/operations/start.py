"""Starting and cancelling an instance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine import definitions
from engine.definitions import Loaded
from engine.errors import Refused, WrongState
from engine.host import SYSTEM, Actor, Host
from engine.models import Instance
from engine.operations.complete import go_on
from engine.operations.door import Act, advance
from engine.operations.ending import end_early
from engine.operations.outcome import Outcome
from engine.operations.standing import lock, require_role


def start(
    session: Session, *, definition_id: int, subject: str, scope: str, actor: Actor, now: datetime, host: Host,
    variables: Mapping[str, Any] | None = None, event: str | None = None,
) -> Outcome:
    """An instance of the definition stands at its first wait, for this subject; its first tasks and clocks are open.

    `event` is the start event where the drawing has several. Refused: none such (WrongState); the actor does not hold
    the role of the start event's lane in this scope (Forbidden, OutOfScope); the subject has an instance already
    (Refused).
    """
    loaded = definitions.load(session, definition_id)
    begin, trigger = _beginning(loaded, event)
    if actor is not SYSTEM and begin in loaded.graph.process.nodes and (role := loaded.graph.role(begin)):
        require_role(actor, role, scope)
    if session.scalar(select(Instance.id).where(Instance.subject == subject, Instance.parent_id.is_(None))) is not None:
        raise Refused("Alur untuk badan ini sudah dimulai.")
    known = {key: value for key, value in (variables or {}).items() if key in loaded.names}
    node = loaded.graph.process.nodes.get(begin)
    if node is not None and node.initiator in loaded.names:
        known[node.initiator] = actor.id
    instance_id = session.execute(
        insert(Instance).values(
            definition_id=definition_id, subject=subject, scope=scope, status="running", stage="", state="",
            variables=known, started_at=now, entered_at=now, staged_at=now, version=0, stage_version=0, seq=0, head="",
        ).returning(Instance.id)
    ).scalar_one()
    standing = lock(session, instance_id, host)
    act = Act("instance.started", actor, now, begin, details={"definition": [loaded.key, loaded.version]})
    return go_on(session, standing, advance(session, standing, trigger, act), now)


def _beginning(loaded: Loaded, event: str | None) -> tuple[str, str]:
    """(where it begins, the trigger): the event asked for, else the only blank one, else the first."""
    starts = [one.trigger for one in loaded.graph.transitions if not one.source]
    first = next((one.path[0] for one in loaded.graph.transitions if one.trigger == "start" and not one.source), None)
    if event is not None and f"start.{event}" in starts:
        return event, f"start.{event}"
    if event is not None and event != first:
        raise WrongState("Alur “%(flow)s” tidak dapat dimulai dari “%(event)s”.", flow=loaded.name, event=event)
    return (first, "start") if first is not None else (starts[0].partition(".")[2], starts[0])


def cancel(
    session: Session, *, instance_id: int, actor: Actor, now: datetime, host: Host, role: str, reason: str
) -> Outcome:
    """The instance is over without having reached an end, and so are its children: tasks, clocks and subscriptions are
    closed, evidence stands.

    Refused: the actor does not hold `role` in its scope; it is over already, or a child, whose parent would wait for it
    for ever; no reason is given.
    """
    standing = lock(session, instance_id, host)
    require_role(actor, role, standing.row.scope)
    if standing.row.status != "running":
        raise Refused("Alur badan ini sudah berakhir.")
    if standing.row.parent_id is not None:
        raise Refused("Alur ini bagian dari alur lain. Batalkan alur induknya.")
    if not reason.strip():
        raise Refused("Tuliskan alasan pembatalan.")
    act = Act("instance.cancelled", actor, now, standing.row.stage, details={"reason": reason.strip()})
    outcome = end_early(session, standing, act)
    assert outcome is not None  # noqa: S101 -- it was running, under its lock
    return outcome

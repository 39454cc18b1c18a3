"""Moving bodies to another version while people go on working: a message moves one batch and asks for the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, aliased

from engine import migration, outbox
from engine.errors import NotFound
from engine.host import Actor
from engine.migration import Reason
from engine.migration.models import MoveRun, MoveStep
from engine.models import Definition, Instance, Message
from engine.outbox import Taken
from workflows import versions
from workflows.blocked import within
from workflows.host import HOST
from workflows.models import Account, Body

BATCH = 25
"""Bodies in one transaction: few, because on SQLite everybody else's writing waits for it."""


def begin(
    session: Session, *, from_definition: int, to_definition: int, mapping: Mapping[str, str], lose_work: bool,
    key: str, actor: Actor, now: datetime,
) -> int:
    """The bodies of one version are being moved to the other, in the background; the answer is the run's number.

    Asked again with the same `key`, the run it had begun is answered. Refused: Forbidden without a role of MOVERS; as
    `migration.begin`.
    """
    versions.require_everywhere(session, actor, versions.MOVERS)
    payload = session.scalar(select(Message.payload).where(Message.dedupe == _dedupe(key)))
    if payload is not None:
        return int(payload["run_id"])
    run = migration.begin(
        session, from_definition=from_definition, to_definition=to_definition, actor=actor, now=now, mapping=mapping,
        lose_work=lose_work,
    )
    _go_on(session, run, actor.id, _dedupe(key), now)
    return run


def resume(session: Session, run_id: int, *, key: str, actor: Actor, now: datetime) -> None:
    """A run that was stopped goes on. Refused as `begin`; NotFound."""
    run = find(session, run_id)
    begin(session, from_definition=run.from_id, to_definition=run.to_id, mapping=run.mapping, lose_work=run.lose_work,
          key=key, actor=actor, now=now)


def stop(session: Session, run_id: int, *, actor: Actor) -> None:
    """No further batch is moved until the run is resumed. Refused as `begin`."""
    versions.require_everywhere(session, actor, versions.MOVERS)
    migration.stop(session, run_id=run_id)


def undo(session: Session, run_id: int, *, key: str, actor: Actor, now: datetime) -> None:
    """The moved bodies are being taken back, but those with which anything was done since. Refused as `begin`, and
    while another run from that version is not over."""
    versions.require_everywhere(session, actor, versions.MOVERS)
    migration.undo(session, run_id=run_id, actor=actor, now=now, host=HOST, batch=0)
    _go_on(session, run_id, actor.id, _dedupe(key), now)


def carry_on(session: Session, taken: Taken, now: datetime) -> None:
    """The next batch of the run is moved, or taken back, and the one after it asked for; nothing when it is over."""
    run = find(session, taken.payload["run_id"])
    actor = _actor(session, taken.payload["account"])
    step = migration.undo if run.status == "undoing" else migration.move
    done = step(session, run_id=run.id, actor=actor, now=now, host=HOST, batch=BATCH)
    if not done.over:
        _go_on(session, run.id, actor.id, f"moving:after:{taken.id}", now)


def find(session: Session, run_id: int) -> MoveRun:
    """The run of this number. Refused with NotFound."""
    run = session.get(MoveRun, run_id)
    if run is None:
        raise NotFound("Pemindahan ini tidak ditemukan.")
    return run


def runs(session: Session, key: str) -> Sequence[Row[int, str, datetime, int, int]]:
    """The runs between versions of this process, the newest first: (id, status, started_at, old, new version)."""
    old, new = aliased(Definition), aliased(Definition)
    return session.execute(
        select(MoveRun.id, MoveRun.status, MoveRun.started_at, old.version.label("old"), new.version.label("new"))
        .join(old, old.id == MoveRun.from_id).join(new, new.id == MoveRun.to_id).where(old.key == key)
        .order_by(MoveRun.id.desc()).limit(50)
    ).all()


@dataclass(frozen=True, slots=True)
class Left:
    """A body that was not moved, or kept when the run was taken back, and why."""

    body_id: int | None
    name: str
    reason: Reason


def refusals(session: Session, run_id: int, scopes: Sequence[str], limit: int = 200) -> list[Left]:
    """The bodies that stayed where they were, those the reader may see."""
    found = session.execute(
        select(Body.id, Body.name, Instance.subject, MoveStep.reason, MoveStep.reason_en)
        .select_from(MoveStep).join(Instance, Instance.id == MoveStep.instance_id)
        .outerjoin(Body, Body.instance_id == Instance.id)
        .where(MoveStep.run_id == run_id, MoveStep.result.in_(("refused", "kept")), within(Instance.scope, scopes))
        .order_by(MoveStep.instance_id).limit(limit)
    )
    return [Left(row.id, row.name or row.subject, Reason(row.reason, row.reason_en)) for row in found]


def _dedupe(key: str) -> str:
    return f"moving:asked:{key}"


def _go_on(session: Session, run_id: int, account: str, dedupe: str, now: datetime) -> None:
    outbox.put(session, [outbox.row("drawing.moving", dedupe, {"run_id": run_id, "account": account}, now)])


def _actor(session: Session, account: str) -> Actor:
    """Who asked for the move; their name stands in each body's history."""
    found = session.get(Account, int(account)) if account.isdecimal() else None
    if found is None:
        return Actor(account, account)
    return Actor(account, found.name, person=f"person:{found.person_id}" if found.person_id else "")

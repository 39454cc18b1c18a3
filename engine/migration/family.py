"""Moving one instance with the children that do a part of its work, and taking that back. All of it stands or nothing.

Children run by the same version as the part of the drawing they do, so they move with their root. What a call runs is
another process with versions of its own: it goes on as it is, and brings its answer to where its caller is by then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.definitions import Loaded
from engine.host import Actor, Host
from engine.migration import changes as written
from engine.migration import work
from engine.migration.changes import Changes
from engine.migration.moving import Moving
from engine.migration.pairing import CannotMove, Pairer, Pairing
from engine.models import Instance, Message, Submission
from engine.operations.door import Act, note
from engine.operations.standing import Standing, lock

_instance, _message, _submission = table_of(Instance), table_of(Message), table_of(Submission)
_TOLD = ("child.begin", "child.ended", "child.failed", "error.uncaught")
"""What is on its way to a place, by the name that the place has: runs of automatic tasks are asked for anew."""


@dataclass(frozen=True, slots=True)
class Move:
    """What all moves of one run share. `lose_work`: instances move even where open work has no task any more."""

    run_id: int
    old: Loaded
    new: Loaded
    pairer: Pairer
    lose_work: bool = False


@dataclass(frozen=True, slots=True)
class _Member:
    """One instance of a family, locked, and where it goes; `lost` is the work it gives up."""

    standing: Standing
    pairer: Pairer
    pairing: Pairing
    lost: Sequence[work.Item]


def move_one(
    session: Session, *, move: Move, instance_id: int, actor: Actor, now: datetime, host: Host
) -> tuple[int, dict[str, Any]]:
    """The instance and its children run by the newer version, each in the state that its own is there: open tasks,
    claims, votes, drafts and due dates go on, clocks keep their moments, each history has "instance.moved". The answer
    is the end of its history and what `undo_one` needs.

    Refused, with nothing written when the caller's savepoint is rolled back: CannotMove with the reason, which names
    the element of the member that stays; somebody else moved one of them meanwhile (Stale).
    """
    root = lock(session, instance_id, host)
    if root.row.status != "running" or root.row.definition_id != move.old.id:
        raise CannotMove(
            "Badan ini sudah berakhir, atau sudah berjalan dengan versi lain.",
            "This body has ended, or runs by another version already.",
        )
    standings = [root, *(
        lock(session, row.id, host) for row in _running(session, instance_id)
        if row.id != instance_id and row.definition_id == move.old.id
    )]
    members = [_member(session, move, standing) for standing in standings]
    changes = Changes(session)
    for member in members:
        _move_member(session, move, member, changes, actor, now)
    _readdress(session, changes, move.pairer, [member.standing.row.id for member in members])
    family = {str(row.id): row.seq for row in _running(session, instance_id)}
    return root.row.seq + 1, {**changes.as_json(), "family": family}


def _running(session: Session, root: int) -> Sequence[Any]:
    """The instances of this family that run, the parents before their children."""
    return session.execute(
        select(_instance.c.id, _instance.c.definition_id, _instance.c.seq)
        .where(or_(_instance.c.id == root, _instance.c.root_id == root), _instance.c.status == "running")
        .order_by(_instance.c.id)
    ).all()


def _member(session: Session, move: Move, standing: Standing) -> _Member:
    row = standing.row
    pairer = move.pairer.part(row.part)
    if not isinstance(pairer, Pairer):
        raise CannotMove(pairer.message, pairer.message_en)
    pairing = pairer.pair(row.state)
    if pairing.target is None:
        raise CannotMove(pairing.reason.message, pairing.reason.message_en)
    return _Member(standing, pairer, pairing, _lost(session, move, pairer, pairing, row.id))


def _lost(
    session: Session, move: Move, pairer: Pairer, pairing: Pairing, instance_id: int
) -> Sequence[work.Item]:
    """The work that is given up. Refused with CannotMove when any may not be touched, or none may be lost."""
    items = sorted(work.of_instance(session, instance_id), key=lambda item: (item.node, item.sort))
    for item in items:
        if why := work.holds_back(pairer, pairing, item):
            raise CannotMove(why.message, why.message_en)
    lost = [item for item in items if work.is_lost(pairer, pairing, item)]
    if lost and not move.lose_work:
        said, said_en = (", ".join(some) for some in zip(
            *((item.said(pairer), item.said_en(pairer)) for item in lost), strict=True
        ))
        raise CannotMove(
            f"Akan hilang: {said}. Padankan langkahnya, atau izinkan kehilangan ini.",
            f"Would be lost: {said_en}. Map the step, or allow the loss.",
        )
    return lost


def _move_member(
    session: Session, move: Move, member: _Member, changes: Changes, actor: Actor, now: datetime
) -> None:
    row, target, mapping = member.standing.row, member.pairing.target, move.pairer.mapping
    assert target is not None  # noqa: S101 -- asked by `_member`
    part = move.pairer.event(row.part) if row.part else ""
    new = move.new.of(part)
    values = Moving(
        session, move.old.of(row.part), new, member.pairer, member.pairing, member.standing, changes, actor, now
    ).carry_out(member.lost)
    if row.parent_id is not None:
        values |= {"part": part, "parent_node": move.pairer.event(row.parent_node)}
    changes.remember(_instance, row.id, {name: getattr(row, name) for name in values if name != "version"})
    details = {
        "from": [move.old.key, move.old.version], "to": [move.new.key, move.new.version], "run": move.run_id,
        **({"mapping": dict(mapping)} if member.pairing.by_mapping else {}),
        **({"lost": [[item.node, item.sort] for item in member.lost]} if member.lost else {}),
    }
    member.standing.definition = new
    note(session, member.standing, Act("instance.moved", actor, now, target.stage, details=details), values)


def _readdress(session: Session, changes: Changes, pairer: Pairer, members: Sequence[int]) -> None:
    """What is on its way to a place that has another name now finds it. Refused while a worker is at it."""
    if not pairer.mapping:
        return
    asked = select(_message.c.id, _message.c.payload).where(_message.c.kind.in_(_TOLD), _message.c.done_at.is_(None))
    waiting = [
        (row.id, payload) for row in session.execute(asked)
        if (payload := dict(_renamed(pairer, row.payload, members))) != row.payload
    ]
    numbers = [number for number, _ in waiting]
    free = session.execute(
        select(_message.c.id).where(_message.c.id.in_(numbers)).with_for_update(skip_locked=True)
    ).all()
    if len(free) < len(waiting):
        raise CannotMove(
            "Sebagian pekerjaannya baru saja selesai dan sedang dicatat. Ulangi sebentar lagi.",
            "A part of its work has just been done and is being noted. Try again in a moment.",
        )
    for number, payload in waiting:
        changes.update(_message, number, payload=payload)


def _renamed(pairer: Pairer, payload: Mapping[str, Any], members: Sequence[int]) -> Iterator[tuple[str, Any]]:
    for name, value in payload.items():
        if name == "origin":
            yield name, dict(_renamed(pairer, value, members))
        elif name == "node" and payload.get("instance_id") in members:
            yield name, pairer.event(value)
        else:
            yield name, value


def undo_one(
    session: Session, *, move: Move, instance_id: int, seq: int, before: Mapping[str, Any], actor: Actor,
    now: datetime, host: Host, moved_at: datetime,
) -> None:
    """The instance and its children run by the older version again, as they stood before the move; each history has
    "instance.moved_back". Refused with CannotMove once anything was done with one of them since, a new draft included.
    """
    root = lock(session, instance_id, host)
    running = _running(session, instance_id)
    family = before.get("family", {str(instance_id): seq})
    if root.row.status != "running" or {str(row.id): row.seq for row in running} != family:
        raise CannotMove(
            "Sudah ada tindakan sesudah pemindahan; pemindahannya tidak dapat dibatalkan lagi.",
            "Something was done after the move; it cannot be taken back any more.",
        )
    drafted = select(_submission.c.id).where(
        _submission.c.instance_id.in_([row.id for row in running]), _submission.c.status == "draft",
        _submission.c.edition == 1, _submission.c.saved_at > moved_at,
    )
    if session.execute(drafted).first() is not None:
        raise CannotMove(
            "Sesudah pemindahan ada draf baru; pemindahannya tidak dapat dibatalkan lagi.",
            "There is a new draft since the move; it cannot be taken back any more.",
        )
    moved = [row.id for row in running if row.definition_id == move.new.id]
    standings = {number: root if number == instance_id else lock(session, number, host) for number in moved}
    own = written.undo(session, before, guarded=moved, actor=actor.id, now=now)
    details = {"from": [move.new.key, move.new.version], "to": [move.old.key, move.old.version], "run": move.run_id}
    for number, standing in standings.items():
        values = own[number]
        standing.definition = move.old.of(values.get("part", standing.row.part))
        act = Act("instance.moved_back", actor, now, values["stage"], details=details)
        note(session, standing, act, {**values, "version": standing.row.version + 1})

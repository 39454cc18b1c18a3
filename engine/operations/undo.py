"""Taking back the last decision: a recorded act that puts its instance back to where it stood before.

What a decision changes can be told afterwards from its rows of the history and from the numbers of its stay; what
cannot (the variables, evidence that was handed in on the way, the product's registers) is kept beside it in one row per
instance (`engine.reversals`), written in the decision's own transaction. Nothing of the history is removed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Insert, Select, and_, bindparam, delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import gathering
from engine.base import table_of
from engine.errors import Forbidden, NotFound, Refused
from engine.host import SYSTEM, Actor, Host
from engine.models import History, Instance, Submission, Task, Vote
from engine.operations import reopening
from engine.operations.door import Act, note
from engine.operations.outcome import Outcome
from engine.operations.standing import Standing, lock, meanwhile, require_role
from engine.reversals import Reversal
from engine.statements import AnyRow, Statement, Written

WITHIN = timedelta(minutes=10)
"""So long after it a decision may be taken back, unless the caller says otherwise."""

_reversal, _submission, _history = table_of(Reversal), table_of(Submission), table_of(History)
_instance, _task, _vote = table_of(Instance), table_of(Task), table_of(Vote)
_SEQ = Statement(select(_instance.c.seq).where(_instance.c.id == bindparam("i")))


def _kept() -> Select[Any]:
    return select(_reversal, _task.c.node, _task.c.role, _task.c.scope).join(_task, _task.c.id == _reversal.c.task_id)


_KEPT = Statement(_kept().where(_reversal.c.instance_id == bindparam("i")))
_DETAILS = Statement(select(_history.c.details).where(
    _history.c.instance_id == bindparam("i"), _history.c.seq >= bindparam("a"), _history.c.seq <= bindparam("b")
))
_IS_ACT = ~and_(
    _history.c.actor == SYSTEM.id, _history.c.action == "timer.fired", _history.c.source == _history.c.target
)
"""Anything but a clock that told of lateness and moved nothing: that hinders nobody."""
_ACTED = Statement(select(_history.c.seq).where(
    _history.c.instance_id == bindparam("i"), _history.c.seq > bindparam("last"), _IS_ACT
).limit(1))
_FORGET = Statement(delete(_reversal).where(_reversal.c.instance_id == bindparam("i")))
_UNVOTE = Statement(
    delete(_vote).where(_vote.c.task_id == bindparam("t"), _vote.c.person == bindparam("who"))
)


def _keeping(dialect: str) -> Written:
    names = ("instance_id", "seq", "last", "task_id", "actor", "at", "image")
    made = (postgresql if dialect == "postgresql" else sqlite).insert(_reversal).values(
        {name: bindparam(name, type_=_reversal.c[name].type) for name in names}
    )
    written: Insert = made.on_conflict_do_update(
        index_elements=["instance_id"], set_={name: made.excluded[name] for name in names[1:]}
    )
    return written.inline()


_KEEP = Statement(_keeping)
MOMENTS = ("entered_at", "staged_at", "ended_at", "due_at")
PLAIN = ("status", "stage", "state", "variables", "stage_version", "version")


def keep(session: Session, standing: Standing, task: AnyRow, actor: Actor, now: datetime) -> None:
    """The decision just made can be taken back as long as nothing else is done on its instance.

    Not one of a family of instances: its relatives have been told by messages already.
    """
    row = standing.row
    if row.parent_id is not None or standing.definition.has_children:
        return
    alone = not standing.taken_up and not standing.definition.conditional
    last = row.seq + 1 if alone else _SEQ.first(session, {"i": row.id}).seq
    _KEEP.write(session, {
        "instance_id": row.id, "seq": row.seq + 1, "last": last, "task_id": task.id, "actor": actor.id, "at": now,
        "image": {
            "instance": _columns(row), "registers": standing.written,
            "prepared": [_evidence(one) for one in standing.taken_up],
            "vote": actor.who if task.node in standing.definition.graph.quorums else None,
        },
    })


def undo(
    session: Session, *, instance_id: int, seq: int, actor: Actor, now: datetime, host: Host,
    within: timedelta = WITHIN, details: Mapping[str, Any] | None = None,
) -> Outcome:
    """The decision that is row `seq` of the instance's history is taken back: the instance stands where it stood.

    State, stage, variables, tasks (with their ids, claims and due days), votes, clocks and subscriptions, evidence and
    the product's registers are as before; the decision's own answer is withdrawn. The history has one row more, and
    messages not yet sent are withdrawn. Done twice it is one act.

    Refused, with nothing changed: by anybody but who decided (Forbidden); later than `within`; after any other act on
    the instance but a clock that told of lateness, saying who did what; where the registers were changed by other
    hands since (Refused).
    """
    standing = lock(session, instance_id, host)
    kept = gathering.taken(session, "kept", instance_id) or _KEPT.first(session, {"i": instance_id})
    if kept is None and (done := _done(session, standing, seq, actor)) is not None:
        return done
    _require(session, standing, kept, seq, actor, now, within)
    image, before = kept.image, kept.image["instance"]
    said, last = _said(session, kept), standing.row.seq
    reopening.require_no_new_draft(session, standing, kept)
    again = reopening.closed(session, standing, kept)
    for written in reversed(image["registers"]):
        host.take_back(session, standing.subject, written["node"], written["before"], actor, now)
    reopening.evidence(session, standing, kept, said, now)
    reopening.stays(session, standing, kept, again, actor, now)
    if image["vote"]:
        _UNVOTE.write(session, {"t": kept.task_id, "who": image["vote"]})
    reopening.messages(session, standing, kept, said, now)
    _FORGET.write(session, {"i": instance_id})
    changes = {name: before[name] for name in PLAIN} | {
        name: datetime.fromisoformat(before[name]) if before[name] else None for name in MOMENTS
    }
    version = standing.row.version + 1
    act = Act("decision.undone", actor, now, kept.node, kept.role, details={
        "undoes": [seq, last], "decided_at": kept.at.isoformat(), **(details or {}),
    })
    outcome = note(session, standing, act, {**changes, "version": version})
    return replace(outcome, stage=before["stage"], version=version)


def gather_kept(session: Session, instance_ids: list[int], gathered: gathering.Gathered) -> list[Mapping[str, Any]]:
    """What `undo` asks about each of these instances is known. The answer is what their decisions changed in the
    host's registers."""
    asked = _reversal.c.instance_id.in_(instance_ids)
    kept = session.execute(_kept().where(asked)).all()
    gathered.known.update({("kept", row.instance_id): row for row in kept})
    gathered.known.update({("said", row.instance_id): [] for row in kept})
    for row in session.execute(
        select(_history.c.instance_id, _history.c.details)
        .join(_reversal, _reversal.c.instance_id == _history.c.instance_id)
        .where(asked, _history.c.seq.between(_reversal.c.seq, _reversal.c.last))
    ):
        gathered.known["said", row.instance_id].append(row.details)
    reopening.gather_stays(session, instance_ids, gathered)
    return [written["before"] for row in kept for written in row.image["registers"]]


def undoable(
    session: Session, *, instance_ids: list[int], actor: Actor, now: datetime, within: timedelta = WITHIN
) -> dict[int, tuple[int, datetime]]:
    """Of these instances those whose last act was a decision of this actor that may still be taken back:
    {instance id: (row of the history, until when)}."""
    rows = session.execute(
        select(_reversal.c.instance_id, _reversal.c.seq, _reversal.c.at)
        .join(_instance, _instance.c.id == _reversal.c.instance_id)
        .where(
            _reversal.c.instance_id.in_(instance_ids), _reversal.c.actor == actor.id, _reversal.c.at >= now - within,
            ~exists().where(
                _history.c.instance_id == _reversal.c.instance_id, _history.c.seq > _reversal.c.last, _IS_ACT
            ),
        )
    )
    return {row.instance_id: (row.seq, row.at + within) for row in rows}


def _said(session: Session, kept: AnyRow) -> list[Mapping[str, Any]]:
    """The details of the decision's rows of the history."""
    known: list[Mapping[str, Any]] | None = gathering.taken(session, "said", kept.instance_id)
    if known is not None:
        return known
    asked = {"i": kept.instance_id, "a": kept.seq, "b": kept.last}
    return [row.details for row in _DETAILS.rows(session, asked)]


def _done(session: Session, standing: Standing, seq: int, actor: Actor) -> Outcome | None:
    """The answer of the same undoing before, where it is the last act of the instance."""
    row = standing.row
    last = session.execute(
        select(_history.c.actor, _history.c.source, _history.c.details)
        .where(_history.c.instance_id == row.id, _history.c.seq == row.seq, _history.c.action == "decision.undone")
    ).one_or_none()
    if last is None or last.actor != actor.id or last.details["undoes"][0] != seq:
        return None
    return Outcome(row.id, "decision.undone", last.source, row.state, row.stage, row.version)


def _require(
    session: Session, standing: Standing, kept: AnyRow, seq: int, actor: Actor, now: datetime, within: timedelta
) -> None:
    if kept is None or seq > kept.seq:
        raise NotFound("Keputusan ini tidak dapat dibatalkan. Minta pembuka kembali tahap bila memang keliru.")
    if kept.seq != seq or (kept.last != standing.row.seq and _ACTED.first(session, {
        "i": standing.row.id, "last": kept.last,
    }) is not None):
        raise Refused(
            "Keputusan ini tidak dapat dibatalkan lagi karena badan ini sudah bergerak. Terakhir: “%(what)s” oleh "
            "%(who)s.", **meanwhile(session, standing)
        )
    if kept.actor != actor.id:
        raise Forbidden("Hanya yang memutuskan yang dapat membatalkan keputusan ini.")
    require_role(actor, kept.role, kept.scope)
    if now - kept.at > within:
        raise Refused(
            "Batas waktu %(minutes)s menit untuk membatalkan keputusan ini sudah lewat.",
            minutes=str(int(within.total_seconds() // 60)),
        )


def _columns(row: AnyRow) -> dict[str, Any]:
    moments = {name: getattr(row, name) for name in MOMENTS}
    return {name: getattr(row, name) for name in PLAIN} | {
        name: moment.isoformat() if moment is not None else None for name, moment in moments.items()
    }


def _evidence(row: AnyRow) -> dict[str, Any]:
    """A prepared submission as it waited."""
    return {
        "id": row.id, "data": row.data, "warnings": row.warnings, "form_fingerprint": row.form_fingerprint,
        "edition": row.edition, "actor": row.actor, "on_behalf_of": row.on_behalf_of, "node": row.node,
        "saved_at": row.saved_at.isoformat(),
    }

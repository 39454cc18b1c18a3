"""A task that several people decide: one vote each, until the completion condition holds or all have voted.

BPMN 2.0.2 clause 10.3.8 (multi-instance), the quorum of a rapat pleno: k of n.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.errors import AlreadyDone, Refused
from engine.host import Actor
from engine.machine import context_of
from engine.models import Vote
from engine.operations.door import Act, note
from engine.operations.outcome import Outcome
from engine.operations.standing import Standing
from engine.statements import AnyRow, insert_of

_vote = table_of(Vote)
_CAST = insert_of(_vote, "task_id", "person", "data", "at", new=True, returning="id")


@dataclass(frozen=True, slots=True)
class Tally:
    """The votes so far, oldest first, the four numbers of BPMN, and whether the task is decided."""

    votes: list[dict[str, Any]]
    numbers: dict[str, int]
    decided: bool


def cast(
    session: Session, standing: Standing, task: AnyRow, actor: Actor, now: datetime, data: Mapping[str, Any]
) -> Tally:
    """This person's vote is counted. Refused with AlreadyDone when this person has voted on this task before."""
    vote = {"task_id": task.id, "person": actor.who, "data": dict(data), "at": now}
    if _CAST.first(session, vote) is None:
        raise AlreadyDone("Anda sudah memberikan suara untuk keputusan ini.")
    votes = list(session.execute(
        select(_vote.c.data).where(_vote.c.task_id == task.id).order_by(_vote.c.id)
    ).scalars())
    return _tally(standing, task, votes, now, session)


def _tally(standing: Standing, task: AnyRow, votes: list[dict[str, Any]], now: datetime, session: Session) -> Tally:
    quorum = standing.definition.graph.quorums[task.node]
    names = standing.surroundings(session, now).names
    total = quorum.cardinality.evaluate(context_of(standing.variables, names))
    try:
        count = int(str(total))
    except ValueError:
        raise Refused("Jumlah pemberi suara tidak dapat dihitung. Hubungi pengelola alur.") from None
    numbers = {
        "nrOfInstances": count, "nrOfCompletedInstances": len(votes), "nrOfTerminatedInstances": 0,
        "nrOfActiveInstances": max(count - len(votes), 0),
    }
    context = context_of({**standing.variables, **numbers, "votes": votes}, names)
    met = quorum.completion is not None and quorum.completion.evaluate(context) is True
    return Tally(votes, numbers, met or len(votes) >= count)


def counted(
    session: Session, standing: Standing, task: AnyRow, actor: Actor, now: datetime, data: Mapping[str, Any],
    tally: Tally,
) -> Outcome:
    """The vote stands in the history and the task goes on."""
    outcome = note(session, standing, Act(
        "task.voted", actor, now, task.node, task.role, data, {"votes": len(tally.votes)}
    ))
    return Outcome(outcome.instance_id, outcome.action, outcome.source, outcome.target, outcome.stage,
                   outcome.version, done=False)

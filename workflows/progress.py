"""Where one body stands, as its own members see it: the step, what is asked, what is still missing, by when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine import definitions
from engine.forms import Form
from engine.host import Actor
from engine.models import Obstacle, Submission, Task
from workflows import filings, rounds, signposts
from workflows.filings import HANDED_IN, KEPT, Place, Returned
from workflows.rounds import Round
from workflows.signposts import Step

MOST_NAMED = 6


@dataclass(frozen=True)
class Asked:
    """One evidence task of this body's own people: to be handed in now, or to be prepared.

    `address` is the task where it is one of a child instance.
    """

    node: str
    title: str
    asked: str
    due_at: datetime | None
    status: str
    returned: Returned | None
    missing: tuple[str, ...] = ()
    missing_more: int = 0
    saved_at: datetime | None = None
    address: int | None = None
    follow_up_at: datetime | None = None


@dataclass(frozen=True)
class Waiting:
    """An open task of somebody else: `role` must act."""

    title: str
    role: str
    since: datetime
    due_at: datetime | None


@dataclass(frozen=True)
class Standing:
    """One body in short. `now` are tasks the actor may do, `waiting` those of others, `later` early evidence."""

    body_id: int
    name: str
    status: str
    stage: str
    timezone: str
    steps: tuple[Step, ...]
    now: tuple[Asked, ...]
    waiting: tuple[Waiting, ...]
    later: tuple[Asked, ...]
    obstacles: int


def of_body(session: Session, body_id: int, actor: Actor, now: datetime) -> Standing:
    """Where the body stands at `now`, with what this actor can do about it. NotFound when its flow has not begun."""
    place = filings.at(session, body_id, now)
    row, loaded = place.instance, place.loaded
    tasks, submissions = Task.__table__, Submission.__table__
    opened = session.execute(
        select(tasks).where(tasks.c.root_id == row.id, tasks.c.closed_at.is_(None)).order_by(tasks.c.id)
    ).all()
    inside = rounds.of_tasks(session, (task.id for task in opened if task.instance_id != row.id))
    at = {task.id: _at(session, place, inside.get(task.id)) for task in opened}
    family = {row.id, *(task.instance_id for task in opened)}
    filed = session.execute(
        select(submissions)
        .where(submissions.c.instance_id.in_(family), submissions.c.status != "withdrawn").order_by(submissions.c.id)
    ).all()
    mine = [
        task for task in opened
        if actor.holds(task.role, row.scope) and task.node not in at[task.id].loaded.deciding
    ]
    running = row.status == "running"
    roles = sorted({grant.role for grant in actor.grants if actor.holds(grant.role, row.scope)}) if running else []
    later = [node for role in roles for node in signposts.later_tasks(loaded, row.state, role)]
    obstacles = session.scalars(
        select(Obstacle.id).where(Obstacle.instance_id == row.id, Obstacle.lifted_at.is_(None))
    ).all()
    return Standing(
        body_id=body_id, name=place.body.name, status=row.status, stage=signposts.name_of(loaded, row.stage),
        timezone=place.timezone,
        steps=tuple(signposts.steps(loaded, row.stage, running=running, due_at=rounds.first_due(row, opened), now=now)),
        now=tuple(
            replace(_asked(at[task.id], task.node, task.due_at, filed, inside.get(task.id), task.id),
                    follow_up_at=task.follow_up_at)
            for task in mine
        ),
        waiting=tuple(
            Waiting(rounds.titled(at[task.id].loaded, task.node, inside.get(task.id)), task.role, task.opened_at,
                    task.due_at)
            for task in opened if task not in mine and task.role
        ),
        later=tuple(_asked(place, node, None, filed) for node in later), obstacles=len(obstacles),
    )


def _at(session: Session, place: Place, inside: Round | None) -> Place:
    """The place with the drawing that the task's own instance runs by."""
    return replace(place, loaded=definitions.load(session, inside.definition_id)) if inside is not None else place


def _asked(
    place: Place, node_id: str, due_at: datetime | None, filed: Iterable[Row[Any]], inside: Round | None = None,
    task_id: int | None = None,
) -> Asked:
    where = inside.instance_id if inside is not None else place.instance.id
    of_node = [one for one in filed if one.node == node_id and one.instance_id == where]
    node, form = place.loaded.graph.process.nodes[node_id], place.form(node_id)
    kept = next((one for one in of_node if one.status in KEPT), None)
    last = next((one for one in reversed(of_node) if one.status in HANDED_IN), None)
    returned = last if last is not None and last.status == "returned" else None
    missing = _missing(form, kept.data, place) if kept is not None and kept.status == "draft" else ()
    return Asked(
        node_id, rounds.titled(place.loaded, node_id, inside), node.documentation, due_at,
        kept.status if kept is not None else "",
        filings.returned_words(place.loaded, node_id, returned) if returned is not None else None,
        missing[:MOST_NAMED], max(0, len(missing) - MOST_NAMED), kept.saved_at if kept is not None else None,
        task_id if inside is not None else None,
    )


def _missing(form: Form, data: Any, place: Place) -> tuple[str, ...]:
    """The labels of what the form still asks for, each once."""
    found = (form.field(error.path) for error in form.check(data, context=place.context).errors)
    return tuple(dict.fromkeys(part.label for part in found if part is not None and part.label))

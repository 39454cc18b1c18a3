"""What is told about each move of a body, by its history row: whose turn it is, what was returned, how far it got."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from engine import definitions
from engine.host import Actor
from engine.models import History, Instance, Submission, Task
from engine.statements import AnyRow, Statement
from workflows import bodies, escalation, notices
from workflows.host import almanac_of
from workflows.models import Body, Notice
from workflows.models.accounts import MEMBER_ROLES

_ENTRY = Statement(
    select(History.seq, History.action, History.actor, History.at, History.node, History.source, History.target,
           History.details, Instance.id, Instance.subject, Instance.scope, Instance.definition_id)
    .join(Instance, Instance.id == History.instance_id)
    .where(History.instance_id == bindparam("instance"), History.seq == bindparam("seq"))
)
"""A row of the history, with what it is about."""
_OPENED = Statement(
    select(Task.node, Task.role, Task.id).where(
        Task.instance_id == bindparam("instance"), Task.opened_at == bindparam("at"), Task.closed_at.is_(None),
    )
)


def moved(session: Session, *, instance_id: int, seq: int, now: datetime) -> None:
    """Whoever has to act next, whose evidence was returned, and the body whose stage was reached have been told.

    Late stays that are over stop climbing. Safe to run twice.
    """
    row = _ENTRY.first(session, {"instance": instance_id, "seq": seq})
    if row is None:
        raise NoResultFound(f"the history of instance {instance_id} has no entry {seq}")
    escalation.settle(session, instance_id)
    today = almanac_of(session, bodies.of_subject(session, row.subject)).today(now)
    graph = definitions.load(session, row.definition_id).graph
    if returned := row.details.get("returned"):
        _returned(session, row, list(returned), today, now)
    elif row.action == "decision.undone":
        _undone(session, row, now)
    elif row.source != row.target and row.action != "instance.moved":
        _opened(session, row, today, now)
    if stages := row.details.get("stages"):
        lanes = {lane.id for lane in graph.process.lanes}
        own = notices.holders(session, lanes.intersection(MEMBER_ROLES), row.scope, today, exactly=True)
        notices.tell(
            session, own, topic="stage.reached",
            dedupe=f"stage:{instance_id}:{seq}", instance_id=instance_id, params={"stage": stages[-1]}, now=now,
        )
    if row.action == "obstacle.reported":
        notices.tell(
            session, notices.holders(session, ("commissioner", "supervisor"), row.scope, today),
            topic="obstacle.reported", dedupe=f"obstacle:{instance_id}:{seq}", instance_id=instance_id,
            params={"code": row.details.get("code", "")}, now=now,
        )
    if row.action == "reminder.sent":
        told = notices.holders(session, list(row.details.get("roles", ())), row.scope, today)
        notices.tell(
            session, [one for one in told if str(one) != row.actor], topic="body.reminded",
            dedupe=f"reminded:{instance_id}:{seq}", instance_id=instance_id, params={}, now=now,
        )
    if row.action == "evidence.held":
        role = graph.role(row.node or "")
        notices.tell(
            session, notices.holders(session, (role,), row.scope, today), topic="evidence.waiting",
            dedupe=f"held:{instance_id}:{seq}", instance_id=instance_id, params={"node": row.node}, now=now,
        )


def replaced(
    session: Session, *, number: int, action: str, edition: int, body: Body, actor: Actor, today: date, now: datetime
) -> None:
    """Who has to act next about this replacement has been told, and of an approved one the body's members too.

    What was handed in goes to the commissioners, what was decided to the operators; nobody is told of their own act.
    No names are told.
    """
    if action == "withdraw":
        return
    told = notices.holders(
        session, ("commissioner",) if action in ("propose", "oath", "training") else ("operator",), body.scope, today
    )
    if action == "approve":
        told += notices.holders(session, (f"{body.kind}_member",), body.scope, today, exactly=True)
    notices.tell(
        session, sorted({one for one in told if str(one) != actor.id}), topic="replacement.moved",
        dedupe=f"replacement:{number}:{edition}", instance_id=body.instance_id,
        params={"replacement": number, "act": action}, now=now,
    )


TAKEN_BACK = ("task.opened", "task.late", "evidence.returned", "stage.reached")


def _undone(session: Session, row: AnyRow, now: datetime) -> None:
    """Whoever was told something by the decision that was taken back is told that it was."""
    told = session.scalars(
        select(Notice.account_id).where(
            Notice.instance_id == row.id, Notice.topic.in_(TAKEN_BACK),
            Notice.created_at >= datetime.fromisoformat(row.details["decided_at"]), Notice.created_at <= now,
        ).distinct()
    ).all()
    notices.tell(
        session, told, topic="decision.undone", dedupe=f"undone:{row.id}:{row.seq}", instance_id=row.id,
        params={"node": row.node}, now=now,
    )


def _returned(session: Session, row: AnyRow, returned: list[int], today: date, now: datetime) -> None:
    for one in session.scalars(select(Submission).where(Submission.id.in_(returned))):
        role = session.scalar(select(Task.role).where(Task.id == one.task_id)) if one.task_id else None
        accounts = set(notices.holders(session, (role,), row.scope, today)) if role else set()
        if one.actor.isdecimal():
            accounts.add(int(one.actor))
        notices.tell(
            session, sorted(accounts), topic="evidence.returned", dedupe=f"returned:{one.id}:{row.seq}",
            instance_id=row.id, now=now,
            params={"node": one.node, "reason": (one.decision or {}).get("reason", "")},
        )


def _opened(session: Session, row: AnyRow, today: date, now: datetime) -> None:
    """The members who may do the tasks that this move opened and nobody has done since.

    Commissioners and operators work through a queue of many bodies: the queue itself tells them. A task that a later
    move opened is told of with that one, which may be a return and says so.
    """
    for task in _OPENED.rows(session, {"instance": row.id, "at": row.at}):
        if task.role not in MEMBER_ROLES:
            continue
        notices.tell(
            session, notices.holders(session, (task.role,), row.scope, today), topic="task.opened",
            dedupe=f"opened:{task.id}", instance_id=row.id, params={"node": task.node}, now=now,
        )

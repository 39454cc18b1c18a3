"""Completing a task: handing in, approving, returning, voting. The most frequent act there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.errors import EvidenceRefused, Forbidden, FourEyes
from engine.host import SYSTEM, Actor, Host
from engine.models import Deed, History, Submission
from engine.operations import evidence, undo, votes
from engine.operations.door import Act, advance, note, open_nodes
from engine.operations.learning import learn
from engine.operations.outcome import Outcome, earlier, remember
from engine.operations.standing import Standing, lock_task, require_open, require_role, require_seen, stay
from engine.statements import AnyRow, Statement, insert_of


def complete_task(
    session: Session, *, task_id: int, actor: Actor, now: datetime, host: Host, data: Mapping[str, Any],
    seen: int | None = None, key: str | None = None,
) -> Outcome:
    """The task is done with this data, and the instance stands where the drawing leads from there.

    Evidence becomes a submission; a deciding task accepts or returns what was handed in; a task that several decide
    counts one vote and goes on until its quorum. Evidence prepared for a task that opens now is handed in at once.

    `seen` is the instance's version the page was drawn with, `key` an idempotency key: the same person's same request
    with the same key is one act and gets the same answer.

    Refused, with nothing changed: NotFound; NotOpen or Stale, saying who did what meanwhile; Forbidden, OutOfScope;
    FourEyes; EvidenceRefused with each field; AlreadyDone for a key used otherwise. State, evidence, registers, tasks,
    clocks, history and messages stand or fall together.
    """
    request = {"task": task_id, "data": data, "for": actor.on_behalf_of}
    if (answer := earlier(session, actor, key, request, now)) is not None:
        return answer
    standing, task = lock_task(session, task_id, host, actor)
    require_open(session, standing, task)
    require_seen(session, standing, seen)
    require_may_do(actor, task, host, standing)
    checked = evidence.check(session, standing, task.node, data, now)
    outcome = _complete(session, standing, task, actor, now, checked)
    if task.node in standing.definition.deciding or task.node in standing.definition.graph.quorums:
        undo.keep(session, standing, task, actor, now)
    return remember(session, actor, key, outcome)


def require_may_do(actor: Actor, task: AnyRow, host: Host, standing: Standing) -> None:
    """Refused unless the actor holds the task's role in its scope, did not act in another lane of this stage, and
    nobody else has claimed the task."""
    require_role(actor, task.role, task.scope)
    if task.acted:
        raise FourEyes()
    if task.claimed_by is not None and task.claimed_by != actor.id:
        raise Forbidden("Tugas ini sedang dikerjakan orang lain. Minta yang bersangkutan melepasnya lebih dahulu.")


def _complete(
    session: Session, standing: Standing, task: AnyRow, actor: Actor, now: datetime, checked: evidence.Checked
) -> Outcome:
    node, deciding = task.node, task.node in standing.definition.deciding
    learned = checked.data
    if actor.principal:
        instance, stage_version = stay(session, standing.row)
        _INSERT_DEED.write(session, {
            "instance_id": instance, "stage_version": stage_version, "person": actor.principal, "role": task.role,
        })
    if node in standing.definition.graph.quorums:
        tally = votes.cast(session, standing, task, actor, now, checked.data)
        if not tally.decided:
            return votes.counted(session, standing, task, actor, now, checked.data, tally)
        learned = {**checked.data, "votes": tally.votes, **tally.numbers}
    learn(session, standing, node, learned, now)
    act = Act(
        "task.completed", actor, now, node, task.role, checked.data,
        details=_said(checked) if deciding else _warned(checked), decision=checked.data if deciding else None,
    )
    if deciding:
        outcome = advance(session, standing, f"complete.{node}", act)
        evidence.hand_in(session, standing, node, task.id, checked, actor, now, deciding=True)
    else:
        evidence.hand_in(session, standing, node, task.id, checked, actor, now, deciding=False)
        outcome = advance(session, standing, f"complete.{node}", act)
    outcome = replace(outcome, warnings=tuple(evidence.as_rows(checked.warnings)))
    return go_on(session, standing, outcome, now)


def _said(checked: evidence.Checked) -> dict[str, Any]:
    """The short answers of a decision, as the history keeps them (never free text or files)."""
    return {"answer": {key: value for key, value in checked.data.items() if key in ("decision", "reason")}}


def _warned(checked: evidence.Checked) -> dict[str, Any]:
    return {"warnings": [one.code for one in checked.warnings]} if checked.warnings else {}


_submission, _history = table_of(Submission), table_of(History)
_INSERT_DEED = insert_of(table_of(Deed), "instance_id", "stage_version", "person", "role", new=True)
_TO_DRAFT = Statement(update(_submission).where(_submission.c.id == bindparam("s")).values(status="draft"))
_PREPARED_BY = Statement(
    select(_history.c.details)
    .where(
        _history.c.instance_id == bindparam("i"), _history.c.action == "evidence.prepared",
        _history.c.actor == bindparam("who"),
    ).order_by((_history.c.node == bindparam("n")).desc(), _history.c.seq.desc()).limit(1)
)
"""The same person's other evidence tells as well: the task may have got another name since."""


def go_on(session: Session, standing: Standing, outcome: Outcome, now: datetime) -> Outcome:
    """Evidence prepared for a task that this step opened is handed in, by who prepared it, in the same transaction.

    What its form, the rules or four eyes refuse by now becomes a draft again, for its author to mend; so does, with a
    word in the history, what somebody prepared who holds the role no more: nobody hands in by a name without its right.
    Nothing is lost.
    """
    for one in standing.prepared:
        task_id = open_nodes(session, outcome.instance_id).get(one.node)
        if task_id is None:
            continue  # what was handed in just before has closed it again
        standing.taken_up.append(one)
        author = _author(session, one)
        again, task = lock_task(session, task_id, standing.host, author)
        if not standing.host.still_holds(session, again.subject, author.id, task.role, now):
            _TO_DRAFT.write(session, {"s": one.id})
            note(session, again, Act("evidence.held", SYSTEM, now, one.node, details={"author": author.id}))
            continue
        try:
            if task.acted:
                raise FourEyes()
            checked = evidence.check(session, again, one.node, one.data, now)
        except (EvidenceRefused, FourEyes):
            _TO_DRAFT.write(session, {"s": one.id})
            continue
        inner = _complete(session, again, task, author, now, checked)
        standing.join(again)
        outcome = replace(
            inner, action=outcome.action, source=outcome.source, warnings=outcome.warnings,
            stages=(*outcome.stages, *inner.stages), handed_in=(*outcome.handed_in, one.node, *inner.handed_in),
        )
    return outcome


def _author(session: Session, prepared: AnyRow) -> Actor:
    """Who prepared this evidence, by name and as the person that four eyes count, as the history keeps them."""
    said = _PREPARED_BY.first(
        session, {"i": prepared.instance_id, "n": prepared.node, "who": prepared.actor}
    ).details
    return Actor(
        prepared.actor, said["actor_name"], (), prepared.on_behalf_of, said["person"], said.get("principal", "")
    )

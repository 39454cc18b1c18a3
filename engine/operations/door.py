"""The one door: every change of an instance's state goes through `advance`, in the caller's transaction.

A step is decided; the children of what it leaves are cancelled; it is written (`engine.operations.step`); the children
of what it enters begin. All of it commits or none, except that children which cannot begin (no such process, no number
of rounds) leave an incident at their place, not their parent's act refused.

Locks are taken from parent to child only: what a child has to tell its parent goes through the outbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from engine import definitions, outbox, rounds
from engine.arrivals import Subscription
from engine.base import table_of
from engine.definitions import Loaded
from engine.errors import NotFound, Refused
from engine.explore import UNDO
from engine.graph import Call, Repeat
from engine.host import SYSTEM
from engine.machine import context_of
from engine.models import Instance
from engine.operations import ending, learning
from engine.operations.outcome import Outcome
from engine.operations.standing import Standing, lock
from engine.operations.step import Act, Taken, decide, note, open_nodes, uncaught, undone_message, write
from engine.rounds import Plan
from engine.run import CANCELS, undone_at
from engine.statements import Statement, insert_of

__all__ = ["Act", "advance", "begin_child", "begin_stay", "happen", "note", "open_nodes", "undo_next"]

MOST_DEEP = 25
"""Parents above one another; a process that calls itself without end is stopped here."""

_instance, _subscription = table_of(Instance), table_of(Subscription)
_BEGIN = insert_of(
    _instance, "definition_id", "subject", "scope", "status", "stage", "state", "variables", "started_at", "entered_at",
    "staged_at", "version", "stage_version", "seq", "head", "part", "parent_id", "root_id", "parent_node",
    "parent_visit", "number", "origin", returning="id",
)
_LIVING = Statement(
    select(func.count().label("number")).where(
        _instance.c.parent_id == bindparam("parent"), _instance.c.status == "running"
    )
)

_PAST = Statement(
    select(_instance.c.id, _instance.c.parent_visit).where(
        _instance.c.parent_id == bindparam("parent"), _instance.c.parent_node == bindparam("node"),
        _instance.c.status == "ended",
    ).order_by(_instance.c.ended_at.desc(), _instance.c.id.desc())
)
_BEFORE = Statement(
    update(_instance).where(_instance.c.id == bindparam("child")).values(origin=bindparam("known"))
)
_CONDITIONS = Statement(
    select(_subscription.c.id, _subscription.c.node, _subscription.c.key).where(
        _subscription.c.instance_id == bindparam("i"), _subscription.c.kind == "conditional",
        _subscription.c.closed_at.is_(None),
    ).order_by(_subscription.c.id)
)
_KNOWN = Statement(update(_subscription).where(_subscription.c.id == bindparam("s")).values(key=bindparam("k")))


def advance(
    session: Session, standing: Standing, trigger: str, act: Act, *, happened: frozenset[str] = frozenset()
) -> Outcome:
    """The instance has taken the step that `trigger` makes from its state, and everything that goes with it. Conditions
    that are true from then on have happened too, each at most once (`happened` are those of this act already).

    Refused, with nothing written: no such step (WrongState), a gateway without a way out (NoWayOut), a clock that has
    no moment (ClockUnset), somebody moved it meanwhile (Stale).
    """
    taken = decide(session, standing, trigger, act)
    if not standing.definition.has_children:
        outcome = write(session, standing, taken, act, living=False)
    else:
        ending.cancel_left(session, standing, taken.step, act)
        outcome = write(session, standing, taken, act, living=_living(session, standing, taken))
        _begin(session, standing, taken, act, outcome.version)
    for place in uncaught(standing.definition.graph, taken.step):
        ending.fail(session, standing, place, outcome.version, act.now)
    if standing.definition.conditional:
        return happen(session, standing, outcome, act.now, happened)
    return outcome


def happen(
    session: Session, standing: Standing, outcome: Outcome, now: datetime, happened: frozenset[str] = frozenset()
) -> Outcome:
    """What waits for a condition that has become true has happened; the answer is where the instance stands then.

    A condition is asked after each step and each change of variables; one that stays true does not happen again.
    """
    again = lock(session, outcome.instance_id, standing.host)
    context = again.context(again.surroundings(session, now))
    for row in _CONDITIONS.rows(session, {"i": again.row.id}):
        holds = again.definition.conditional[row.node].condition
        true = holds is not None and holds.evaluate(context) is True
        if true == (row.key is not None) or (true and row.node in happened):
            continue
        _KNOWN.write(session, {"s": row.id, "k": "true" if true else None})
        if true:
            act = Act("condition.met", SYSTEM, now, row.node)
            inner = advance(session, again, f"receive.{row.node}", act, happened=happened | {row.node})
            standing.prepared += again.prepared
            standing.join(again)
            return replace(inner, action=outcome.action, source=outcome.source, stages=(*outcome.stages, *inner.stages))
    return outcome


def _living(session: Session, standing: Standing, taken: Taken) -> bool:
    """Whether branches of the instance live on beyond its last step."""
    graph = standing.definition.graph
    if not standing.definition.has_branches or not graph.states[taken.step.target].final:
        return False
    return bool(taken.step.branches) or _LIVING.first(session, {"parent": standing.row.id}).number > 0


def _begin(session: Session, standing: Standing, taken: Taken, act: Act, version: int) -> None:
    graph = standing.definition.graph
    for place in taken.step.entered:
        if graph.undoes(place):
            undo_next(session, standing, place, act.now)
    places = [place for place in taken.step.entered if graph.spawns(place)]
    for place in (*taken.step.branches, *places):
        _begin_or_tell(session, standing, place, version, act.now)


def undo_next(session: Session, standing: Standing, place: str, now: datetime) -> None:
    """The child that did the activity of this place and ended last undoes what it did; where none is left to, that is
    told. Of a transaction that was cancelled only those of the stay that was."""
    activity = undone_at(place)
    past = _PAST.rows(session, {"parent": standing.row.id, "node": activity})
    last = max((row.parent_visit for row in past), default=0)
    for row in past:
        if place.endswith(CANCELS) and row.parent_visit != last:
            continue
        child = lock(session, row.id, standing.host)
        graph = child.definition.graph
        state = graph.states.get(child.row.state)
        if state is not None and state.final and state.done:
            if graph.net.each_undone(activity):
                _BEFORE.write(session, {"child": row.id, "known": {**child.row.origin, "before": child.variables}})
            advance(session, child, UNDO, Act("compensation.begun", SYSTEM, now, activity, details={
                "parent": standing.row.id,
            }))
            return
    outbox.put(session, [undone_message(standing.row.id, activity, None, standing.row.version, now)])


def _begin_or_tell(session: Session, standing: Standing, place: str, visit: int, now: datetime) -> None:
    """The children of this stay live; or, where that is refused, an incident stands at the place, to be tried again."""
    try:
        with session.begin_nested():
            begin_stay(session, standing, place, visit, now)
    except Refused as refused:
        outbox.stuck(
            session, kind="child.begin", dedupe=f"begin:{standing.row.id}:{place}:{visit}",
            payload={"instance_id": standing.row.id, "node": place, "visit": visit}, error=refused.message, now=now,
        )


def begin_stay(session: Session, standing: Standing, place: str, visit: int, now: datetime) -> None:
    """The child instances of this stay, or branch, live: one, or those a loop begins with; without any it is over.

    Refused: no such process, a number of rounds that is none, children of children without end (Refused).
    """
    graph = standing.definition.graph
    repeat = graph.repeats.get(place) if place != graph.root.id else None
    if repeat is None:
        begin_child(session, standing, place, visit, 0, now=now)
        return
    context = standing.context(standing.surroundings(session, now))
    made = rounds.plan(graph, repeat, context)
    numbers = made.first(repeat, context)
    for number in numbers:
        begin_child(session, standing, place, visit, number, now=now, repeat=repeat, made=made)
    if not numbers:
        outbox.put(session, [outbox.row("child.ended", f"none:{standing.row.id}:{place}:{visit}"[:200], {
            "instance_id": standing.row.id, "node": place, "visit": visit, "child": None,
        }, now)])


def begin_child(
    session: Session, standing: Standing, place: str, visit: int, number: int, *, now: datetime,
    repeat: Repeat | None = None, made: Plan | None = None,
) -> int:
    """The child of this number lives and has taken its first step; the answer is its id."""
    depth = 1 + (standing.row.origin or {}).get("depth", 0)
    if depth > MOST_DEEP:
        raise Refused(
            "Lebih dari %(most)s alur saling memanggil sampai “%(place)s”. Periksa apakah alur memanggil dirinya "
            "sendiri tanpa henti.", most=str(MOST_DEEP), place=place,
        )
    call = standing.definition.graph.calls.get(place) if repeat is None else None
    loop = made.variables(repeat, number) if repeat is not None and made is not None else {}
    loaded, given, keeps = (
        _called(session, standing, call, now) if call is not None else _part(session, standing, place, loop, now)
    )
    origin = {"given": given, "keeps": sorted(keeps), "depth": depth}
    if made is not None and number == 0:
        origin |= made.as_dict()
    row = standing.row
    child: int = _BEGIN.first(session, {
        "definition_id": loaded.id, "subject": row.subject, "scope": row.scope, "status": "running", "stage": "",
        "state": "", "variables": given, "started_at": now, "entered_at": now, "staged_at": now, "version": 0,
        "stage_version": 0, "seq": 0, "head": "", "part": "" if call is not None else place, "parent_id": row.id,
        "root_id": row.root_id or row.id, "parent_node": place, "parent_visit": visit, "number": number,
        "origin": origin,
    }).id
    act = Act("instance.started", SYSTEM, now, place, details={
        "definition": [loaded.key, loaded.version], "parent": row.id, "number": number,
    })
    advance(session, lock(session, child, standing.host), "start", act)
    return child


Beginning = tuple[Loaded, dict[str, Any], frozenset[str]]
"""(what a child runs by, the variables it begins with, the names it keeps for its parent beyond its own)."""


def _part(
    session: Session, standing: Standing, place: str, loop: Mapping[str, Any], now: datetime
) -> Beginning:
    """A part of the drawing sees all that its parent sees, its own round, and a body what is mapped into it."""
    definition = standing.definition.of(place)
    names = standing.names
    given = {**standing.variables, **{key: value for key, value in loop.items() if key in names}}
    if definition.graph.root.kind == "body" and place in definition.graph.inputs:
        inner = Standing(standing.row, definition, dict(given), standing.host)
        mapped = learning.inputs(inner, place, standing.surroundings(session, now))
        given |= {key: value for key, value in mapped.items() if key in names}
    return definition, given, frozenset((standing.row.origin or {}).get("keeps", ()))


def _called(session: Session, standing: Standing, call: Call, now: datetime) -> Beginning:
    """The called process sees what is mapped into it, all when nothing is. Refused with NotFound when it is not
    published."""
    surroundings, graph = standing.surroundings(session, now), standing.definition.graph
    key = call.called.evaluate(context_of(standing.variables, surroundings.names))
    if not isinstance(key, str) or not key:
        raise NotFound(
            "Alur yang dipanggil pada “%(place)s” tidak disebut namanya. Betulkan gambarnya.", place=call.node
        )
    loaded = definitions.load(session, definitions.bound(
        session, key, binding=call.binding, version=call.version, caller=standing.definition
    ))
    mapped = learning.inputs(standing, call.node, surroundings) if call.node in graph.inputs else standing.variables
    outputs = graph.outputs.get(call.node, ())
    keeps = frozenset().union(*(expression.names for _, expression in outputs))
    if not outputs or any(name == learning.ALL for name, _ in outputs):
        keeps |= standing.names
    names = loaded.names | keeps
    return loaded, {key: value for key, value in mapped.items() if key in names}, keeps - loaded.names

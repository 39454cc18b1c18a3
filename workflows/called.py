"""Evidence that was handed in inside a process that a body's drawing calls, for the task that decides about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine import definitions
from engine.models import Instance, Submission, Task
from workflows import rounds, signposts
from workflows.filings import HANDED_IN, Place

Filed = tuple[Place, str, str, list[Row[Any]]]
"""(where its form and words are, node, what it is called, what was handed in for it, the newest first)."""


def filed(session: Session, place: Place, decider: str) -> Iterator[Filed]:
    """What the processes called on the way to this deciding task were given, by call, task and round. What a called
    process accepted by a stage or decision of its own is shown too, as accepted. Three queries, none without calls."""
    calls = [node for node in place.loaded.graph.calls if signposts.decider(place.loaded, node) == decider]
    if not calls:
        return
    table, own = Submission.__table__, Instance.__table__
    found = session.execute(
        select(table, Task.instance_id.label("made_in"))
        .join(Task, Task.id == table.c.task_id)
        .where(Task.root_id == place.root.id, Task.instance_id != place.root.id, table.c.status.in_(HANDED_IN))
        .order_by(table.c.id.desc())
    ).all()
    family = {row.id: row for row in session.execute(select(
        own.c.id, own.c.parent_id, own.c.parent_node, own.c.definition_id, own.c.part, own.c.number
    ).where(own.c.root_id == place.root.id, own.c.parent_id.is_not(None)))} if found else {}
    inside = rounds.of_tasks(session, [one.task_id for one in found])
    groups: dict[tuple[int, str, tuple[int, ...], str], tuple[Place, str, list[Row[Any]]]] = {}
    for one in found:
        row, top = family[one.made_in], _top(family, one.made_in, place.instance.id)
        if top is not None and top.parent_node in calls and row.definition_id != place.loaded.id:
            loaded, its = definitions.load(session, row.definition_id).of(row.part), inside[one.task_id]
            called = signposts.name_of(place.loaded, top.parent_node)
            title = f"{called}: {rounds.titled(loaded, one.node, its)}"
            key = (calls.index(top.parent_node), top.parent_node, its.place, one.node)
            groups.setdefault(key, (replace(place, loaded=loaded), title, []))[2].append(one)
    for (_, _, _, node), (where, title, some) in sorted(groups.items(), key=lambda pair: pair[0]):
        yield where, node, title, some


def _top(family: Mapping[int, Any], number: int, above: int) -> Any:
    """The member of the family right below `above` that this one is, or belongs to; None when it is elsewhere."""
    row = family[number]
    while row is not None and row.parent_id != above:
        row = family.get(row.parent_id)
    return row

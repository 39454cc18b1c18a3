"""Tasks inside child instances: the drawing they run by, and which round of a repeated activity they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, and_, literal, select
from sqlalchemy.orm import Session, aliased

from engine.definitions import Loaded
from engine.models import Instance, Task
from workflows import signposts


@dataclass(frozen=True)
class Round:
    """A task's part in the work of its body. `number` counts from 1 and is 0 where nothing is repeated; `total` is 0
    where only a condition says how often. `outer` are the numbers of the rounds around it, the outermost first."""

    instance_id: int
    definition_id: int
    number: int
    total: int
    outer: tuple[int, ...] = ()

    @property
    def place(self) -> tuple[int, ...]:
        """By which rounds are put in order: the outer numbers, then its own."""
        return (*self.outer, self.number)

    def named(self, title: str) -> str:
        """The title with its round: "Wawancara calon (2 dari 5)"; the third round within the second "(putaran 2.3)"."""
        if not self.number:
            return title
        if self.outer:
            return f"{title} (putaran {'.'.join(map(str, self.place))})"
        return f"{title} ({self.number} dari {self.total})" if self.total else f"{title} (putaran {self.number})"


def titled(loaded: Loaded, node: str, inside: Round | None) -> str:
    """What people call this task, with its round."""
    name = signposts.name_of(loaded, node)
    return inside.named(name) if inside is not None else name


def first_due(row: Row[Any], opened: Iterable[Row[Any]]) -> datetime | None:
    """When the body of this root is due: the soonest of its own due moment and of its children's open tasks."""
    inner = (task.due_at for task in opened if task.instance_id != row.id)
    return min((one for one in (row.due_at, *inner) if one is not None), default=None)


def of_tasks(session: Session, task_ids: Iterable[int]) -> dict[int, Round]:
    """The rounds of these tasks, without those of a root. One query; none without tasks."""
    numbers = set(task_ids)
    if not numbers:
        return {}
    stay = (Instance.parent_id, Instance.parent_node, Instance.parent_visit, Instance.number)
    own = (
        select(Task.id.label("task"), Instance.id.label("instance"), Instance.definition_id, *stay,
               literal(0).label("up"))
        .join(Instance, Instance.id == Task.instance_id)
        .where(Task.id.in_(numbers), Task.root_id != Task.instance_id).cte("own", recursive=True)
    )
    above, first = aliased(Instance), aliased(Instance)
    own = own.union_all(
        select(own.c.task, above.id, above.definition_id, above.parent_id, above.parent_node, above.parent_visit,
               above.number, own.c.up + 1)
        .join(above, above.id == own.c.parent_id).where(above.parent_id.is_not(None))
    )
    found = session.execute(
        select(own, first.origin).join(first, and_(
            first.parent_id == own.c.parent_id, first.parent_node == own.c.parent_node,
            first.parent_visit == own.c.parent_visit, first.number == 0,
        )).order_by(own.c.task, own.c.up)
    )
    return {task: _round(list(levels)) for task, levels in groupby(found, key=lambda row: row.task)}


def part_of(family: Mapping[int, Row[Any]], number: int, names: Callable[[int, str], str]) -> str:
    """What people call this instance of a body's family: its activity with its round, "Periksa desa (2 dari 3)"; "" for
    the root. `names` gives the name of an element of a definition."""
    levels = []
    row = family[number]
    while row.parent_id is not None and row.parent_id in family:
        levels.append(_Level(row.id, row.definition_id, row.number, _first(family, row).origin))
        row = family[row.parent_id]
    if not levels:
        return ""
    child = family[number]
    return _round(levels).named(names(family[child.parent_id].definition_id, child.parent_node))


def _first(family: Mapping[int, Row[Any]], row: Row[Any]) -> Row[Any]:
    """The first round of the same stay: it says how often."""
    stay = (row.parent_id, row.parent_node, row.parent_visit)
    return next((one for one in family.values() if one.number == 0
                 and (one.parent_id, one.parent_node, one.parent_visit) == stay), row)


@dataclass(frozen=True)
class _Level:
    instance: int
    definition_id: int
    number: int
    origin: Mapping[str, Any] | None


def _round(levels: Sequence[Row[Any] | _Level]) -> Round:
    """The instances of one task, the innermost first; of a repeated activity only the first round says how often."""
    said = [(row.number + 1, row.origin or {}) for row in levels]
    repeated = [(number, origin["total"] or 0) for number, origin in said if "total" in origin]
    number, total = repeated[0] if repeated else (0, 0)
    outer = tuple(one for one, _ in reversed(repeated[1:]))
    return Round(levels[0].instance, levels[0].definition_id, number, total, outer)

"""Tasks inside child instances: the drawing they run by, and which round of a repeated activity they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session, aliased

from engine.definitions import Loaded
from engine.models import Instance, Task
from workflows import signposts


@dataclass(frozen=True)
class Round:
    """A task's part in the work of its body. `number` counts from 1 and is 0 where nothing is repeated; `total` is 0
    where only a condition says how often."""

    instance_id: int
    definition_id: int
    number: int
    total: int

    def named(self, title: str) -> str:
        """The title with its round: "Wawancara calon (2 dari 5)"."""
        if not self.number:
            return title
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
    first = aliased(Instance)
    found = session.execute(
        select(Task.id, Task.instance_id, Instance.definition_id, Instance.number, first.origin)
        .join(Instance, Instance.id == Task.instance_id)
        .join(first, and_(
            first.parent_id == Instance.parent_id, first.parent_node == Instance.parent_node,
            first.parent_visit == Instance.parent_visit, first.number == 0,
        ))
        .where(Task.id.in_(numbers), Task.root_id != Task.instance_id)
    )
    return {row.id: _round(row.instance_id, row.definition_id, row.number, row.origin or {}) for row in found}


def _round(instance: int, definition: int, number: int, origin: dict[str, int | None]) -> Round:
    """Only the first round of a repeated activity says how many there are."""
    repeated = "total" in origin
    return Round(instance, definition, number + 1 if repeated else 0, origin.get("total") or 0)

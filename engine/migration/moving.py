"""Moving one member of a family of instances to another version of its drawing: everything but its own row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from engine import outbox
from engine.base import table_of
from engine.definitions import Loaded
from engine.host import Actor
from engine.machine import context_of
from engine.migration import listening, places, work
from engine.migration.changes import Changes
from engine.migration.clocks import Clocks
from engine.migration.pairing import CannotMove, Pairer, Pairing
from engine.models import Attachment, Deed, Incident, Instance, Message, Submission, Task, Timer
from engine.operations.standing import Standing
from engine.urgency import urgency

_instance, _task, _timer = table_of(Instance), table_of(Task), table_of(Timer)
_submission, _deed, _message = table_of(Submission), table_of(Deed), table_of(Message)


@dataclass
class Moving:
    """One instance on its way, under its lock. `old` and `new` are the machines it ran by and will run by."""

    session: Session
    old: Loaded
    new: Loaded
    pairer: Pairer
    pairing: Pairing
    standing: Standing
    changes: Changes
    actor: Actor
    now: datetime

    def carry_out(self, lost: Sequence[work.Item]) -> dict[str, Any]:
        """Everything but the instance's own row is written; the answer are that row's new values."""
        row, target = self.standing.row, self.pairing.target
        assert target is not None  # noqa: S101 -- asked by the caller
        version = row.version + 1
        variables = self._variables()
        tasks = {task.node: task for task in self._open(_task)}
        opened = {now: tasks[was].opened_at for was, now in self.pairing.kept if was in tasks}
        opened |= dict.fromkeys(self.pairing.entered, self.now)
        dues = self._dues_of_clocks()
        clocks = Clocks(
            self.session, self.pairer, self.pairing, row.id, version, variables,
            self.standing.surroundings(self.session, self.now), opened, row.entered_at, self.now,
        )
        clocks.move(self.changes)
        listening.move(
            self.session, self.changes, self.pairer, self.pairing, target, instance_id=row.id, version=version,
            variables=variables, surroundings=clocks.surroundings, now=self.now,
        )
        self._leave(tasks)
        due = self._go_on(tasks, clocks, dues)
        due += self._enter(version, clocks)
        self._work(lost)
        self._deeds()
        self._children()
        values = {
            "definition_id": self.new.id, "state": target.name, "stage": target.stage, "version": version,
            "variables": variables, "due_at": min((one for one in due if one is not None), default=None),
        }
        if self.pairing.left or self.pairing.entered:
            values["entered_at"] = self.now
        if self.pairing.new_stay:
            values |= {"stage_version": version, "staged_at": self.now}
        return values

    def _open(self, table: Table) -> Sequence[Any]:
        return self.session.execute(
            select(table).where(table.c.instance_id == self.standing.row.id, table.c.closed_at.is_(None))
        ).all()

    def _variables(self) -> dict[str, Any]:
        """The names the newer drawing asks about; what the older did not keep is found in what was handed in."""
        names, known = self.new.names, self.standing.row.variables
        names = names.union((self.standing.row.origin or {}).get("keeps", ()))
        missing = names - self.old.names
        found: dict[str, Any] = {}
        if missing:
            filed = select(_submission.c.data).where(
                _submission.c.instance_id == self.standing.row.id, _submission.c.status.in_(("submitted", "accepted"))
            )
            for data in self.session.execute(filed.order_by(_submission.c.id)).scalars():
                found.update({name: data[name] for name in missing if name in data})
        return {**found, **{name: value for name, value in known.items() if name in names}}

    def _dues_of_clocks(self) -> dict[tuple[str, str], datetime]:
        """When each clock of the present stays was to strike first, struck or not, by host and element."""
        rows = self.session.execute(
            select(_timer.c.host, _timer.c.node, _timer.c.due_at).where(
                _timer.c.instance_id == self.standing.row.id, _timer.c.round == 0
            ).order_by(_timer.c.id)
        )
        return {(row.host, row.node): row.due_at for row in rows}

    def _leave(self, tasks: Mapping[str, Any]) -> None:
        for place in self.pairing.left:
            if place in tasks:
                self.changes.update(
                    _task, tasks[place].id, closed_at=self.now, closed_by=self.actor.id, outcome="taken_away"
                )
                self._hush(tasks[place])

    def _go_on(
        self, tasks: Mapping[str, Any], clocks: Clocks, dues: Mapping[tuple[str, str], datetime]
    ) -> list[datetime | None]:
        """The waits that go on, under their new names and roles; the answer are their due moments."""
        graph, found = self.new.graph, []
        for was, now in self.pairing.kept:
            task = tasks.get(was)
            if task is None:
                continue
            due = self._due(task, was, now, clocks, dues)
            found.append(due)
            self.changes.update(
                _task, task.id, node=now, due_at=due,
                role=graph.role(now) if places.family(graph, now) == places.WORK else "",
                stage=self.pairer.renamed.get(task.stage, task.stage),
            )
            if was != now and places.family(graph, now) == places.AUTOMATIC:
                self._hush(task)
                self._ask(now, task.visit)
        return found

    def _due(
        self, task: Any, was: str, now: str, clocks: Clocks, dues: Mapping[tuple[str, str], datetime]
    ) -> datetime | None:
        """The due moment stays, but for a deadline that is drawn no more, and one drawn anew that comes earlier."""
        due = task.due_at
        dashed = {clock.node for clock in self.new.graph.clocks.get(now, ()) if not clock.interrupting}
        old = [clock.node for clock in self.old.graph.clocks.get(was, ()) if not clock.interrupting]
        staying = [dues[was, node] for node in old if self.pairer.event(node) in dashed and (was, node) in dues]
        gone = [dues[was, node] for node in old if self.pairer.event(node) not in dashed and (was, node) in dues]
        if due in gone and due not in staying:
            due = min(staying, default=None)
        return min((one for one in (due, *clocks.armed.get(now, ())) if one is not None), default=None)

    def _enter(self, version: int, clocks: Clocks) -> list[datetime | None]:
        """The waits that begin here, as they do after a step; the answer are their due moments.

        What child instances do begins as soon as the outbox is drained.
        """
        graph, row, found = self.new.graph, self.standing.row, []
        for place in self.pairing.entered:
            if not places.is_task(graph, place):
                continue
            person = places.family(graph, place) == places.WORK
            said = urgency(
                graph, place, context_of(clocks.variables, clocks.surroundings.names), clocks.surroundings, self.now
            )
            dues = (*clocks.armed.get(place, ()), *([said.due_at] if said.due_at is not None else ()))
            found.append(min(dues, default=None))
            self.changes.insert(
                _task, instance_id=row.id, root_id=row.root_id or row.id, node=place, visit=version,
                stage=self.pairing.target.stage if self.pairing.target else "",
                role=graph.role(place) if person else "", scope=row.scope, opened_at=self.now, due_at=found[-1],
                follow_up_at=said.follow_up_at, priority=said.priority,
            )
            if places.family(graph, place) == places.CHILD:
                self.changes.insert(_message, **outbox.row(
                    "child.begin", f"begin:{row.id}:{place}:{version}",
                    {"instance_id": row.id, "node": place, "visit": version}, self.now,
                ))
            elif not person:
                self._ask(place, version)
        return found

    def _hush(self, task: Any) -> None:
        """Nobody runs this automatic task under its old name. Refused while somebody is at it."""
        asked = select(_message.c.id).where(
            _message.c.kind == "task.run", _message.c.done_at.is_(None),
            _message.c.dedupe.startswith(f"run:{task.instance_id}:{task.node}:{task.visit}", autoescape=True),
        )
        waiting = self.session.execute(asked).scalars().all()
        free = self.session.execute(asked.with_for_update(skip_locked=True)).scalars().all()
        if len(free) < len(waiting):
            raise CannotMove(
                f"Tugas otomatis “{task.node}” sedang dikerjakan. Ulangi sebentar lagi.",
                f"The automatic task “{task.node}” is being run. Try again in a moment.",
            )
        for message in free:
            self.changes.update(_message, message, done_at=self.now)

    def _ask(self, node: str, visit: int) -> None:
        """A worker will run the automatic task under its new name."""
        instance_id = self.standing.row.id
        self.changes.insert(_message, **outbox.row(
            "task.run", f"run:{instance_id}:{node}:{visit}:{self.standing.row.version}",
            {"instance_id": instance_id, "node": node, "visit": visit}, self.now,
        ))

    def _work(self, lost: Sequence[work.Item]) -> None:
        """What has no task any more is withdrawn; the rest goes with its task's new name, past evidence too."""
        renamed = self.pairer.renamed
        given_up = {(item.node, item.sort) for item in lost}
        mine = _submission.c.instance_id == self.standing.row.id
        filed = select(_submission.c.id, _submission.c.node, _submission.c.status).where(mine)
        rows: Sequence[Any] = self.session.execute(filed).all()
        for one in rows:
            values = {"node": renamed[one.node]} if one.node in renamed else {}
            if (one.node, one.status) in given_up:
                values["status"] = "withdrawn"
            if values:
                self.changes.update(_submission, one.id, **values)
        for table in (table_of(Attachment), table_of(Incident)):
            theirs = table.c.instance_id == self.standing.row.id, table.c.node.in_(renamed)
            named: Sequence[Any] = self.session.execute(select(table.c.id, table.c.node).where(*theirs)).all()
            for one in named:
                self.changes.update(table, one.id, node=renamed[one.node])

    def _deeds(self) -> None:
        """Who acted in a lane that has another id acted in that lane: four eyes go on seeing them."""
        row, roles = self.standing.row, self.pairer.roles
        for deed in self.session.execute(select(_deed.c.id, _deed.c.role).where(
            _deed.c.instance_id == row.id, _deed.c.stage_version == row.stage_version,
            _deed.c.role.in_([was for was, now in roles.items() if was != now]),
        )).all():
            self.changes.update(_deed, deed.id, role=roles[deed.role])

    def _children(self) -> None:
        """The rounds of the stays that go on are found at the place's new name, the ended and the called ones too."""
        renamed = {was: now for was, now in self.pairing.kept if was != now}
        if renamed:
            for child in self.session.execute(select(_instance.c.id, _instance.c.parent_node).where(
                _instance.c.parent_id == self.standing.row.id, _instance.c.parent_node.in_(renamed)
            )).all():
                self.changes.update(_instance, child.id, parent_node=renamed[child.parent_node])

"""The clocks of one instance when it moves: those it has keep their moments, new ones are armed, gone ones removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.graph import Clock
from engine.host import Surroundings
from engine.machine import context_of
from engine.migration import places
from engine.migration.changes import Changes
from engine.migration.pairing import CannotMove, Pairer, Pairing
from engine.models import Timer
from engine.timers import Strike, first_strike

_timer = table_of(Timer)


@dataclass
class Clocks:
    """One instance's clocks. `opened` says when each place of the new state began to wait; `visit` is the instance's
    version after the move."""

    session: Session
    pairer: Pairer
    pairing: Pairing
    instance_id: int
    visit: int
    variables: Mapping[str, Any]
    surroundings: Surroundings
    opened: Mapping[str, datetime]
    began: datetime
    now: datetime
    armed: dict[str, list[datetime]] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)

    def move(self, changes: Changes) -> None:
        """An open clock that the new state has too keeps its moment, under its new name and host; one that struck or
        was never set stays so. A clock the new state alone has is armed from when its place began to wait; one the
        old state alone had is removed. Refused with CannotMove where no step could enter that place.

        `armed` and `removed` afterwards say what became new and what went, by the waiting place.
        """
        target = self.pairing.target
        assert target is not None  # noqa: S101 -- only what moves has clocks to move
        before = places.clocks(self.pairer.old, self.pairer.old.states[self.pairing.source])
        after = places.clocks(self.pairer.new, target)
        fresh, kept_hosts = set(self.pairing.entered), set(self.pairing.left)
        names = {self.pairer.event(node): node for node, clock in before.items() if clock.host not in kept_hosts}
        rows = {row.node: row for row in self.session.execute(
            select(_timer).where(_timer.c.instance_id == self.instance_id, _timer.c.closed_at.is_(None))
        )}
        going_on = set()
        for node, clock in after.items():
            if node in names and clock.host not in fresh:
                if (row := rows.get(names[node])) is not None:
                    self._keep(changes, row, before[names[node]], clock)
                    going_on.add(row.id)
            else:
                self._arm(changes, clock)
        for row in rows.values():
            if row.id not in going_on:
                changes.update(_timer, row.id, closed_at=self.now)
                self.removed.add(row.host)

    def _keep(self, changes: Changes, row: Any, old: Clock, clock: Clock) -> None:
        repeats = row.repeats
        if old.kind != clock.kind:
            strike = self._strike(clock)
            repeats = strike.repeats if strike is not None else 0
        changes.update(_timer, row.id, node=clock.node, host=clock.host, repeats=repeats)

    def _arm(self, changes: Changes, clock: Clock) -> None:
        strike = self._strike(clock)
        if strike is None:
            if clock.interrupting:
                raise CannotMove(
                    f"Jam “{clock.node}” tidak dapat dihitung. Periksa tanggal pada pengaturan.",
                    f"The clock “{clock.node}” cannot be computed. Look at the dates in the settings.",
                )
            return
        changes.insert(
            _timer, instance_id=self.instance_id, node=clock.node, host=clock.host, visit=self.visit, round=0,
            due_at=strike.due_at, repeats=strike.repeats, fired=False,
        )
        if not clock.interrupting:
            self.armed.setdefault(clock.host, []).append(strike.due_at)

    def _strike(self, clock: Clock) -> Strike | None:
        context = context_of(self.variables, self.surroundings.names)
        return first_strike(clock, context, self.surroundings, self.opened.get(clock.host, self.began))

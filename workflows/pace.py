"""How fast bodies move: when each stage was reached, how long it took, how much was in time, and when all will be done.

Everything is read from the history and the tasks of the engine; nothing is stored for it. A fixed number of queries,
and one row per stage that a body has reached.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from engine import definitions
from engine.models import History, Instance, Task
from workflows import blocked, signposts
from workflows.models import Body

LOOKS_BACK = 28
"""Days whose pace the forecast goes on with: four whole weeks, so that each weekday counts alike."""
TRIALS = 400
FARTHEST = 730
"""Days; a forecast that lies beyond says nothing."""


@dataclass(frozen=True)
class StagePace:
    """One stage: how many bodies reached it, in how many days since the stage before (median and nine in ten).

    `judged` tasks that lead there had a due day that was met or has passed; `in_time` of them were handed in by it.
    """

    code: str
    name: str
    reached: int
    median: float | None
    ninth: float | None
    in_time: int
    judged: int


@dataclass(frozen=True)
class Forecast:
    """The last body is at its last stage by `middle` as likely as not; in eight of ten cases from `early` to `late`.

    From resampling the days of the last four weeks (Monte Carlo over throughput), `trials` times.
    """

    early: date
    middle: date
    late: date


@dataclass(frozen=True)
class UnitPace:
    """One kecamatan or regency beside the others."""

    code: str
    bodies: int
    done: int
    in_time: int
    judged: int


@dataclass(frozen=True)
class Pace:
    """All that the page tells of the bodies of one kind within the scopes.

    `days` are (day, stages reached on it), the last four weeks without a gap; `open_steps` the stages that are still to
    be reached by all of them; `forecast` is None when all are done or nothing moved in those weeks.
    """

    kind: str
    bodies: int
    done: int
    stages: list[StagePace] = field(default_factory=list)
    days: list[tuple[date, int]] = field(default_factory=list)
    open_steps: int = 0
    forecast: Forecast | None = None
    units: list[UnitPace] = field(default_factory=list)


def of(
    session: Session, scopes: Sequence[str], kind: str, now: datetime, *, district: str = "",
    zone: str = "Asia/Jakarta",
) -> Pace:
    """The pace of the bodies of this kind within the scopes, narrowed to a region; empty when there is none."""
    loaded = definitions.load(session, definitions.newest(session, kind))
    way = signposts.main_stages(loaded)
    length = blocked.unit_length(scopes, blocked.Filters(district=district))
    bodies = session.execute(_standing(scopes, district, kind, length)).all()
    passed = _passed(session.execute(_passings(scopes, district, kind, session.get_bind().dialect.name)), way)
    tasks = session.execute(_due_tasks(scopes, district, kind, length)).all()
    leads = {node: signposts.leads_to(loaded, node) for node in {row.node for row in tasks} - loaded.deciding
             if node in loaded.graph.process.nodes}
    today = now.astimezone(ZoneInfo(zone)).date()
    days = _by_day(passed, way, today, zone)
    open_steps = sum(_left(row.stage, row.status, way) * row.number for row in bodies)
    return Pace(
        kind=kind, bodies=sum(row.number for row in bodies), open_steps=open_steps, days=days,
        done=sum(row.number for row in bodies if _left(row.stage, row.status, way) == 0),
        stages=_stages(loaded, way, passed, _in_time(tasks, leads, now)),
        forecast=forecast(open_steps, [number for _, number in days], today),
        units=_units(bodies, tasks, leads, way, now),
    )


def forecast(steps: int, daily: Sequence[int], today: date, *, trials: int = TRIALS) -> Forecast | None:
    """When so many steps are done if days like these follow one another in any order; the same for the same numbers.

    None when nothing is left to do, nothing moves, or it would take longer than two years.
    """
    if steps <= 0 or not any(daily):
        return None
    chance = random.Random(f"{steps} {sum(daily)} {today}")
    ends = sorted(_ends_after(steps, daily, chance) for _ in range(trials))
    early, middle, late = (ends[min(len(ends) - 1, math.ceil(share * len(ends)) - 1)] for share in (0.1, 0.5, 0.9))
    if late > FARTHEST:
        return None
    return Forecast(*(today + timedelta(days=number) for number in (early, middle, late)))


def _ends_after(steps: int, daily: Sequence[int], chance: random.Random) -> int:
    for day in range(1, FARTHEST + 2):
        steps -= chance.choice(daily)
        if steps <= 0:
            return day
    return FARTHEST + 1


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest of the values that at least this share of them does not exceed (nearest rank); None of none."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)] if ranked else None


_Passed = Mapping[int, Mapping[str, datetime]]
"""Of each instance the moment at which it reached each stage that it has behind it."""


def _within(column: Any, scopes: Sequence[str], district: str) -> ColumnElement[bool]:
    narrowed = blocked.within(column, scopes)
    return and_(narrowed, blocked.within(column, [district])) if district else narrowed


def _standing(scopes: Sequence[str], district: str, kind: str, length: int) -> Select[Any]:
    unit = func.substr(Body.region_code, 1, length).label("unit")
    return (
        select(unit, Instance.stage, Instance.status, func.count().label("number"))
        .outerjoin(Instance, Instance.id == Body.instance_id)
        .where(Body.kind == kind, _within(Body.region_code, scopes, district))
        .group_by(unit, Instance.stage, Instance.status)
    )


def _stage_of(column: Any, dialect: str) -> ColumnElement[str]:
    """The stage that a state's name begins with: "inaugurated/submit_sowan"."""
    if dialect == "postgresql":
        return func.split_part(column, "/", 1)
    return func.substr(column, 1, func.instr(column.concat("/"), "/") - 1)


def _passings(scopes: Sequence[str], district: str, kind: str, dialect: str) -> Select[int, str, datetime]:
    target = _stage_of(History.target, dialect)
    return (
        select(History.instance_id, target.label("stage"), History.at)
        .join(Instance, Instance.id == History.instance_id).join(Body, Body.instance_id == Instance.id)
        .where(
            Body.kind == kind, _within(Instance.scope, scopes, district),
            or_(History.action == "instance.started", _stage_of(History.source, dialect) != target),
        )
        .order_by(History.instance_id, History.seq)
    )


def _due_tasks(scopes: Sequence[str], district: str, kind: str, length: int) -> Select[Any]:
    """Per unit, node and outcome: how many evidence tasks had a due day. The first handing in counts, not the mending
    of what was returned."""
    unit = func.substr(Instance.scope, 1, length).label("unit")
    first = (
        select(
            unit, Task.instance_id, Task.node, func.min(Task.due_at).label("due"),
            func.min(case((Task.outcome == "completed", Task.closed_at))).label("done"),
        )
        .join(Instance, Instance.id == Task.instance_id).join(Body, Body.instance_id == Instance.id)
        .where(Body.kind == kind, Task.due_at.is_not(None), _within(Instance.scope, scopes, district))
        .group_by(unit, Task.instance_id, Task.node).subquery("first")
    )
    met = case((first.c.done.is_(None), "open"), (first.c.done <= first.c.due, "met"), else_="late").label("met")
    return (
        select(first.c.unit, first.c.node, met, func.count().label("number"), func.min(first.c.due).label("earliest"))
        .group_by(first.c.unit, first.c.node, met, case((first.c.done.is_(None), first.c.due)))
    )


def _passed(rows: Iterable[Any], way: Sequence[str]) -> dict[int, dict[str, datetime]]:
    found: dict[int, dict[str, datetime]] = {}
    for instance, stage, at in rows:
        reached = found.setdefault(instance, {})
        if stage in way:  # a decision taken back leads to an earlier stage: what came after is not behind it any more
            for later in way[way.index(stage):]:
                reached.pop(later, None)
            reached[stage] = at
    return found


def _left(stage: str | None, status: str | None, way: Sequence[str]) -> int:
    """So many stages are still to be reached from here."""
    if stage is None:
        return len(way)
    if status != "running" or stage not in way:
        return 0
    return len(way) - way.index(stage) - 1


def _spent(passed: _Passed, before: str | None, stage: str) -> list[float]:
    """Days from the one stage to the other, of each body that has reached both."""
    if before is None:
        return []
    return [
        (reached[stage] - reached[before]).total_seconds() / 86_400
        for reached in passed.values() if stage in reached and before in reached
    ]


def _in_time(tasks: Sequence[Any], leads: Mapping[str, str | None], now: datetime) -> dict[str, tuple[int, int]]:
    """Of each stage (in time, judged)."""
    met: Counter[str] = Counter()
    judged: Counter[str] = Counter()
    for row in tasks:
        stage = leads.get(row.node)
        if stage is None or (row.met == "open" and row.earliest > now):
            continue
        judged[stage] += row.number
        met[stage] += row.number if row.met == "met" else 0
    return {stage: (met[stage], number) for stage, number in judged.items()}


def _stages(
    loaded: definitions.Loaded, way: Sequence[str], passed: _Passed, in_time: Mapping[str, tuple[int, int]]
) -> list[StagePace]:
    stages = []
    for before, stage in zip((None, *way), way, strict=False):
        spent = _spent(passed, before, stage)
        met, judged = in_time.get(stage, (0, 0))
        stages.append(StagePace(
            stage, signposts.name_of(loaded, stage), sum(stage in reached for reached in passed.values()),
            quantile(spent, 0.5), quantile(spent, 0.9), met, judged,
        ))
    return stages


def _by_day(passed: _Passed, way: Sequence[str], today: date, zone: str) -> list[tuple[date, int]]:
    here, begun = ZoneInfo(zone), way[0] if way else ""
    counted = Counter(
        at.astimezone(here).date() for reached in passed.values() for stage, at in reached.items() if stage != begun
    )
    days = [today - timedelta(days=back) for back in range(LOOKS_BACK - 1, -1, -1)]
    return [(day, counted[day]) for day in days]


def _units(
    bodies: Sequence[Any], tasks: Sequence[Any], leads: Mapping[str, str | None], way: Sequence[str], now: datetime
) -> list[UnitPace]:
    units = sorted({row.unit for row in bodies})
    return [
        UnitPace(
            unit, sum(row.number for row in bodies if row.unit == unit),
            sum(row.number for row in bodies if row.unit == unit and _left(row.stage, row.status, way) == 0),
            *_summed(_in_time([row for row in tasks if row.unit == unit], leads, now)),
        )
        for unit in units
    ]


def _summed(in_time: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    return sum(met for met, _ in in_time.values()), sum(judged for _, judged in in_time.values())

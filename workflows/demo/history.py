"""The demo's past: every plan becomes acts with moments, and the acts are played in order through the real verbs.

Between the acts the clocks strike, the outbox is drained and lateness climbs, as the sweep and the worker would have
done at those moments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import operations, outbox, timers
from engine.outbox import Effect
from workflows import escalation
from workflows.demo import ground
from workflows.demo.acts import Player, oath_of
from workflows.demo.ground import Ground
from workflows.demo.plans import STAGES, Plan
from workflows.host import HOST
from workflows.models import Body, Climb

Deed = Callable[[datetime], None]
TICKS = (time(0, 1), time(8, 1), time(10, 30), time(13), time(15, 30), time(20))
"""The local times of a day at which the background work is played."""


@dataclass(order=True)
class Act:
    """One deed of one body at one moment; `order` keeps those of one moment as they were planned."""

    at: datetime
    order: int
    deed: Deed = field(compare=False)


def play(
    session: Session, laid: Ground, plans: Mapping[str, Plan], player: Player, *, now: datetime,
    effects: Mapping[str, Effect], progress: Callable[[float], None],
) -> None:
    """Everything that the plans say has happened by `now`; no message waits, no clock that is due is left.

    `progress` hears the share done, from 0 to 1, before each act.
    """
    acts = sorted(_acts(laid, plans, player, now))
    ticks = _ticks(laid, now)
    tick = next(ticks)
    for done, act in enumerate(acts):
        progress(done / len(acts))
        while tick <= act.at:
            background(session, tick, effects)
            tick = next(ticks)
        act.deed(act.at)
    while tick < now:
        background(session, tick, effects)
        tick = next(ticks)
    background(session, now, effects)
    progress(1.0)


def background(session: Session, now: datetime, effects: Mapping[str, Effect]) -> None:
    """What sweep and worker do: clocks that are due strike, messages have their effect, lateness climbs."""
    while due := timers.due(session, now=now):
        for timer in due:
            operations.fire_timer(session, timer_id=timer, now=now, host=HOST)
    _drain(session, now, effects)
    while session.scalar(select(Climb.stay).where(Climb.next_at <= now).limit(1)) is not None:
        escalation.climb(session, now=now, host=HOST)
    session.flush()


def _drain(session: Session, now: datetime, effects: Mapping[str, Effect]) -> None:
    while outbox.take(session, now=now, effects=effects) is not None:
        pass


def _ticks(laid: Ground, now: datetime) -> Iterator[datetime]:
    day = laid.today - timedelta(days=ground.BEGUN)
    while True:
        yield from (datetime.combine(day, tick, ground.ZONE) for tick in TICKS)
        day += timedelta(days=1)


def _acts(laid: Ground, plans: Mapping[str, Plan], player: Player, now: datetime) -> Iterator[Act]:
    order = 0
    for code, plan in plans.items():
        for at, deed in _of_body(laid, laid.bodies[code], plan, player, now):
            order += 1
            yield Act(min(at, now - timedelta(minutes=5)), order, deed)


def _of_body(
    laid: Ground, body: Body, plan: Plan, player: Player, now: datetime
) -> Iterator[tuple[datetime, Deed]]:
    random = Random(f"history {body.region_code}")
    begun = now - timedelta(days=ground.BEGUN - 1)
    yield begun, lambda at: player.start(body, at)
    oath_days = oath_of(body)
    oath = datetime.combine(laid.today - timedelta(days=oath_days), time(10), ground.ZONE)
    end = now - timedelta(days=_rest(plan, random))
    if plan.done == 0:
        yield from _not_sworn(body, plan, player, end)
        return
    yield oath + timedelta(hours=5, minutes=random.randrange(180)), _hand(player, body, 0, plan)
    approved = oath + timedelta(days=1, minutes=random.randrange(300))
    yield approved, _approve(player, body, 0)
    deeds = list(_deeds(player, body, plan))
    weights = [random.uniform(0.6, 1.4) for _ in deeds]
    first, passed, total = approved + timedelta(hours=14), 0.0, sum(weights)
    last = approved
    for weight, deed in zip(weights, deeds, strict=True):
        passed += weight
        last = _by_day(first + (max(end, first + timedelta(hours=2)) - first) * (passed / total))
        yield last, deed
    yield from _obstacles(body, plan, player, last, end, random)


def _rest(plan: Plan, random: Random) -> float:
    """How many days ago the last thing happened."""
    spans = {"open": (1.5, 5.0), "waiting": (0.9, 5.2), "returned": (0.9, 3.5)}
    return random.uniform(*((0.9, 4.0) if plan.done == len(STAGES) else spans[plan.ending]))


def _not_sworn(body: Body, plan: Plan, player: Player, end: datetime) -> Iterator[tuple[datetime, Deed]]:
    if plan.ending == "waiting":
        yield _by_day(end), _hand(player, body, 0, plan)
    elif plan.hold is not None:
        hold = plan.hold
        yield _by_day(end - timedelta(days=9)), lambda at: player.hold(body, hold, at)


def _deeds(player: Player, body: Body, plan: Plan) -> Iterator[Deed]:
    early = plan.prepared and body.kind == "pps"
    if early:
        flaws = plan.flaws if plan.done == 3 else frozenset()
        yield lambda at: player.prepare(body, 3, at, flaws)
    for stage in range(1, plan.done):
        if not (stage == 3 and early):
            yield _hand(player, body, stage, plan)
        if stage in plan.mended:
            yield lambda at, stage=stage: player.send_back(body, stage, at)  # type: ignore[misc]  # the default binds this round
            yield _hand(player, body, stage, plan)
        yield _approve(player, body, stage)
    if plan.done == len(STAGES):
        return
    if plan.ending in ("waiting", "returned") and not (plan.done == 3 and early):
        yield _hand(player, body, plan.done, plan)
    if plan.ending == "returned":
        yield lambda at: player.send_back(body, plan.done, at)


def _hand(player: Player, body: Body, stage: int, plan: Plan) -> Deed:
    flaws = plan.flaws if stage == plan.done else frozenset()
    return lambda at: player.hand_in(body, stage, at, flaws)


def _approve(player: Player, body: Body, stage: int) -> Deed:
    return lambda at: player.approve(body, stage, at)


def _obstacles(
    body: Body, plan: Plan, player: Player, last: datetime, end: datetime, random: Random
) -> Iterator[tuple[datetime, Deed]]:
    hold, lifted = plan.hold, plan.lifted
    if hold is not None:
        yield _by_day(last + timedelta(days=random.uniform(0.2, 1.2))), lambda at: player.hold(body, hold, at)
    if lifted is not None:
        yield _by_day(last - timedelta(days=2.2)), lambda at: player.hold(body, lifted, at)
        yield _by_day(last - timedelta(days=0.7)), lambda at: player.lift(body, lifted, at)
    if plan.draft:
        yield _by_day(last + timedelta(days=random.uniform(0.2, 1.0))), lambda at: player.draft(body, plan.done, at)


def _by_day(moment: datetime) -> datetime:
    """The same day between 8 and 19 o'clock, in the same order as the moments of that day."""
    local = moment.astimezone(ground.ZONE)
    midnight = datetime.combine(local.date(), time(), ground.ZONE)
    return midnight + timedelta(hours=8) + (local - midnight) * (11 / 24)

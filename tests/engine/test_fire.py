"""What moves an instance without a person at a form: clocks, messages from outside, automatic tasks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, handlers, history, operations, outbox, timers
from engine.errors import NotFound, NotOpen, Refused
from engine.handlers import Job
from engine.host import Subject, Surroundings
from engine.models import Incident, Message, Task, Timer
from engine.timers import ClockUnset
from tests.engine import draw
from tests.engine.world import ANA, BUDI, NOW, SCOPE, RuleHost, World

HOUR = timedelta(hours=1)
MIDNIGHT_19 = datetime(2024, 5, 19, 17, 0, tzinfo=UTC)
"""The local midnight that ends 19 May: three days after NOW."""

LATE_FLOWS: list[draw.Flow] = [("s", "a"), ("a", "e"), ("late", "told")]


def late(kind: str, text: str, *, dashed: bool = True) -> dict[str, str]:
    """One task with a clock on its edge: dashed, it escalates; solid, it leads to another task instead."""
    tail = "|dashed" if dashed else ""
    return {**draw.LINE, "late": f"boundary|a|{kind}|{text}{tail}", "told": "escalation" if dashed else "userTask",
            **({} if dashed else {"f": "endEvent"})}


def begun(session: Session, nodes: Mapping[str, str], flows: list[draw.Flow], host: RuleHost | None = None) -> World:
    world = World(session, host=host or RuleHost())
    return world.begin(nodes, flows, lanes={"member": list(nodes)})


def waiting_late(session: Session, kind: str, text: str, host: RuleHost | None = None) -> World:
    return begun(session, late(kind, text), LATE_FLOWS, host)


def solid(session: Session, kind: str, text: str, host: RuleHost | None = None) -> World:
    return begun(session, late(kind, text, dashed=False), [*LATE_FLOWS, ("told", "f")], host)


def clock(world: World, node: str = "late") -> int:
    return world.session.scalars(
        select(Timer.id).where(Timer.instance_id == world.instance_id, Timer.node == node, Timer.closed_at.is_(None))
    ).one()


def strike(world: World, timer: int | None = None, at: datetime | None = None) -> Any:
    return operations.fire_timer(
        world.session, timer_id=timer or clock(world), now=at or world.now, host=world.host
    )


def test_a_duration_of_days_ends_at_the_midnight_that_closes_the_last(session: Session) -> None:
    world = waiting_late(session, "duration", "P3D")
    assert world.clocks() == {"late": MIDNIGHT_19}
    assert world.instance.due_at == MIDNIGHT_19
    assert timers.due(session, now=MIDNIGHT_19 - timedelta(seconds=1)) == []
    assert timers.due(session, now=MIDNIGHT_19) == [clock(world)]


@pytest.mark.parametrize(
    ("kind", "text", "due_at"),
    [
        ("duration", "PT12H", NOW + 12 * HOUR),
        ("duration", "P1DT1H", NOW + 25 * HOUR),
        ("date", "2024-06-01T08:00:00", datetime(2024, 6, 1, 1, 0, tzinfo=UTC)),
        ("date", "2024-06-01T08:00:00Z", datetime(2024, 6, 1, 8, 0, tzinfo=UTC)),
        ("date", "= ends", datetime(2024, 5, 31, 17, 0, tzinfo=UTC)),
        ("duration", "= within", datetime(2024, 5, 18, 17, 0, tzinfo=UTC)),
        ("cycle", "R2/PT10H", NOW + 10 * HOUR),
        ("cycle", "R/P1D", datetime(2024, 5, 17, 17, 0, tzinfo=UTC)),
    ],
)
def test_when_a_clock_strikes_first(session: Session, kind: str, text: str, due_at: datetime) -> None:
    host = RuleHost({"ends": date(2024, 6, 1), "within": timedelta(days=2)})
    assert waiting_late(session, kind, text, host).clocks() == {"late": due_at}


class Working(RuleHost):
    """Counts Monday to Friday only."""

    def surroundings(self, session: Session, subject: Subject, now: datetime) -> Surroundings:
        def add_days(day: date, count: int) -> date:
            while count:
                day += timedelta(days=1)
                count -= day.weekday() < 5
            return day

        around = super().surroundings(session, subject, now)
        return Surroundings(around.zone, around.names, add_days)


def test_days_are_counted_as_the_host_counts_them(session: Session) -> None:
    """Three working days after Thursday 16 May are Tuesday 21 May."""
    assert waiting_late(session, "duration", "P3D", Working()).clocks() == {
        "late": datetime(2024, 5, 21, 17, 0, tzinfo=UTC)
    }


def test_a_dashed_clock_tells_and_leaves_the_task_open(session: Session) -> None:
    world = waiting_late(session, "duration", "P3D")
    task = world.task()
    world.now = MIDNIGHT_19 + HOUR
    outcome = strike(world)
    assert (outcome.source, outcome.target) == ("s/a", "s/a")
    assert world.task() == task
    assert world.clocks() == {}
    assert world.messages() == ["instance.moved", "instance.moved", "escalation.thrown"]
    thrown = session.scalars(select(Message.payload).where(Message.kind == "escalation.thrown")).one()
    assert thrown == {"instance_id": world.instance_id, "seq": 2, "node": "told", "trigger": "fire.late"}
    assert world.instance.due_at == MIDNIGHT_19  # late is not undone by being told
    world.do(ANA)
    assert world.instance.status == "ended"
    assert history.verify(session) == []


def test_a_solid_clock_takes_the_task_away(session: Session) -> None:
    world = solid(session, "duration", "PT1H")
    task = world.task("a")
    world.now = NOW + HOUR
    outcome = strike(world)
    assert (outcome.source, outcome.target) == ("s/a", "s/told")
    closed = session.get_one(Task, task, populate_existing=True)
    assert (closed.outcome, closed.closed_by, closed.closed_at) == ("taken_away", "system", world.now)
    assert world.task("told") != task
    with pytest.raises(NotOpen):
        world.do(ANA, task_id=task)


def test_firing_twice_is_firing_once(session: Session) -> None:
    world = waiting_late(session, "duration", "PT1H")
    timer = clock(world)
    world.now += HOUR
    assert strike(world, timer) is not None
    assert strike(world, timer) is None
    assert world.actions() == ["instance.started", "timer.fired"]
    assert world.messages().count("escalation.thrown") == 1


def test_a_clock_that_is_not_due_or_not_there_is_refused(session: Session) -> None:
    world = waiting_late(session, "duration", "PT1H")
    with pytest.raises(Refused, match="belum waktunya"):
        strike(world, at=NOW + HOUR - timedelta(seconds=1))
    with pytest.raises(NotFound):
        strike(world, timer=clock(world) + 99)
    assert world.actions() == ["instance.started"]


def test_a_clock_is_cleared_when_its_host_is_left(session: Session) -> None:
    world = waiting_late(session, "duration", "PT1H")
    timer = clock(world)
    world.do(ANA)
    cleared = session.get_one(Timer, timer, populate_existing=True)
    assert (cleared.closed_at, cleared.fired) == (NOW, False)
    assert timers.due(session, now=NOW + 9 * HOUR) == []
    assert strike(world, timer, NOW + HOUR) is None


def test_a_cycle_counts_on_from_the_planned_moment_not_from_when_it_was_seen(session: Session) -> None:
    world = waiting_late(session, "cycle", "R3/PT10H")
    planned = []
    for delay in (0, 3, 1):
        planned.append(world.clocks()["late"])
        world.now = planned[-1] + delay * HOUR
        strike(world)
    assert planned == [NOW + 10 * HOUR, NOW + 20 * HOUR, NOW + 30 * HOUR]
    assert world.clocks() == {}
    rounds = session.execute(select(Timer.round, Timer.repeats, Timer.fired).order_by(Timer.id)).all()
    assert [tuple(one) for one in rounds] == [(0, 2, True), (1, 1, True), (2, 0, True)]
    assert world.messages().count("escalation.thrown") == 3


def test_a_cycle_without_end_goes_on_until_its_task_is_done(session: Session) -> None:
    world = waiting_late(session, "cycle", "R/P1D")
    for day in (17, 18, 19, 20):
        assert world.clocks() == {"late": datetime(2024, 5, day, 17, 0, tzinfo=UTC)}
        world.now = world.clocks()["late"]
        strike(world)
    world.do(ANA)
    assert world.clocks() == {}


RACE = {"s": "startEvent", "w": "eventBasedGateway", "t": "timer|duration|P1D", "m": "message|reply", "a": "userTask",
        "b": "userTask", "e": "endEvent", "f": "endEvent"}
RACE_FLOWS: list[draw.Flow] = [
    ("s", "w"), ("w", "t"), ("w", "m"), ("t", "a"), ("m", "b"), ("a", "e"), ("b", "f"),
]


def test_at_an_event_gateway_the_clock_may_come_first(session: Session) -> None:
    world = begun(session, RACE, RACE_FLOWS)
    world.now = world.clocks()["t"]
    assert strike(world, clock(world, "t")).target == "s/a"
    with pytest.raises(NotOpen, match="reply"):
        receive(world, "reply")


def test_at_an_event_gateway_the_message_may_come_first(session: Session) -> None:
    world = begun(session, RACE, RACE_FLOWS)
    timer = clock(world, "t")
    assert receive(world, "reply").target == "s/b"
    assert world.clocks() == {}
    assert strike(world, timer, NOW + timedelta(days=9)) is None
    assert world.actions() == ["instance.started", "message.received"]


def receive(world: World, message: str, data: Mapping[str, Any] | None = None) -> Any:
    return operations.receive(
        world.session, instance_id=world.instance_id, message=message, actor=BUDI, now=world.now, host=world.host,
        data=data,
    )


def test_a_message_brings_the_values_the_drawing_asks_about(session: Session) -> None:
    nodes = {"s": "startEvent", "m": "message|reply", "g": "exclusiveGateway", "a": "userTask", "b": "userTask",
             "e": "endEvent", "f": "endEvent"}
    flows: list[draw.Flow] = [
        ("s", "m"), ("m", "g"), ("g", "a", '= answer = "yes"'), ("g", "b"), ("a", "e"), ("b", "f"),
    ]
    world = World(session).begin(nodes, flows, lanes={"member": list(nodes)}, defaults={"g": "b"})
    with pytest.raises(NotOpen, match="other"):
        receive(world, "other")
    assert receive(world, "reply", {"answer": "yes", "unasked": 1}).target == "s/a"
    assert world.instance.variables == {"answer": "yes"}
    with pytest.raises(NotOpen):
        receive(world, "reply", {"answer": "yes"})


def test_a_solid_clock_without_a_moment_is_refused_and_nothing_is_written(session: Session) -> None:
    with pytest.raises(ClockUnset, match="late"), session.begin_nested():
        solid(session, "date", "= unknown")
    assert session.scalars(select(Timer)).all() == []
    assert session.scalars(select(Task)).all() == []


def test_a_dashed_clock_without_a_moment_is_not_set(session: Session) -> None:
    world = waiting_late(session, "date", "= unknown")
    assert world.clocks() == {}
    assert world.instance.due_at is None
    assert world.do(ANA).target == "e"


AUTO = {"s": "startEvent", "auto": "serviceTask", "g": "exclusiveGateway", "a": "userTask", "b": "userTask",
        "e": "endEvent", "f": "endEvent"}
AUTO_FLOWS: list[draw.Flow] = [
    ("s", "auto"), ("auto", "g"), ("g", "a", "= score > 5"), ("g", "b"), ("a", "e"), ("b", "f"),
]
TYPE = "test.measure"


class Measure:
    """The handler behind the automatic task: fails as often as it is told, then answers."""

    def __init__(self) -> None:
        self.failures = 0
        self.jobs: list[Job] = []

    def __call__(self, session: Session, job: Job, now: datetime) -> Mapping[str, Any]:
        self.jobs.append(job)
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the scale is away")
        return {"score": 7, "unasked": 1}


@pytest.fixture
def measure(monkeypatch: pytest.MonkeyPatch) -> Measure:
    monkeypatch.setattr(handlers, "_registered", {})  # what a test registers is gone afterwards
    made = Measure()
    handlers.handler(TYPE)(made)
    return made


@pytest.fixture
def automatic(session: Session, measure: Measure) -> World:
    drawn = draw.xml(AUTO, AUTO_FLOWS, lanes={"member": list(AUTO)}, defaults={"g": "b"}).decode()
    tag = f'<extensionElements><z:taskDefinition xmlns:z="http://camunda.org/schema/zeebe/1.0" type="{TYPE}"/>' \
          "</extensionElements>"
    drawn = drawn.replace('<serviceTask id="auto"/>', f'<serviceTask id="auto">{tag}</serviceTask>')
    world = World(session)
    definition = definitions.publish(
        session, drawing=drawn.encode(), form_texts={}, by="test", now=NOW, handlers=handlers.registered()
    )
    world.instance_id = operations.start(
        session, definition_id=definition.id, subject="thing:1", scope=SCOPE, actor=ANA, now=NOW, host=world.host
    ).instance_id
    session.commit()
    return world


def drain(world: World) -> int:
    """What the worker does, each message in its own transaction; how many messages were taken."""
    effects: Mapping[str, outbox.Effect] = {
        **operations.effects(world.host), "instance.moved": lambda session, taken, now: None,
    }
    count = 0
    while True:
        try:
            taken = outbox.take(world.session, now=world.now, effects=effects)
        except outbox.EffectFailed as failure:
            world.session.rollback()
            outbox.failed(world.session, message_id=failure.message_id, error=failure.message, now=world.now)
        else:
            if taken is None:
                return count
        world.session.commit()
        count += 1


def test_an_automatic_task_runs_through_the_outbox(automatic: World, measure: Measure) -> None:
    assert automatic.instance.state == "s/auto"
    assert drain(automatic) == 3
    assert automatic.instance.state == "s/a"
    assert automatic.instance.variables == {"score": 7}
    assert [(job.node, job.subject, job.scope) for job in measure.jobs] == [("auto", "thing:1", SCOPE)]
    assert automatic.actions() == ["instance.started", "task.completed"]


def test_done_twice_is_done_once(automatic: World, measure: Measure) -> None:
    visit = automatic.session.scalars(select(Task.visit).where(Task.node == "auto")).one()
    given = {"instance_id": automatic.instance_id, "node": "auto", "visit": visit, "now": NOW, "host": automatic.host}
    assert operations.run_done(automatic.session, result={"score": 3}, **given).target == "s/b"  # type: ignore[arg-type, union-attr]
    assert operations.run_done(automatic.session, result={"score": 9}, **given) is None  # type: ignore[arg-type]
    assert automatic.instance.state == "s/b"
    drain(automatic)
    assert automatic.instance.state == "s/b"


def test_a_failing_handler_is_tried_again_later_and_then_goes_on(automatic: World, measure: Measure) -> None:
    measure.failures = 2
    drain(automatic)
    assert (len(measure.jobs), automatic.instance.state) == (1, "s/auto")
    automatic.now += timedelta(seconds=2)
    drain(automatic)
    assert (len(measure.jobs), automatic.instance.state) == (2, "s/auto")
    automatic.now += timedelta(seconds=3)
    drain(automatic)
    assert len(measure.jobs) == 2  # four seconds are not over
    automatic.now += timedelta(seconds=1)
    drain(automatic)
    assert (len(measure.jobs), automatic.instance.state) == (3, "s/a")
    assert automatic.session.scalars(select(Incident)).all() == []


def test_the_sixth_failure_opens_one_incident_and_the_task_still_waits(automatic: World, measure: Measure) -> None:
    measure.failures = 7
    opened = []
    for _ in range(7):
        drain(automatic)
        opened.append(len(automatic.session.scalars(select(Incident)).all()))
        automatic.now += 2 * HOUR
    assert opened == [0, 0, 0, 0, 0, 1, 1]
    incident = automatic.session.scalars(select(Incident)).one()
    assert (incident.instance_id, incident.node, incident.resolved_at) == (automatic.instance_id, "auto", None)
    assert "the scale is away" in incident.error
    drain(automatic)
    assert automatic.instance.state == "s/a"
    automatic.session.refresh(incident)
    assert (incident.resolved_at, incident.resolved_by) == (automatic.now, "system")


def test_an_automatic_task_without_a_handler_fails_by_name(automatic: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "_registered", {})
    drain(automatic)
    message = automatic.session.scalars(select(Message).where(Message.kind == "task.run")).one()
    assert "NoHandler" in (message.last_error or "")
    assert TYPE in (message.last_error or "")

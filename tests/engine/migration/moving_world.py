"""Worlds for the tests of moving: instances of one version, another version of the same drawing, and players."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, history, migration, operations
from engine.errors import Refused
from engine.host import Actor, Grant
from engine.migration.models import MoveStep
from engine.models import Definition, Instance, Submission, Task, Timer
from tests.engine import draw
from tests.engine.world import NOW, SCOPE, RuleHost

MOVER = Actor("90", "Gita")


@dataclass(frozen=True)
class Drawn:
    """A drawing that is easy to change: a new one for each edit."""

    nodes: Mapping[str, str]
    flows: tuple[draw.Flow, ...]
    lanes: Mapping[str, tuple[str, ...]]
    defaults: Mapping[str, str] = field(default_factory=dict)

    def xml(self) -> bytes:
        """The file; an automatic task has its id as its type."""
        drawn = draw.xml(self.nodes, list(self.flows), lanes=self.lanes, defaults=self.defaults).decode()
        for node, what in self.nodes.items():
            if what == "serviceTask":
                tag = f'<z:taskDefinition xmlns:z="http://camunda.org/schema/zeebe/1.0" type="{node}"/>'
                inside = f"<extensionElements>{tag}</extensionElements></serviceTask>"
                drawn = drawn.replace(f'<serviceTask id="{node}"/>', f'<serviceTask id="{node}">{inside}')
        return drawn.encode()

    def named(self, old: str, new: str) -> Drawn:
        """One id is another everywhere."""
        def name(one: str) -> str:
            return new if one == old else one

        def what(text: str) -> str:
            return "|".join(name(part) for part in text.split("|"))

        return Drawn(
            {name(node): what(kind) for node, kind in self.nodes.items()},
            tuple((name(flow[0]), name(flow[1]), *flow[2:]) for flow in self.flows),  # type: ignore[misc]
            {name(lane): tuple(map(name, members)) for lane, members in self.lanes.items()},
            {name(gateway): name(target) for gateway, target in self.defaults.items()},
        )

    def with_node(self, node: str, what: str, *flows: draw.Flow, lane: str = "") -> Drawn:
        lane = lane or next(iter(self.lanes))
        return Drawn({**self.nodes, node: what}, (*self.flows, *flows),
                     {**self.lanes, lane: (*self.lanes[lane], node)}, self.defaults)

    def without(self, *nodes: str) -> Drawn:
        """These nodes are gone with their flows."""
        return Drawn(
            {node: what for node, what in self.nodes.items() if node not in nodes},
            tuple(flow for flow in self.flows if not {flow[0], flow[1]} & set(nodes)),
            {lane: tuple(one for one in members if one not in nodes) for lane, members in self.lanes.items()},
            {gateway: target for gateway, target in self.defaults.items() if gateway not in nodes},
        )

    def between(self, source: str, target: str, node: str, what: str = "userTask", lane: str = "") -> Drawn:
        """A new node stands in the middle of this flow."""
        (old,) = [flow for flow in self.flows if flow[:2] == (source, target)]
        rest = tuple(flow for flow in self.flows if flow is not old)
        defaults = {one: node if (one, to) == (source, target) else to for one, to in self.defaults.items()}
        return Drawn(self.nodes, (*rest, (source, node, *old[2:])), self.lanes, defaults).with_node(  # type: ignore[arg-type]
            node, what, (node, target), lane=lane
        )

    def set(self, node: str, what: str) -> Drawn:
        return Drawn({**self.nodes, node: what}, self.flows, self.lanes, self.defaults)


REVIEW = Drawn(draw.REVIEW, tuple(draw.REVIEW_FLOWS), {lane: tuple(some) for lane, some in draw.REVIEW_LANES.items()},
               {"g": "submit"})
"""submit → approve → (approve: done → after → end | else: submit)."""

CLOCKED = (
    REVIEW.with_node("late", "boundary|submit|duration|P3D|dashed", ("late", "told")).with_node("told", "escalation")
    .with_node("again", "boundary|after|cycle|R/P2D|dashed", ("again", "told_again"))
    .with_node("told_again", "escalation")
    .with_node("ends", "boundary|approve|date|2024-08-01T00:00:00", ("ends", "over")).with_node("over", "endEvent")
)
"""The same with a deadline on submit, a reminder on after and an end of term on approve."""

BOTH = Drawn(
    {"s": "startEvent", "split": "parallelGateway", "a": "userTask", "b": "userTask", "join": "parallelGateway",
     "late": "boundary|a|duration|P3D|dashed", "told": "escalation", "rest": "eventBasedGateway",
     "soon": "timer|duration|P5D", "word": "message|go", "last": "userTask", "e": "endEvent"},
    (("s", "split"), ("split", "a"), ("split", "b"), ("a", "join"), ("b", "join"), ("join", "rest"), ("late", "told"),
     ("rest", "soon"), ("rest", "word"), ("soon", "last"), ("word", "last"), ("last", "e")),
    {"member": ("s", "split", "a", "b", "join", "late", "told", "rest", "soon", "word", "last", "e")},
)
"""a and b at once, then a clock or a message, then last."""


def person(number: int, *roles: str) -> Actor:
    held = roles or ("member", "commissioner")
    return Actor(str(number), f"Orang {number}", tuple(Grant(role, SCOPE) for role in held))


@dataclass
class Moves:
    """Some instances of one drawing, in one session, and how they move to the next version."""

    session: Session
    host: RuleHost = field(default_factory=RuleHost)
    now: datetime = NOW
    number: int = 0
    people: int = 100

    def publish(self, drawn: Drawn, forms: Mapping[str, str] | None = None, handlers: Collection[str] = ()) -> int:
        return definitions.publish(
            self.session, drawing=drawn.xml(), form_texts=forms or {}, by="test", now=self.now, handlers=handlers,
        ).id

    def start(self, definition: int) -> int:
        self.number += 1
        return operations.start(
            self.session, definition_id=definition, subject=f"thing:{self.number}", scope=SCOPE,
            actor=person(1, "member"), now=self.now, host=self.host,
        ).instance_id

    def instance(self, number: int) -> Instance:
        return self.session.get_one(Instance, number, populate_existing=True)

    def tasks(self, number: int) -> dict[str, Task]:
        found = self.session.scalars(
            select(Task).where(Task.instance_id == number, Task.closed_at.is_(None))
            .execution_options(populate_existing=True)
        )
        return {task.node: task for task in found}

    def clocks(self, number: int) -> dict[str, datetime]:
        found = select(Timer.node, Timer.due_at).where(Timer.instance_id == number, Timer.closed_at.is_(None))
        return {row.node: row.due_at for row in self.session.execute(found)}

    def filed(self, number: int) -> list[tuple[str, str]]:
        found = select(Submission.node, Submission.status).where(Submission.instance_id == number)
        return [(row.node, row.status) for row in self.session.execute(found.order_by(Submission.id))]

    def do(self, number: int, node: str, actor: Actor | None = None, **data: Any) -> Any:
        """Somebody new does this task, unless an actor is named."""
        self.people += 1
        task = self.tasks(number)[node]
        return operations.complete_task(
            self.session, task_id=task.id, actor=actor or person(self.people, task.role), now=self.now,
            host=self.host, data=data,
        )

    def draft(self, number: int, node: str, **data: Any) -> None:
        role = definitions.load(self.session, self.instance(number).definition_id).graph.role(node)
        operations.save_draft(
            self.session, instance_id=number, node=node, actor=person(self.people, role), now=self.now, host=self.host,
            data=data,
        )

    def strike(self, number: int, node: str) -> Any:
        """The clock strikes at its moment."""
        timer = self.session.scalars(
            select(Timer).where(Timer.instance_id == number, Timer.node == node, Timer.closed_at.is_(None))
        ).one()
        self.now = max(self.now, timer.due_at)
        return operations.fire_timer(self.session, timer_id=timer.id, now=self.now, host=self.host)

    def plan(self, old: int, new: int, mapping: Mapping[str, str] | None = None) -> migration.Plan:
        return migration.plan(self.session, from_definition=old, to_definition=new, mapping=mapping)

    def move(self, old: int, new: int, mapping: Mapping[str, str] | None = None, **more: Any) -> migration.Progress:
        """All batches of a run."""
        batch = more.pop("batch", 2)
        run = migration.begin(self.session, from_definition=old, to_definition=new, actor=MOVER, now=self.now,
                              mapping=mapping, **more)
        while not (done := self.batch(run, batch)).over:
            pass
        return done

    def batch(self, run: int, batch: int = 2) -> migration.Progress:
        return migration.move(self.session, run_id=run, actor=MOVER, now=self.now, host=self.host, batch=batch)

    def undo(self, run: int) -> migration.Progress:
        while not (done := migration.undo(
            self.session, run_id=run, actor=MOVER, now=self.now, host=self.host, batch=2
        )).over:
            pass
        return done

    def reason(self, number: int) -> str:
        return self.session.scalars(select(MoveStep.reason).where(MoveStep.instance_id == number)).one()

    def whole(self) -> bool:
        """Every chain holds."""
        return history.verify(self.session) == []

    def version_of(self, number: int) -> int:
        return self.session.get_one(Definition, self.instance(number).definition_id).version

    def step(self, number: int, random: Random) -> bool:
        """Somebody does something, or the next clock strikes; False when nothing can happen."""
        tasks, clocks = self.tasks(number), self.clocks(number)
        loaded = definitions.load(self.session, self.instance(number).definition_id)
        words = [trigger for trigger in loaded.steps.triggers(self.instance(number).state)
                 if trigger.startswith("receive.")]
        can = [*(("do", node) for node in sorted(tasks)), *(("receive", word) for word in words)]
        if clocks:
            can.append(("strike", min(clocks, key=lambda node: (clocks[node], node))))
        if not can:
            return False
        verb, what = random.choice(can)
        self.now += timedelta(hours=random.randint(1, 30))
        try:
            if verb == "do":
                self.do(number, what, decision=random.choice(["approve", "return", "approve"]))
            elif verb == "strike":
                self.strike(number, what)
            else:
                operations.receive(self.session, instance_id=number, message=what.partition(".")[2],
                                   actor=person(1), now=self.now, host=self.host)
        except Refused as refused:
            raise AssertionError(f"{verb} {what}: {refused}") from refused
        return True

"""Families of instances against an independent game over the drawing's tree: nothing is lost, nothing doubled.

The game knows neither the compiler nor the database: it holds which leaves of the tree are open and what follows them.
Acts come in a random order, some are killed before their commit and repeated, and the outbox is emptied bit by bit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import history, operations, outbox
from engine.arrivals import Subscription
from engine.host import SYSTEM
from engine.models import Instance, Task
from tests.conftest import Database
from tests.engine.family import EVERYBODY, Family
from tests.engine.test_children import multi

Path = tuple[tuple[str, int], ...]
Leaf = tuple[Path, str]


@dataclass
class Tree:
    """A block: task, seq, and, sub, many (rounds), call; `dashed` is a branch that a message begins beside a task,
    `edge` says that a message takes a sub-process away."""

    kind: str
    id: str
    inner: list[Tree] = field(default_factory=list)
    dashed: Tree | None = None
    rounds: int = 0
    one_by_one: bool = False
    edge: bool = False


def grow(random: Random, depth: int, names: Iterator[int], called: list[Tree]) -> Tree:
    kinds = ["task", "task", "seq", "and", "sub", "many", "call"] if depth else ["task"]
    kind = random.choice(kinds)
    tree = Tree(kind, f"{kind}{next(names)}")

    def more(count: int) -> list[Tree]:
        return [grow(random, depth - 1, names, called) for _ in range(count)]

    if kind == "task" and depth and random.random() < 0.35:
        tree.dashed = grow(random, 0, names, called)
    elif kind in ("seq", "and"):
        tree.inner = more(random.randint(2, 3))
    elif kind == "sub":
        tree.inner, tree.edge = more(1), random.random() < 0.4
    elif kind == "many":
        tree.inner, tree.rounds = more(1), random.choice([0, 1, 2, 2, 3])
        tree.one_by_one, tree.edge = random.random() < 0.4, random.random() < 0.3
        if random.random() < 0.4:
            tree.inner = []
    elif kind == "call":
        tree.inner = more(1)
        called.append(tree)
    return tree


def drawn(tree: Tree, parts: list[str], flows: list[str]) -> tuple[str, str]:
    """The elements and flows of a block; answers its first and last element."""
    name = tree.id
    if tree.kind == "task":
        parts.append(f'<userTask id="{name}"/>')
        if tree.dashed is not None:
            parts.append(_edge(name, "d", ' cancelActivity="false"'))
            first, last = drawn(tree.dashed, parts, flows)
            parts.append(f'<endEvent id="{name}_de"/>')
            flows += [f"{name}_d>{first}", f"{last}>{name}_de"]
        return name, name
    if tree.kind == "seq":
        ends = [drawn(one, parts, flows) for one in tree.inner]
        flows += [f"{one[1]}>{other[0]}" for one, other in pairwise(ends)]
        return ends[0][0], ends[-1][1]
    if tree.kind == "and":
        parts.append(f'<parallelGateway id="{name}_f"/><parallelGateway id="{name}_j"/>')
        for one in tree.inner:
            first, last = drawn(one, parts, flows)
            flows += [f"{name}_f>{first}", f"{last}>{name}_j"]
        return f"{name}_f", f"{name}_j"
    if tree.kind == "call":
        parts.append(f'<callActivity id="{name}" calledElement="called_{name}"/>')
        return name, name
    loop = _loop(tree)
    if tree.inner:
        inside, inner = list[str](), list[str]()
        first, last = drawn(tree.inner[0], inside, inner)
        inner += [f"{name}i>{first}", f"{last}>{name}o"]
        parts.append(f'<subProcess id="{name}">{loop}<startEvent id="{name}i"/><endEvent id="{name}o"/>')
        parts += [*inside, "\n" + "\n".join(inner) + "\n", "</subProcess>"]
    else:
        parts.append(f'<userTask id="{name}">{loop}</userTask>')
    if not tree.edge:
        return name, name
    parts.append(_edge(name, "b", "") + f'<exclusiveGateway id="{name}_m"/>')
    flows += [f"{name}>{name}_m", f"{name}_b>{name}_m"]
    return name, f"{name}_m"


def _edge(name: str, letter: str, more: str) -> str:
    return (
        f'<boundaryEvent id="{name}_{letter}" attachedToRef="{name}"{more}>'
        f'<messageEventDefinition messageRef="m_hello"/></boundaryEvent>'
    )


def _loop(tree: Tree) -> str:
    if tree.kind != "many":
        return ""
    items = f'inputCollection="= [{", ".join(map(str, range(tree.rounds)))}]" inputElement="n"'
    return multi(sequential=tree.one_by_one, zeebe=items)


def body(tree: Tree) -> str:
    parts, flows = list[str](), list[str]()
    first, last = drawn(tree, parts, flows)
    flows += [f"s>{first}", f"{last}>e"]
    return "\n".join(['<startEvent id="s"/><endEvent id="e"/>', *parts, *flows])


# The game


@dataclass
class Scope:
    """What must be over before an instance or sub-process is: its own run and the branches beside."""

    path: Path
    branches: list[Run] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)
    outer: bool = True


class Run:
    """One run of a block. `leaves` are its open tasks, `done` whether all of it is over."""

    def __init__(self, tree: Tree, scope: Scope) -> None:
        self.tree, self.scope, self.place, self.gone = tree, scope, 0, False
        self.own: Scope | None = None
        self.runs: list[Run] = []
        self.scopes: list[Scope] = []
        self._begin()

    def _begin(self) -> None:
        tree = self.tree
        if tree.kind == "seq":
            self.runs = [Run(tree.inner[0], self.scope)]
        elif tree.kind == "and":
            self.runs = [Run(one, self.scope) for one in tree.inner]
        elif tree.kind == "call":
            self._inside(tree.inner[0], (tree.id, 0))
        elif tree.kind == "sub":
            self._inside(tree.inner[0], (tree.id, 0) if dashes(tree.inner[0]) else None)
        elif tree.kind == "many":
            for number in range(min(1, tree.rounds) if tree.one_by_one else tree.rounds):
                self._round(number)
        self.settle()

    def _inside(self, tree: Tree, step: tuple[str, int] | None) -> None:
        path = self.scope.path if step is None else (*self.scope.path, step)
        scope = Scope(path)
        self.scopes.append(scope)
        self.runs.append(Run(tree, scope))

    def _round(self, number: int) -> None:
        inner = self.tree.inner[0] if self.tree.inner else Tree("task", self.tree.id)
        self._inside(inner, (self.tree.id, number))

    def settle(self) -> None:
        """What is over makes room for what follows it."""
        tree = self.tree
        if tree.kind == "seq" and self.runs[-1].done and len(self.runs) < len(tree.inner):
            self.runs.append(Run(tree.inner[len(self.runs)], self.scope))
            self.settle()
        elif tree.kind == "many" and tree.one_by_one and 0 < len(self.runs) < tree.rounds and self._over(-1):
            self._round(len(self.runs))
            self.settle()

    def _over(self, number: int) -> bool:
        return self.runs[number].done and all(one.done for one in self.scopes[number].branches)

    @property
    def done(self) -> bool:
        if self.gone:
            return True
        if self.tree.kind == "task":
            return self.place == 1
        if self.tree.kind == "seq":
            return len(self.runs) == len(self.tree.inner) and self.runs[-1].done
        if self.tree.kind == "many":
            return len(self.runs) == self.tree.rounds and all(map(self._over, range(len(self.runs))))
        if self.scopes:
            return self._over(0)
        return all(one.done for one in self.runs)

    def all(self) -> Iterator[Run]:
        """This run and all inside it that are not over."""
        if self.done:
            return
        yield self
        for one in self.runs:
            yield from one.all()
        for scope in self.scopes:
            for branch in scope.branches:
                yield from branch.all()


def dashes(tree: Tree) -> bool:
    """Whether a dashed event lies right in this scope."""
    if tree.dashed is not None:
        return True
    return tree.kind in ("seq", "and") and any(map(dashes, tree.inner))


class Game:
    """The whole family."""

    def __init__(self, tree: Tree) -> None:
        self.root = Scope(())
        self.top = Run(tree, self.root)

    def runs(self) -> list[Run]:
        return [*self.top.all(), *(one for branch in self.root.branches for one in branch.all())]

    def leaves(self) -> Counter[Leaf]:
        return Counter((one.scope.path, one.tree.id) for one in self.runs() if one.tree.kind == "task")

    def act(self, leaf: Leaf) -> None:
        self.find(leaf).place = 1
        self.settle()

    def hello(self, path: Path, node: str) -> None:
        """The message came to the edge of this task or sub-process. What the game left already, because all inside was
        over, the message leaves by another way to the same place."""
        run = next((one for one in self.runs() if one.tree.id == node and one.scope.path == path), None)
        if run is None:
            return
        if run.tree.dashed is None:
            run.gone = True
        else:
            event = f"{node}_d"
            number = run.scope.counted[event]
            run.scope.counted[event] += 1
            run.scope.branches.append(Run(run.tree.dashed, Scope((*run.scope.path, (event, number)))))
        self.settle()

    def find(self, leaf: Leaf) -> Run:
        return next(one for one in self.runs() if one.tree.kind == "task" and (one.scope.path, one.tree.id) == leaf)

    def settle(self) -> None:
        before = -1
        while before != len(found := self.runs()):
            before = len(found)
            for one in reversed(found):
                one.settle()

    @property
    def over(self) -> bool:
        return not self.runs()


# Both beside one another


class Both:
    """The engine and the game on the same drawing."""

    def __init__(self, session: Session, seed: int) -> None:
        self.random = Random(seed)
        called: list[Tree] = []
        self.tree = grow(self.random, 3, iter(range(1000)), called)
        self.family, self.session = Family(session), session
        for one in called:
            self.family.publish(body(one.inner[0]), key=f"called_{one.id}")
        self.family.start(body(self.tree))
        self.game = Game(self.tree)
        self.effects = {
            **operations.effects(self.family.host), "instance.moved": lambda session, taken, now: None,
        }

    def path(self, instance: int) -> Path:
        row = self.session.get_one(Instance, instance)
        if row.parent_id is None:
            return ()
        assert row.parent_node is not None
        number = row.number or 0
        if row.parent_node.endswith("_d"):
            number = self.session.scalars(
                select(Instance.id).where(
                    Instance.parent_id == row.parent_id, Instance.parent_node == row.parent_node
                ).order_by(Instance.id)
            ).all().index(row.id)
        return (*self.path(row.parent_id), (row.parent_node, number))

    def leaves(self) -> list[tuple[int, Leaf]]:
        return [(instance, (self.path(instance), node)) for instance, node in self.family.open()]

    def once(self, what: object, *args: object) -> object:
        """It is done; sometimes it is killed before its commit and done anew."""
        assert callable(what)
        if self.random.random() < 0.3:
            killed = self.session.begin_nested()
            what(*args)
            killed.rollback()
            self.session.expire_all()
        return what(*args)

    def turn(self) -> None:
        """One message of the outbox has its effect."""
        outbox.take(self.session, now=self.family.now, effects=self.effects)

    def play(self) -> None:
        for _ in range(400):
            for _ in range(self.random.choice([0, 1, 2, 500])):
                self.once(self.turn)
            leaves = self.leaves()
            if not leaves:
                self.family.drain()
                if not self.leaves():
                    break
                continue
            self.step(leaves)
            if self.random.random() < 0.3:
                self.family.drain()
                assert Counter(leaf for _, leaf in self.leaves()) == self.game.leaves()
        self.family.drain()
        assert self.game.over
        self.family.nothing_left()
        assert self.family.root.status == "ended"
        assert history.verify(self.session, [one.id for one in self.family.rows()]) == []

    def step(self, leaves: list[tuple[int, Leaf]]) -> None:
        edges = [
            (one.instance_id, one.node) for one in self.session.execute(
                select(Subscription.instance_id, Subscription.host.label("node"))
                .where(Subscription.closed_at.is_(None))
            )
        ]
        if edges and self.random.random() < 0.25:
            instance, node = self.random.choice(sorted(edges))
            self.once(self.receive, instance, f"{node}_d", f"{node}_b")
            self.game.hello(self.path(instance), node)
            return
        instance, leaf = self.random.choice(leaves)
        self.once(self.complete, instance, leaf[1])
        self.game.act(leaf)

    def receive(self, instance: int, *events: str) -> None:
        nodes = {one.node for one in self.session.scalars(
            select(Subscription).where(
                Subscription.instance_id == instance, Subscription.closed_at.is_(None)
            )
        )}
        event = next(one for one in events if one in nodes)
        operations.receive(
            self.session, instance_id=instance, message=event, actor=SYSTEM, now=self.family.now, host=self.family.host
        )

    def complete(self, instance: int, node: str) -> None:
        task = self.session.scalars(
            select(Task.id).where(Task.instance_id == instance, Task.node == node, Task.closed_at.is_(None))
        ).one()
        operations.complete_task(
            self.session, task_id=task, actor=EVERYBODY, now=self.family.now, host=self.family.host, data={}
        )


@pytest.mark.parametrize("seed", range(40))
def test_a_random_family_plays_like_its_tree(sqlite: Database, seed: int) -> None:
    with sqlite.sessions() as session:
        Both(session, seed).play()

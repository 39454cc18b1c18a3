"""A complete durable approval against the same writes by hand, in turns on the same database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from benchmarks import measure, world
from benchmarks.by_hand import ByHand
from benchmarks.world import World
from engine import operations
from engine.base import Base
from engine.host import Host, PlainHost
from web.db import make_engine, transaction
from workflows.host import HOST

RUNS, WARM = 60, 6
TARGETS = {"postgresql": 3.0, "sqlite": 4.0}


def run(url: str) -> dict[str, Any]:
    """Medians of an approval with KPU's host and with none, each beside its floor, and the ratio with its target.

    `url` names an empty database with the schema; it is full of invented bodies afterwards.
    """
    engine = make_engine(url)
    ready = world.build(engine, 4 * (RUNS + WARM) + 4)
    waiting = iter(ready.tasks)
    with _raw(engine) as (connection, postgres):
        ways = {}
        for name, host in (("", HOST), ("_plain_host", PlainHost())):
            by_hand = ByHand(connection, postgres, with_host=host is HOST)
            engine_way, raw_way = _by_engine(engine, ready, waiting, host), _by_hand(ready, waiting, by_hand)
            same_writes(engine, engine_way, raw_way)
            ways |= {f"tapak{name}": engine_way, f"raw{name}": raw_way}
        found = measure.interleaved(ways, RUNS, WARM)
    engine.dispose()
    return {
        **{name: one.figures() for name, one in found.items()},
        "ratio": measure.ratio(found["tapak"], found["raw"]), "target": TARGETS[engine.dialect.name],
        "ratio_plain_host": measure.ratio(found["tapak_plain_host"], found["raw_plain_host"]),
    }


def _by_engine(
    engine: sa.Engine, ready: World, waiting: Iterator[tuple[int, int]], host: Host
) -> Callable[[], int]:
    def approve() -> int:
        task, instance = next(waiting)
        with transaction(engine) as session:
            operations.complete_task(
                session, task_id=task, actor=ready.commissioner, now=ready.now, host=host, data=world.ANSWER,
                key=f"approve:{task}",
            )
        return instance

    return approve


def _by_hand(ready: World, waiting: Iterator[tuple[int, int]], by_hand: ByHand) -> Callable[[], int]:
    def approve() -> int:
        task, instance = next(waiting)
        by_hand.approve(task, ready.commissioner.id, f"approve:{task}")
        return instance

    return approve


@contextmanager
def _raw(engine: sa.Engine) -> Iterator[tuple[Any, bool]]:
    """A connection of the driver itself, with the product's settings (synchronous=FULL, the same journal)."""
    proxied = engine.raw_connection()
    connection = proxied.driver_connection
    proxied.detach()
    try:
        yield connection, engine.dialect.name == "postgresql"
    finally:
        connection.close()


def same_writes(engine: sa.Engine, one: Callable[[], int], other: Callable[[], int]) -> None:
    """Both ways leave the same number of rows, with the same columns filled, in every table. AssertionError if not."""
    marks = []
    for way in (one, other):
        before = _filled(engine)
        way()
        after = _filled(engine)
        marks.append({key: after[key] - before[key] for key in after if after[key] != before[key]})
    assert marks[0] == marks[1], f"not the same writes: {set(marks[0].items()) ^ set(marks[1].items())}"


def _filled(engine: sa.Engine) -> dict[tuple[str, str], int]:
    """How many values stand in each column of each table."""
    found: dict[tuple[str, str], int] = {}
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            columns: Sequence[sa.Column[Any]] = list(table.columns)
            counts = connection.execute(sa.select(*(sa.func.count(column) for column in columns))).one()
            found |= {(table.name, column.name): count for column, count in zip(columns, counts, strict=True)}
    return found

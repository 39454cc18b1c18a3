"""Approving a regency's bodies in one act, beside approving them one by one; and taking all of it back."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter, process_time
from typing import Any

from benchmarks import world
from benchmarks.world import World
from engine import operations
from engine.operations.bulk import Chosen, decide_all, preview, undo_all
from web.db import make_engine, transaction
from workflows.host import HOST

BODIES, ROUNDS, ALONE = 289, 5, 40
TARGET_SECONDS = 1.0
ALL = 309
"""The bodies of Temanggung: figures are told for so many."""


def run(url: str) -> dict[str, Any]:
    """Seconds for ALL bodies, each the median of ROUNDS, and how many times cheaper a body is than one by one.

    `…_cpu_seconds` is what this process itself needed, which other work on the machine lengthens least.
    Every round approves all that wait in one transaction with its commit, and takes them back in another.
    """
    engine = make_engine(url)
    ready = world.build(engine, BODIES)
    alone = _one_by_one(engine, ready)
    spent: dict[str, list[float]] = {"preview": [], "decide": [], "undo": []}
    busy: dict[str, list[float]] = {name: [] for name in spent}

    def timed(name: str, act: Callable[..., Any]) -> None:
        began = process_time()
        spent[name].append(_timed(engine, act))
        busy[name].append(process_time() - began)

    for _ in range(ROUNDS):
        chosen = [Chosen(task) for task, _ in ready.tasks]
        asked: dict[str, Any] = {"actor": ready.commissioner, "now": ready.now, "host": HOST}
        answer = {"chosen": chosen, "data": world.ANSWER, **asked}
        timed("preview", lambda session, answer=answer: preview(session, **answer))
        verdicts: list[Any] = []
        timed(
            "decide", lambda session, answer=answer, found=verdicts: found.extend(decide_all(session, **answer))
        )
        assert all(one.outcome for one in verdicts), [str(one.refusal) for one in verdicts if one.refusal][:3]
        with transaction(engine) as session:
            ids = [one.outcome.instance_id for one in verdicts]
            seqs = operations.undoable(session, instance_ids=ids, actor=ready.commissioner, now=ready.now)
        decided = [(number, seq) for number, (seq, _) in seqs.items()]
        timed("undo", lambda session, decided=decided, asked=asked: undo_all(session, decided=decided, **asked))
    engine.dispose()
    seconds = {f"{name}_seconds": round(median(some) * ALL / BODIES, 3) for name, some in spent.items()}
    seconds |= {f"{name}_cpu_seconds": round(median(some) * ALL / BODIES, 3) for name, some in busy.items()}
    return {
        **seconds, "target_seconds": TARGET_SECONDS, "bodies": ALL,
        "one_by_one_seconds": round(alone * ALL, 3),
        "times_cheaper_than_one_by_one": round(alone * BODIES / median(spent["decide"]), 2),
    }


def _one_by_one(engine: Any, ready: World) -> float:
    """Seconds of one approval in its own transaction, the median of ALONE; each is taken back at once."""
    found = []
    for task, instance in ready.tasks[:ALONE]:
        found.append(_timed(engine, lambda session, task=task: operations.complete_task(
            session, task_id=task, actor=ready.commissioner, now=ready.now, host=HOST, data=world.ANSWER,
            key=f"alone:{task}",
        )))
        with transaction(engine) as session:
            seqs = operations.undoable(
                session, instance_ids=[instance], actor=ready.commissioner, now=ready.now
            )
            operations.undo(
                session, instance_id=instance, seq=seqs[instance][0], actor=ready.commissioner, now=ready.now, host=HOST
            )
    return median(found)


def _timed(engine: Any, act: Callable[..., Any]) -> float:
    began = perf_counter()
    with transaction(engine) as session:
        act(session)
    return perf_counter() - began

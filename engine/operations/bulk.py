"""One decision on many tasks in one act: each goes through the one door, with a verdict of its own.

There is no second path: what is refused one by one is refused here, by the same rules and in the same words. Only the
statements are fewer: what the acts ask is asked once for all, and what they write is written together
(`engine.gathering`). What is previewed is the act itself, taken and rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.errors import Refused
from engine.gathering import Gathered, gathering
from engine.host import Actor, Host, ManyHost
from engine.operations import evidence
from engine.operations.complete import complete_task
from engine.operations.outcome import Outcome
from engine.operations.standing import gather_tasks, lock_all
from engine.operations.undo import WITHIN, gather_kept, undo

RESTARTS = 2
"""So often an act that was refused half way makes the others begin anew; after that each has a savepoint of its own."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A task, and the version of its instance when it was looked at (None: not asked)."""

    task_id: int
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one of many: its outcome, or the refusal."""

    id: int
    outcome: Outcome | None = None
    refusal: Refused | None = None


def decide_all(
    session: Session, *, chosen: Sequence[Chosen], actor: Actor, now: datetime, host: Host, data: Mapping[str, Any]
) -> list[Verdict]:
    """Each of these tasks is completed with this data, or its verdict says why not; in the order given, each once.

    What is refused leaves nothing behind and hinders no other. All others stand or fall together with the caller's
    transaction. The instances are locked in one order first, so that two acts on the same ones wait, never deadlock.
    """
    each = {one.task_id: one for one in chosen}

    def decide(one: Chosen) -> Outcome:
        return complete_task(session, task_id=one.task_id, actor=actor, now=now, host=host, data=data, seen=one.seen)

    def begin(gathered: Gathered) -> None:
        instances = gather_tasks(session, list(each), actor, gathered)
        waiting = evidence.gather_pending(session, sorted(instances), gathered)
        if isinstance(host, ManyHost):
            host.before_accepting(session, {instances[number].subject: nodes for number, nodes in waiting.items()})

    return _all(session, {number: partial(decide, one) for number, one in each.items()}, begin)


def preview(
    session: Session, *, chosen: Sequence[Chosen], actor: Actor, now: datetime, host: Host, data: Mapping[str, Any]
) -> list[Verdict]:
    """The verdicts that `decide_all` would give now; nothing is changed."""
    verdicts: list[Verdict] = []
    with suppress(_Tried), session.begin_nested():
        verdicts = decide_all(session, chosen=chosen, actor=actor, now=now, host=host, data=data)
        raise _Tried
    session.expire_all()
    return verdicts


def undo_all(
    session: Session, *, decided: Iterable[tuple[int, int]], actor: Actor, now: datetime, host: Host,
    within: timedelta = WITHIN, details: Mapping[str, Any] | None = None,
) -> list[Verdict]:
    """Each of these decisions, (instance id, row of its history), is taken back, the last made first; or its verdict
    says why not. What is refused leaves nothing behind; all others stand or fall together."""
    each = dict(decided)

    def take_back(instance: int, seq: int) -> Outcome:
        return undo(
            session, instance_id=instance, seq=seq, actor=actor, now=now, host=host, within=within, details=details
        )

    def begin(gathered: Gathered) -> None:
        gathered.known.update({("instance", number): row for number, row in lock_all(session, list(each)).items()})
        written = gather_kept(session, list(each), gathered)
        if isinstance(host, ManyHost) and not gathered.alone:
            host.before_taking_back(session, written)

    acts = {instance: partial(take_back, instance, each[instance]) for instance in reversed(each)}
    verdicts = _all(session, acts, begin)[::-1]
    session.expire_all()  # the registers were written back beside the session
    return verdicts


class _Tried(Exception):
    """What was done is to be rolled back: it was a trial."""


class _HalfWay(Exception):
    """An act was refused after it had written into the registers."""


def _all(
    session: Session, acts: Mapping[int, Callable[[], Outcome]], begin: Callable[[Gathered], None]
) -> list[Verdict]:
    """The acts are done, those refused left out. An act refused half way is undone with those before it, which then
    are done anew without it: that is rare, and spares all the others their savepoints. So it is when the database
    refuses what they wrote together: then each is done by itself, and is refused by itself."""
    verdicts: dict[int, Verdict] = {}
    alone = False
    for attempt in range(RESTARTS + 1):
        alone = alone or attempt == RESTARTS
        refused = {number: one for number, one in verdicts.items() if one.refusal is not None}
        verdicts = dict(refused)
        try:
            with session.begin_nested(), gathering(session, alone=alone) as gathered:
                begin(gathered)
                for number, act in acts.items():
                    if number not in refused:
                        verdicts[number] = _one(session, gathered, number, act, verdicts)
        except (_HalfWay, IntegrityError) as error:
            if alone:
                raise
            alone = isinstance(error, IntegrityError)
            session.expire_all()
            continue
        break
    return [verdicts[number] for number in acts]


def _one(
    session: Session, gathered: Gathered, number: int, act: Callable[[], Outcome], verdicts: dict[int, Verdict]
) -> Verdict:
    """The act is done, its writes gathered; or nothing of it is, and the verdict says why."""
    try:
        if gathered.alone:
            gathered.write()
            with session.begin_nested():
                outcome = act()
        else:
            outcome = act()
    except Refused as refusal:
        verdicts[number] = Verdict(number, refusal=refusal)
        if gathered.wrote and not gathered.alone:
            raise _HalfWay from refusal
        gathered.forget()
        return verdicts[number]
    gathered.settle()
    return Verdict(number, outcome)

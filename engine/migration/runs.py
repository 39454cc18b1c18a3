"""A run moves all instances of one version in batches: stopped or killed, it goes on where it was; it can be undone.

Each batch is one transaction of the caller's. Within it every instance stands or falls by itself, and the run's own
row is locked, so that of two movers at once one waits for the other and then takes the next instances.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import definitions
from engine.errors import NotFound, Refused
from engine.host import Actor, Host
from engine.migration import planning
from engine.migration.family import Move, move_one, undo_one
from engine.migration.models import MoveRun, MoveStep
from engine.migration.pairing import CannotMove, Reason
from engine.models import Definition, Instance

BATCH = 100


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come: instances by what became of them, and how many are still to come."""

    run_id: int
    status: str
    moved: int
    refused: int
    undone: int
    kept: int
    left: int

    @property
    def over(self) -> bool:
        """Whether another batch would do nothing: all is done, or the run was stopped."""
        return self.status in ("moved", "undone", "stopped")

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def begin(
    session: Session, *, from_definition: int, to_definition: int, actor: Actor, now: datetime,
    mapping: Mapping[str, str] | None = None, lose_work: bool = False,
) -> int:
    """A run is open for these two versions; the answer is its number. Nothing has moved yet.

    One that was stopped or killed with the same wish is opened again. Refused: as `planning.pairer`; the newer version
    is not published; another run from the same version is not over.
    """
    planning.pairer(session, from_definition, to_definition, mapping)
    status = session.scalar(select(Definition.status).where(Definition.id == to_definition))
    if status != "published":
        raise Refused("Versi tujuan belum diterbitkan. Minta orang kedua menyetujuinya dahulu.")
    wish = {"to_id": to_definition, "mapping": dict(mapping or {}), "lose_work": lose_work}
    for run in session.scalars(
        select(MoveRun).where(MoveRun.from_id == from_definition, MoveRun.finished_at.is_(None)).with_for_update()
        .execution_options(populate_existing=True)
    ):
        if run.status == "undoing" or {name: getattr(run, name) for name in wish} != wish:
            raise _another(run.id)
        run.status = "moving"
        session.flush()
        return run.id
    run = MoveRun(from_id=from_definition, status="moving", started_at=now, started_by=actor.id, **wish)
    try:
        with session.begin_nested():
            session.add(run)
    except IntegrityError as error:
        raise _another(None) from error
    return run.id


def _another(run_id: int | None) -> Refused:
    if run_id is None:
        return Refused("Pemindahan lain dari versi ini belum selesai. Lanjutkan atau batalkan itu dahulu.")
    return Refused(
        "Pemindahan lain nomor %(number)s dari versi ini belum selesai. Lanjutkan atau batalkan itu dahulu.",
        number=str(run_id),
    )


def move(
    session: Session, *, run_id: int, actor: Actor, now: datetime, host: Host, batch: int = BATCH
) -> Progress:
    """The next instances have been moved, or refused with the reason, at most `batch` of them.

    Nothing happens to a run that is over or stopped. Refused with NotFound.
    """
    run = _lock(session, run_id)
    if run.status == "moving":
        shared = _shared(session, run)
        numbers = session.scalars(_waiting(run).order_by(Instance.id).limit(batch)).all()
        for number in numbers:
            session.add(_moved(session, run, shared, number, actor, now, host))
        if len(numbers) < batch:
            run.status, run.finished_at = "moved", now
        session.flush()
    return progress(session, run_id)


def stop(session: Session, *, run_id: int) -> Progress:
    """No mover takes another batch until `begin` is called again with the same wish."""
    run = _lock(session, run_id)
    if run.status == "moving":
        run.status = "stopped"
        session.flush()
    return progress(session, run_id)


def undo(
    session: Session, *, run_id: int, actor: Actor, now: datetime, host: Host, batch: int = BATCH
) -> Progress:
    """The next moved instances, at most `batch`, run by the older version again; those with which anything was done
    since are kept where they are. Refused: NotFound; another run from the older version is not over.
    """
    run = _lock(session, run_id)
    if run.status == "undone":
        return progress(session, run_id)
    if run.status != "undoing":
        try:
            with session.begin_nested():
                run.status, run.finished_at = "undoing", None
        except IntegrityError as error:
            raise _another(None) from error
    shared = _shared(session, run)
    steps = session.scalars(
        select(MoveStep).where(MoveStep.run_id == run_id, MoveStep.result == "moved")
        .order_by(MoveStep.instance_id).limit(batch)
    ).all()
    for step in steps:
        try:
            with session.begin_nested():
                undo_one(session, move=shared, instance_id=step.instance_id, seq=step.seq, before=step.before,
                         actor=actor, now=now, host=host, moved_at=step.at)
            step.result = "undone"
        except Refused as refused:
            step.result, (step.reason, step.reason_en) = "kept", _said(refused)
    if len(steps) < batch:
        run.status, run.finished_at = "undone", now
    session.flush()
    return progress(session, run_id)


def progress(session: Session, run_id: int) -> Progress:
    """How far the run has come. Refused with NotFound."""
    run = session.get(MoveRun, run_id)
    if run is None:
        raise NotFound("Pemindahan ini tidak ditemukan.")
    by_result = select(MoveStep.result, func.count()).where(MoveStep.run_id == run_id).group_by(MoveStep.result)
    counts: dict[str, int] = dict(list(session.execute(by_result)))
    moved, undone = counts.get("moved", 0), counts.get("undone", 0)
    left = 0
    if run.status in ("moving", "stopped"):
        left = session.scalar(select(func.count()).select_from(_waiting(run).subquery())) or 0
    return Progress(run_id, run.status, moved, counts.get("refused", 0), undone, counts.get("kept", 0),
                    moved if run.status == "undoing" else left)


def refusals(session: Session, run_id: int) -> list[tuple[int, str, Reason]]:
    """The instances that were not moved, or kept when the run was undone: (id, subject, why)."""
    found = session.execute(
        select(MoveStep.instance_id, Instance.subject, MoveStep.reason, MoveStep.reason_en)
        .join(Instance, Instance.id == MoveStep.instance_id)
        .where(MoveStep.run_id == run_id, MoveStep.result.in_(("refused", "kept"))).order_by(MoveStep.instance_id)
    )
    return [(row.instance_id, row.subject, Reason(row.reason, row.reason_en)) for row in found]


def _lock(session: Session, run_id: int) -> MoveRun:
    run = session.get(MoveRun, run_id, with_for_update=True, populate_existing=True)
    if run is None:
        raise NotFound("Pemindahan ini tidak ditemukan.")
    return run


def _shared(session: Session, run: MoveRun) -> Move:
    pairs = planning.pairer(session, run.from_id, run.to_id, run.mapping)
    return Move(run.id, definitions.load(session, run.from_id), definitions.load(session, run.to_id), pairs,
                run.lose_work)


def _waiting(run: MoveRun) -> Any:
    """The instances that this run has not taken yet."""
    taken = exists().where(MoveStep.run_id == run.id, MoveStep.instance_id == Instance.id)
    return select(Instance.id).where(
        Instance.definition_id == run.from_id, Instance.status == "running", Instance.parent_id.is_(None), ~taken
    )


def _moved(
    session: Session, run: MoveRun, shared: Move, number: int, actor: Actor, now: datetime, host: Host
) -> MoveStep:
    try:
        with session.begin_nested():
            seq, before = move_one(session, move=shared, instance_id=number, actor=actor, now=now, host=host)
    except Refused as refused:
        reason, reason_en = _said(refused)
        return MoveStep(run_id=run.id, instance_id=number, result="refused", reason=reason, reason_en=reason_en, seq=0,
                        before={}, at=now)
    return MoveStep(run_id=run.id, instance_id=number, result="moved", seq=seq, before=before, at=now)


def _said(refused: Refused) -> tuple[str, str]:
    """Why this instance stays, in both languages; what is not about moving is said as it is."""
    reason = refused.reason if isinstance(refused, CannotMove) else Reason(refused.message)
    return reason.message, reason.message_en

"""Handing in: the evidence of every body concerned, made from one activity, through the engine's one door.

A run has a verdict for each body. Few bodies are done at once; many by messages of the outbox, a batch each, each
asking for the next: a killed worker's batch is rolled back whole and taken again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from engine import operations, outbox
from engine.base import table_of
from engine.errors import EvidenceRefused, Forbidden, NotFound, Refused
from engine.host import Actor
from engine.outbox import Taken
from engine.phrases import Phrase
from workflows import agendas
from workflows.activities import attendance, followers, rights, sheets
from workflows.activities.cases import Case, load
from workflows.activities.invited import taking_part
from workflows.activities.verdicts import (
    DRAFTED,
    HANDED_IN,
    LACKING,
    LATER,
    PREPARED,
    READY,
    Said,
    Verdict,
    files_of,
    judge,
)
from workflows.host import HOST
from workflows.models import Activity, ActivityBody, ActivityRun, ActivityVerdict, Agenda, Body
from workflows.register import in_scopes

AT_ONCE = 25
"""So many bodies are handed in while the page waits; more go on behind it."""
BATCH = 20
"""Bodies in one transaction: few, because on SQLite everybody else's writing waits for it."""
_verdict = table_of(ActivityVerdict)
_VERDICT = update(_verdict).where(
    _verdict.c.run_id == bindparam("of_run"), _verdict.c.body_id == bindparam("of_body")
).values(
    verdict=bindparam("code", type_=_verdict.c.verdict.type), said=bindparam("words", type_=_verdict.c.said.type),
    at=bindparam("now", type_=_verdict.c["at"].type),
)


@dataclass(frozen=True)
class Previewed:
    """One body with the verdict it would get now."""

    body_id: int
    name: str
    verdict: Verdict


def preview(session: Session, activity: Activity, actor: Actor, now: datetime) -> list[Previewed]:
    """The verdict about every body within the actor's regions, nothing being done. For a make-up day as it would be
    once those who were present are ticked off. A fixed number of statements."""
    if activity.kind not in sheets.NODES:
        return []
    bodies = taking_part(session, activity.id, rights.scopes_of(actor, rights.LOOKING))
    cases = load(session, activity, bodies, actor, now)
    new = followers.present(session, activity, bodies)
    return [
        Previewed(case.body.id, case.body.name, _with(judge(case), followers.foreseen(
            actor, activity, new.get(case.body.id, ())
        )))
        for case in cases
    ]


def begin(
    session: Session, activity: Activity, *, key: str, actor: Actor, now: datetime, at_once: int = AT_ONCE
) -> int:
    """The evidence of the bodies within the actor's regions is handed in, at once or in the background; the answer is
    the run's number. Asked again with the same key, the run it had begun is answered.

    Refused: an activity that hands in nothing, or without bodies; Forbidden for who may hand in for none of them.
    """
    known = session.scalar(
        select(ActivityRun.id).where(ActivityRun.account == actor.id, ActivityRun.begun == key)
    )
    if known is not None:
        return known
    if activity.kind not in sheets.NODES:
        raise Refused("Rakor dan konsolidasi tidak menyerahkan bukti. Kegiatannya sudah tersimpan.")
    bodies = taking_part(session, activity.id, rights.scopes_of(actor, rights.LOOKING))
    if not bodies:
        raise Refused("Belum ada badan pada kegiatan ini. Pilih badannya dahulu.")
    makes_up = activity.makes_up_for is not None or bool(followers.present(session, activity, bodies))
    records = makes_up and rights.may_edit(actor, activity)
    if not records and all(case.actor is None and case.role for case in load(session, activity, bodies, actor, now)):
        raise Forbidden("Bukti badan-badan ini tidak diserahkan oleh Anda. Lihat siapa yang menyerahkannya.")
    if records:
        attendance.settle(session, activity, actor=actor, now=now)
    run = session.execute(insert(ActivityRun).values(
        activity_id=activity.id, account=actor.id, begun=key, started_at=now
    ).returning(ActivityRun.id)).scalar_one()
    session.execute(insert(ActivityVerdict), [{"run_id": run, "body_id": body, "said": []} for body in bodies])
    if len(bodies) <= at_once:
        _batch(session, run, activity, bodies, actor, now)
        _end(session, run, now)
    else:
        _go_on(session, run, f"activity.hand_in:{run}", now)
    return run


def carry_on(session: Session, taken: Taken, now: datetime) -> None:
    """The next batch of the run is handed in by who asked for it, with the rights they have by now, and the one after
    it asked for; nothing when it is over."""
    run = session.get_one(ActivityRun, taken.payload["run_id"])
    activity = session.get_one(Activity, run.activity_id)
    bodies = list(session.scalars(
        select(ActivityVerdict.body_id).where(ActivityVerdict.run_id == run.id, ActivityVerdict.verdict.is_(None))
        .order_by(ActivityVerdict.body_id).limit(BATCH)
    ))
    if bodies:
        almanac = agendas.load_almanac(session, session.get_one(Agenda, activity.agenda_id))
        actor = rights.actor_of(session, run.account, almanac.today(now))
        _batch(session, run.id, activity, bodies, actor, now)
    if len(bodies) == BATCH:
        _go_on(session, run.id, f"activity.hand_in:{run.id}:after:{taken.id}", now)
    elif run.ended_at is None:
        _end(session, run.id, now)


def _go_on(session: Session, run: int, dedupe: str, now: datetime) -> None:
    outbox.put(session, [outbox.row("activity.hand_in", dedupe, {"run_id": run}, now)])


def _end(session: Session, run: int, now: datetime) -> None:
    session.execute(update(ActivityRun).where(ActivityRun.id == run).values(ended_at=now))


def _batch(
    session: Session, run: int, activity: Activity, bodies: Sequence[int], actor: Actor, now: datetime
) -> None:
    """Each of these bodies has its verdict, and what belongs to it was done whole or not at all."""
    told, new = {}, followers.present(session, activity, bodies)
    for case in load(session, activity, bodies, actor, now):
        verdict = judge(case)
        if verdict.code in (READY, LATER, LACKING):
            verdict = _carried_out(session, case, verdict, now)
        told[case.body.id] = _with(verdict, followers.record(
            session, activity, new.get(case.body.id, ()), actor, now
        ))
    gone = Verdict("gone", (Said("removed"),))
    verdicts = [(body, told.get(body, gone)) for body in bodies]
    session.execute(_VERDICT, [
        {"of_run": run, "of_body": body, "code": one.code, "words": [said.as_dict() for said in one.said], "now": now}
        for body, one in verdicts
    ])


def _with(verdict: Verdict, said: tuple[Said, ...]) -> Verdict:
    return replace(verdict, said=(*verdict.said, *said)) if said else verdict


def _carried_out(session: Session, case: Case, verdict: Verdict, now: datetime) -> Verdict:
    try:
        with session.begin_nested():
            return _act(session, case, verdict, now)
    except EvidenceRefused as refusal:
        said = tuple(Said("", "", one.message) for one in refusal.errors)
    except Refused as refusal:
        said = (Said("", "", Phrase(refusal.template, **refusal.values)),)
    return Verdict("refused", said)


def _act(session: Session, case: Case, verdict: Verdict, now: datetime) -> Verdict:
    actor, data = case.actor, dict(verdict.data or {})
    if actor is None:
        raise Forbidden()
    kept, instance = case.kept, case.row.instance_id
    if verdict.code == LACKING and kept is not None and (kept.status != "draft" or kept.edition != case.row.draft):
        return Verdict(LACKING, (*verdict.said, Said("draft_left")))
    operations.attach_all(
        session, instance_id=instance, node=case.node, actor=actor, now=now, host=HOST, files=files_of(case, data)
    )
    if verdict.code == READY and case.task is not None:
        operations.complete_task(
            session, task_id=case.task.id, actor=actor, now=now, host=HOST, data=data,
            key=f"kegiatan:{case.activity.id}:{case.task.id}",
        )
        _remember(session, case, verdict, None)
        return Verdict(HANDED_IN, verdict.said)
    if verdict.code == LATER:
        operations.prepare(
            session, instance_id=instance, node=case.node, actor=actor, now=now, host=HOST, data=data
        )
        _remember(session, case, verdict, None)
        return Verdict(PREPARED, verdict.said)
    edition = operations.save_draft(
        session, instance_id=instance, node=case.node, actor=actor, now=now, host=HOST, data=data,
        edition=kept.edition if kept is not None else None,
    )
    _remember(session, case, verdict, edition)
    return Verdict(DRAFTED, verdict.said)


def _remember(session: Session, case: Case, verdict: Verdict, draft: int | None) -> None:
    session.execute(update(ActivityBody).where(ActivityBody.id == case.row.number).values(
        digest=verdict.digest, draft=draft
    ))


@dataclass(frozen=True)
class Progress:
    """How far a run is: of `total` bodies `done` have their verdict, so many of each."""

    run: ActivityRun
    total: int
    done: int
    tally: dict[str, int]


def progress(session: Session, run_id: int, activity: Activity) -> Progress:
    """How far this run of this activity is. Refused with NotFound."""
    run = session.get(ActivityRun, run_id)
    if run is None or run.activity_id != activity.id:
        raise NotFound("Penyerahan ini tidak ditemukan.")
    rows = session.execute(
        select(ActivityVerdict.verdict, func.count()).where(ActivityVerdict.run_id == run_id)
        .group_by(ActivityVerdict.verdict)
    ).all()
    tally = {verdict: count for verdict, count in rows if verdict is not None}
    return Progress(run, sum(count for _, count in rows), sum(tally.values()), tally)


def results(session: Session, run_id: int, actor: Actor) -> list[Row[Any]]:
    """The verdicts of a run within the actor's regions: (body_id, name, verdict, said)."""
    return list(session.execute(
        select(Body.id, Body.name, ActivityVerdict.verdict, ActivityVerdict.said)
        .join(ActivityVerdict, ActivityVerdict.body_id == Body.id)
        .where(ActivityVerdict.run_id == run_id, in_scopes(rights.scopes_of(actor, rights.LOOKING)))
        .order_by(Body.region_code, Body.unit, Body.id)
    ).all())


def runs(session: Session, activity_id: int) -> list[Row[Any]]:
    """The runs of this activity, the newest first: (id, started_at, ended_at, account)."""
    columns: tuple[Any, ...] = (ActivityRun.id, ActivityRun.started_at, ActivityRun.ended_at, ActivityRun.account)
    return list(session.execute(
        select(*columns)
        .where(ActivityRun.activity_id == activity_id).order_by(ActivityRun.id.desc()).limit(20)
    ).all())

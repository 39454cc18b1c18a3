"""Deciding on many bodies at once: chosen, tried, sampled, decided in one act, taken back in another.

What is stored is the prepared decision with the verdict of each body; the rules are the engine's alone
(`engine.operations.bulk`), asked again at the act itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from engine import definitions, phrases
from engine.errors import Forbidden, NotFound, Refused
from engine.host import Actor
from engine.models import Instance, Submission, Task
from engine.operations.bulk import Chosen, Verdict, decide_all, preview, undo_all
from engine.operations.undo import undoable
from workflows import desk, pleno, signposts
from workflows.agendas import Almanac
from workflows.desk import Filters
from workflows.host import HOST, almanac_of
from workflows.models import Body, Bulk

MOST = 500
"""So many tasks in one act."""
APPROVE, RETURN = "approve", "return"
Draw = Callable[[Sequence[int], int], Sequence[int]]
"""Draws so many of these numbers at random: the caller's, for the engine and the product throw no dice."""


@dataclass(frozen=True)
class Settled:
    """How a prepared decision stands: who may still do what with it. `within` is how long it may be taken back."""

    row: Bulk
    almanac: Almanac | None
    within: timedelta

    @property
    def may(self) -> list[dict[str, Any]]:
        """Those whose trial was not refused."""
        return [one for one in self.row.chosen if not one["why"]]

    @property
    def unseen(self) -> list[int]:
        """The sampled tasks that were not looked at yet."""
        return [task for task in self.row.sample if str(task) not in self.row.looked]

    def undo_until(self, now: datetime) -> datetime | None:
        """Until when it may be taken back; None when it may not (any more)."""
        row = self.row
        if row.done_at is None or row.undone_at is not None or now > row.done_at + self.within:
            return None
        return row.done_at + self.within if any(one["done"] for one in row.results or ()) else None


def choose(
    session: Session, *, actor: Actor, now: datetime, tasks: Sequence[int] | None, filters: Filters
) -> list[dict[str, Any]]:
    """The tasks to be decided: those ticked, as far as the actor may see them, or all that the actor may decide and
    the filters let through; at most MOST, the most urgent first, as rows for `Bulk.chosen`."""
    own = aliased(Instance)
    listed = desk.listed(actor, now, filters if tasks is None else Filters(), tasks)
    query = listed.add_columns(own.version.label("version"), own.definition_id.label("own_definition_id")).join(
        own, own.id == Task.instance_id
    ).limit(MOST if tasks is not None else 2 * MOST)
    rows = [
        row for row in session.execute(query).all()
        if row.node in definitions.load(session, row.own_definition_id).deciding
    ][:MOST]
    warned = _warned(session, [row.instance_id for row in rows])
    return [
        {
            "task": row.id, "instance": row.instance_id, "body": row.body_id, "name": row.name, "seen": row.version,
            "node": row.node, "warnings": warned.get(row.instance_id, []), "why": "",
            "title": signposts.name_of(definitions.load(session, row.own_definition_id), row.node),
        }
        for row in rows
    ]


def prepare(
    session: Session, *, actor: Actor, now: datetime, chosen: list[dict[str, Any]], decision: str, draw: Draw,
    delegation_id: int | None = None,
) -> Bulk:
    """The decision is tried on each, rolled back, and kept with its verdicts; some of those that may are to be looked
    at first, as many as the office has set.

    Refused: nothing chosen; a return of different kinds of tasks, whose reasons differ.
    """
    if not chosen:
        raise Refused("Belum ada yang dipilih. Centang satu atau lebih, lalu coba lagi.")
    if decision == RETURN and len({one["node"] for one in chosen}) > 1:
        raise Refused("Pengembalian massal hanya untuk satu jenis pemeriksaan. Saring dahulu menurut tahap.")
    tried = preview(
        session, chosen=_engine(chosen), actor=actor, now=now, host=HOST, data=trial(session, chosen[0], decision)
    )
    rows = [{**one, **_said(verdict)} for one, verdict in zip(chosen, tried, strict=True)]
    may = [one["task"] for one in rows if not one["why"]]
    count = _almanac(session, rows[0]["body"]).settings.bulk_sample
    made = Bulk(
        account_id=int(actor.id), delegation_id=delegation_id, decision=decision, chosen=rows, looked={},
        created_at=now,
        sample=list(draw(may, min(count, len(may)))) if decision == APPROVE and len(may) > 1 else [],
    )
    session.add(made)
    session.flush()
    return made


def trial(session: Session, one: Mapping[str, Any], decision: str) -> dict[str, Any]:
    """The answer with which a decision is tried: for a return with the first reason its form offers."""
    if decision == APPROVE:
        return {"decision": APPROVE}
    form = form_of(session, one)
    options = getattr(form.field(("reason",)), "options", ()) if form is not None else ()
    return {"decision": RETURN, **({"reason": options[0].value} if options else {})}


def form_of(session: Session, one: Mapping[str, Any]) -> Any:
    """The form by which the first of the chosen tasks is decided."""
    row = session.execute(
        select(Instance.definition_id).where(Instance.id == one["instance"])
    ).scalar_one()
    return definitions.load(session, row).form(one["node"])


def load(session: Session, bulk_id: int, actor: Actor, *, lock: bool = False) -> Settled:
    """The prepared decision of this very account. Refused with NotFound for anybody else's."""
    row = session.get(Bulk, bulk_id, with_for_update=lock or None, populate_existing=True)
    if row is None or str(row.account_id) != actor.id:
        raise NotFound("Keputusan massal ini tidak ditemukan.")
    almanac = _almanac(session, row.chosen[0]["body"])
    return Settled(row, almanac, timedelta(minutes=almanac.settings.undo_minutes))


def look(session: Session, bulk_id: int, task_id: int, actor: Actor, now: datetime) -> None:
    """It stands that this sampled task was opened; the first time counts."""
    row = load(session, bulk_id, actor, lock=True).row
    if task_id in row.sample and str(task_id) not in row.looked:
        row.looked = {**row.looked, str(task_id): now.isoformat()}
        session.flush()


def decide(
    session: Session, *, bulk_id: int, actor: Actor, now: datetime, keep: Sequence[int] | None,
    answer: Mapping[str, Any], pleno_id: int | None = None,
) -> Bulk:
    """All that were kept are decided in one act; the row says exactly what became of each. Done twice it is one act.

    Refused, with nothing changed: samples that nobody has opened; nothing kept. `actor` acts as they prepared it:
    for themselves, or on behalf of the same person.
    """
    row = (settled := load(session, bulk_id, actor, lock=True)).row
    if row.done_at is not None:
        return row
    if row.decision == APPROVE and settled.unseen:
        raise Refused(
            "Buka dahulu %(count)s contoh yang belum dilihat, lalu putuskan sisanya.", count=str(len(settled.unseen))
        )
    chosen = [one for one in settled.may if keep is None or one["task"] in keep]
    if not chosen:
        raise Refused("Tidak ada yang dapat diputuskan. Pilih paling sedikit satu badan.")
    data = {**answer, "decision": row.decision}
    if pleno_id is not None:
        data["ba_pleno_number"] = pleno.number_of(session, pleno_id, actor)
    verdicts = decide_all(session, chosen=_engine(chosen), actor=actor, now=now, host=HOST, data=data)
    done = [one.outcome.instance_id for one in verdicts if one.outcome]
    rows = undoable(session, instance_ids=done, actor=actor, now=now)
    row.results = [
        {"task": one["task"], "instance": one["instance"], "body": one["body"], "name": one["name"],
         "done": verdict.outcome is not None, "seq": rows.get(one["instance"], (None,))[0],
         "open": verdict.outcome is not None and not verdict.outcome.done, **_said(verdict)}
        for one, verdict in zip(chosen, verdicts, strict=True)
    ]
    row.done_at, row.answer, row.pleno_id = now, data, pleno_id
    if pleno_id is not None:
        pleno.record(session, pleno_id, [(number, seq) for number, (seq, _) in rows.items()])
    session.flush()
    return row


def take_back(session: Session, *, bulk_id: int, actor: Actor, now: datetime) -> Bulk:
    """Every decision of this act that nothing has followed since is taken back; the row says what became of each.

    Refused: later than the office allows; what was not done. Done twice it is one act.
    """
    row = (settled := load(session, bulk_id, actor, lock=True)).row
    if row.undone_at is not None:
        return row
    if settled.undo_until(now) is None:
        raise Refused("Keputusan massal ini tidak dapat dibatalkan lagi: waktunya sudah lewat, atau belum dilakukan.")
    done = [one for one in row.results or () if one["done"] and one["seq"] is not None]
    verdicts = undo_all(
        session, decided=[(one["instance"], one["seq"]) for one in done], actor=actor, now=now, host=HOST,
        within=settled.within, details={"bulk": row.id},
    )
    row.undone = [
        {"task": one["task"], "body": one["body"], "name": one["name"], "done": verdict.outcome is not None,
         **_said(verdict)}
        for one, verdict in zip(done, verdicts, strict=True)
    ]
    row.undone_at = now
    session.flush()
    return row


def require_same(row: Bulk, delegation_id: int | None) -> None:
    """Refused with Forbidden when it was prepared on behalf of another than now."""
    if row.delegation_id != delegation_id:
        raise Forbidden("Keputusan ini disiapkan atas nama orang lain.")


def _engine(chosen: Sequence[Mapping[str, Any]]) -> list[Chosen]:
    return [Chosen(one["task"], one["seen"]) for one in chosen]


def _said(verdict: Verdict) -> dict[str, Any]:
    return {
        "why": verdict.refusal.template if verdict.refusal else "",
        "values": phrases.kept(verdict.refusal.values) if verdict.refusal else {},
        "kind": type(verdict.refusal).__name__ if verdict.refusal else "",
    }


def _almanac(session: Session, body_id: int) -> Almanac:
    return almanac_of(session, session.get_one(Body, body_id))


def _warned(session: Session, instances: list[int]) -> dict[int, list[dict[str, Any]]]:
    """The soft findings of what waits for a decision, by instance."""
    found: dict[int, list[dict[str, Any]]] = {}
    for row in session.execute(
        select(Submission.instance_id, Submission.warnings)
        .where(Submission.instance_id.in_(instances), Submission.status == "submitted").order_by(Submission.id)
    ):
        found.setdefault(row.instance_id, []).extend(row.warnings)
    return found

"""Deciding on many bodies in one act: chosen, tried, some opened, the rest decided, the whole taken back."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from engine import phrases
from engine.errors import EvidenceRefused, FieldError, NotFound, Refused
from engine.forms import Path
from engine.host import Actor
from web import transaction
from web.access import allow, current_actor
from web.acting import acting, mandate_id
from web.errors import filled, sentence_of, status_of
from web.gate import whole
from web.tasks import filters_asked
from web.words import today
from workflows import bulk, delegations, pleno
from workflows.bulk import APPROVE, RETURN, Settled

bp = Blueprint("bulk", __name__, url_prefix="/massal")


@bp.post("")
@allow("commissioner")
def prepare() -> ResponseReturnValue:
    """The chosen tasks are tried and shown with their verdicts; nothing is decided yet."""
    session, actor, now = transaction.session(), acting(), transaction.now()
    decision = RETURN if request.form.get("decision") == RETURN else APPROVE
    everything = request.form.get("semua") == "1"
    ticked = request.form.getlist("task", type=whole)
    chosen = bulk.choose(session, actor=actor, now=now, tasks=None if everything else ticked, filters=filters_asked())
    try:
        with session.begin_nested():
            made = bulk.prepare(
                session, actor=actor, now=now, chosen=chosen, decision=decision, draw=_draw, delegation_id=mandate_id()
            )
    except Refused as refusal:
        flash(sentence_of(refusal), "danger")
        return redirect(url_for("tasks.index", an=mandate_id()))
    return redirect(url_for("bulk.show", bulk_id=made.id))


@bp.get("/<int:bulk_id>")
@allow("commissioner")
def show(bulk_id: int) -> ResponseReturnValue:
    return _page(bulk.load(transaction.session(), bulk_id, current_actor()))


@bp.post("/<int:bulk_id>/contoh/<int:task_id>")
@allow("commissioner")
def look(bulk_id: int, task_id: int) -> ResponseReturnValue:
    """It is remembered that this sample was opened, and it opens."""
    session = transaction.session()
    bulk.look(session, bulk_id, task_id, current_actor(), transaction.now())
    row = bulk.load(session, bulk_id, current_actor()).row
    return redirect(url_for("approval.show", task_id=task_id, massal=bulk_id, an=row.delegation_id))


@bp.post("/<int:bulk_id>/putuskan")
@allow("commissioner")
def decide(bulk_id: int) -> ResponseReturnValue:
    session, now = transaction.session(), transaction.now()
    settled = bulk.load(session, bulk_id, current_actor())
    keep = request.form.getlist("task", type=whole)
    typed = _answer(settled)
    try:
        with session.begin_nested():
            if settled.row.decision == RETURN:
                _require_reason(settled, typed)
            bulk.decide(
                session, bulk_id=bulk_id, actor=_for(settled), now=now, keep=keep, answer=typed,
                pleno_id=request.form.get("pleno", type=whole),
            )
    except EvidenceRefused as refusal:
        return _page(settled, typed=typed, errors=refusal.errors, status=422)
    except Refused as refusal:
        return _page(settled, typed=typed, refusal=sentence_of(refusal), status=status_of(refusal))
    return redirect(url_for("bulk.show", bulk_id=bulk_id))


@bp.post("/<int:bulk_id>/batalkan")
@allow("commissioner")
def take_back(bulk_id: int) -> ResponseReturnValue:
    session = transaction.session()
    settled = bulk.load(session, bulk_id, current_actor())
    try:
        with session.begin_nested():
            row = bulk.take_back(session, bulk_id=bulk_id, actor=_for(settled), now=transaction.now())
    except Refused as refusal:
        return _page(settled, refusal=sentence_of(refusal), status=status_of(refusal))
    count = sum(one["done"] for one in row.undone or ())
    flash(ngettext("%(num)d keputusan dibatalkan.", "%(num)d keputusan dibatalkan.", count), "success")
    return redirect(url_for("bulk.show", bulk_id=bulk_id))


def _for(settled: Settled) -> Actor:
    """The person, for whom they prepared it: themselves, or who delegates to them still."""
    number = settled.row.delegation_id
    if number is None:
        return current_actor()
    return delegations.acting(transaction.session(), current_actor(), number, today())


def _answer(settled: Settled) -> dict[str, Any]:
    """What was typed of the deciding form, without what only one body can be told."""
    form = bulk.form_of(transaction.session(), settled.row.chosen[0])
    if form is None:
        return {}
    typed = dict(form.parse(request.form.items(multi=True)))
    return {**typed, "decision": settled.row.decision}


def _require_reason(settled: Settled, typed: dict[str, Any]) -> None:
    form = bulk.form_of(transaction.session(), settled.row.chosen[0])
    if form is not None and form.field(("reason",)) is not None and not typed.get("reason"):
        raise EvidenceRefused([FieldError(("reason",), "required", "Pilih alasan pengembalian.")])


def _draw(numbers: Sequence[int], count: int) -> Sequence[int]:
    return random.SystemRandom().sample(list(numbers), count)


def _page(
    settled: Settled, *, typed: dict[str, Any] | None = None, errors: tuple[FieldError, ...] = (), refusal: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    session, row = transaction.session(), settled.row
    if settled.almanac is None:
        raise NotFound
    g.zone = settled.almanac.tz.key
    form = bulk.form_of(session, row.chosen[0]) if row.done_at is None else None
    data = {**(typed or {}), "decision": row.decision}
    hidden: frozenset[Path] = frozenset()
    if form is not None:
        hidden = frozenset(form.hidden(data, context={})) | {("decision",)}
    names = {one["task"]: one["name"] for one in row.chosen}
    return render_template(
        "bulk/show.html", bulk=row, settled=settled, may=_most_warned(settled),
        refused=[one for one in row.chosen if one["why"]], names=names, form=form, data=data, errors=errors,
        sheet={"errors": errors, "hidden": hidden, "context": {}}, refusal=refusal,
        until=settled.undo_until(transaction.now()), returning=row.decision == RETURN,
        why=_why, meetings=pleno.latest(session, current_actor()) if row.done_at is None and not errors else (),
    ), status


def _most_warned(settled: Settled) -> list[dict[str, Any]]:
    """Those that may be decided, the ones with most to know of first."""
    return sorted(settled.may, key=lambda one: -len(one["warnings"]))


def _why(one: dict[str, Any]) -> str:
    """Why one was refused, in the reader's language."""
    return filled(str(one["why"]), phrases.recalled(one.get("values", {})))

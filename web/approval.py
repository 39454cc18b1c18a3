"""The approval: evidence beside what was asked, and two buttons. After one is decided the next is shown."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine import operations
from engine.errors import EvidenceRefused, FieldError, Refused
from engine.forms import Form, Path, Radio
from engine.host import Actor
from engine.operations import Outcome
from web import transaction
from web.access import allow, current_actor
from web.acting import acting, mandate_id
from web.errors import sentence_of, status_of
from web.fields import as_said
from web.gate import whole
from web.i18n import language
from web.trail import drawn
from workflows import comments, decisions, desk, pleno, reviews, signposts
from workflows.host import HOST
from workflows.models import Pleno
from workflows.reviews import Review

bp = Blueprint("approval", __name__, url_prefix="/tugas/<int:task_id>")

DECISION = ("decision",)
APPROVE, RETURN = "approve", "return"


@dataclass(frozen=True)
class Sheet:
    """What was posted and what is wrong with it; empty when the page is opened."""

    data: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()
    refusal: str = ""
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    seen: int | None = None

    @property
    def returning(self) -> bool:
        """Whether the part for giving back stands open."""
        return self.data.get("decision") == RETURN


@bp.get("/periksa")
@allow(*desk.WORKING)
def show(task_id: int) -> ResponseReturnValue:
    return _page(_review(task_id), Sheet())


@bp.post("/periksa")
@allow(*desk.WORKING)
def decide(task_id: int) -> ResponseReturnValue:
    review, actor = _review(task_id), acting()
    sheet = Sheet(
        data=review.form.parse(request.form.items(multi=True)), key=request.form.get("key", "")[:100],
        seen=request.form.get("seen", type=whole),
    )
    after = desk.next_decision(transaction.session(), actor, transaction.now(), task_id)
    try:
        with transaction.session().begin_nested():
            outcome = operations.complete_task(
                transaction.session(), task_id=task_id, actor=actor, now=transaction.now(), host=HOST, data=sheet.data,
                seen=sheet.seen, key=sheet.key or None,
            )
    except EvidenceRefused as refusal:
        return _page(review, replace(sheet, errors=refusal.errors), 422)
    except Refused as refusal:
        return _page(_review(task_id), replace(sheet, refusal=sentence_of(refusal)), status_of(refusal))
    _meeting(review, outcome)
    flash(_said(review, outcome, sheet), "success")
    if after is None:
        flash(gettext("Tidak ada lagi yang menunggu pemeriksaan Anda."), "info")
        return redirect(url_for("tasks.index", baru=task_id, an=mandate_id()))
    return redirect(url_for("approval.show", task_id=after.task_id, baru=task_id, an=mandate_id()))


@bp.post("/batalkan")
@allow(*desk.WORKING)
def take_back(task_id: int) -> ResponseReturnValue:
    """The decision of this task is taken back, as an act of its own."""
    try:
        with transaction.session().begin_nested():
            decisions.take_back(transaction.session(), task_id, acting(), transaction.now())
    except Refused as refusal:
        flash(sentence_of(refusal), "danger")
        return redirect(url_for("approval.show", task_id=task_id, an=mandate_id()))
    flash(gettext("Keputusan dibatalkan. Buktinya menunggu pemeriksaan lagi, seperti sebelumnya."), "success")
    return redirect(url_for("approval.show", task_id=task_id, an=mandate_id()))


def _meeting(review: Review, outcome: Outcome) -> None:
    """The decision stands as taken in the plenary meeting that was named, if one was."""
    number = request.form.get("pleno", type=whole)
    if number is None or not outcome.done:
        return
    session, actor = transaction.session(), current_actor()
    pleno.find(session, number, actor)
    may = operations.undoable(session, instance_ids=[outcome.instance_id], actor=actor, now=transaction.now())
    pleno.record(session, number, [(one, seq) for one, (seq, _) in may.items()])


def _review(task_id: int) -> Review:
    found = reviews.review(transaction.session(), task_id, acting(), transaction.now(), language())
    g.zone = found.place.timezone
    return found


def _said(review: Review, outcome: Outcome, sheet: Sheet) -> str:
    """Exactly what the decision did, in one sentence."""
    body, loaded = review.place.body.name, review.place.loaded
    if not outcome.done:
        return gettext("Suara Anda untuk %(body)s dicatat. Keputusan menunggu suara anggota lain.", body=body)
    if outcome.stages:
        stage = drawn(signposts.name_of(loaded, outcome.stages[-1]))
        return gettext("%(body)s disetujui dan kini pada tahap “%(stage)s”.", body=body, stage=stage)
    if sheet.returning:
        reason = next((row.value for row in review.form.describe(sheet.data) if row.path == ("reason",)), "")
        return gettext(
            "Bukti %(body)s dikembalikan: %(reason)s. Anggotanya diberi tahu.", body=body, reason=as_said(reason)
        )
    return gettext("Keputusan untuk %(body)s dicatat.", body=body)


def _page(review: Review, sheet: Sheet, status: int = 200) -> ResponseReturnValue:
    place, form = review.place, review.form
    pages = {
        answer: {
            "errors": sheet.errors if sheet.data.get("decision") == answer else (),
            "hidden": form.hidden({**sheet.data, "decision": answer}, context=place.context) | {DECISION},
            "context": place.context,
        }
        for answer in (APPROVE, RETURN)
    }
    session, actor, now = transaction.session(), acting(), transaction.now()
    following = desk.next_decision(session, actor, now, review.task.id)
    before = request.args.get("baru", type=whole)
    comes_back = request.args.get("massal", type=whole)
    return render_template(
        "approval/show.html", review=review, sheet=sheet, form=form, body=place.body, pages=pages,
        two_buttons=_has_two_buttons(form), whole={"errors": sheet.errors, "hidden": frozenset[Path](),
                                                   "context": place.context},
        seen=sheet.seen if sheet.errors else place.instance.version, following=following,
        stage=signposts.name_of(place.loaded, place.instance.stage),
        unrecorded=form.describe(sheet.data, context=place.context, language=language()) if sheet.refusal else (),
        open=review.task.closed_at is None and place.instance.status == "running", bulk=comes_back, an=mandate_id(),
        mandate=actor.on_behalf_of, meetings=_meetings(actor),
        recent=decisions.recent(session, before or review.task.id, current_actor(), now),
        remarks=comments.of_body(session, place.body, current_actor()),
        may_remark=comments.may_read(current_actor(), place.body.scope),
    ), status


def _meetings(actor: Actor) -> Sequence[Pleno]:
    """The plenary meetings a commissioner may name."""
    if not any(grant.role == "commissioner" for grant in actor.grants):
        return ()
    return pleno.latest(transaction.session(), actor, 5)


def _has_two_buttons(form: Form) -> bool:
    """Whether the form asks "approve or return" in the usual way; another is shown as it is."""
    part = form.field(DECISION)
    return isinstance(part, Radio) and {APPROVE, RETURN} == {option.value for option in part.options}

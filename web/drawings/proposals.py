"""What somebody proposed, for the second person: beside the version that runs now, rehearsed on today's bodies."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import NotFound, Refused, Stale
from engine.models import Definition
from web import transaction
from web.access import allow, current_actor
from web.drawings import sight
from web.drawings.blueprint import LOOKING, bp, mapping_of, may, scopes
from web.errors import sentence_of, status_of
from workflows import drawing_drafts, drawing_register, versions
from workflows.versions import CONSENTERS, PROPOSERS


@bp.get("/usulan/<int:definition_id>")
@allow(*LOOKING)
def proposal(definition_id: int) -> ResponseReturnValue:
    found = drawing_register.version(transaction.session(), definition_id)
    if found.status != "proposed":
        return redirect(url_for("drawings.show", key=found.key, versi=found.version))
    return _page(found)


@bp.post("/usulan/<int:definition_id>")
@allow(*{*PROPOSERS, *CONSENTERS})
def decide(definition_id: int) -> ResponseReturnValue:
    """The proposal is current from now on, or withdrawn. Clicked twice, it was clicked once."""
    session, actor = transaction.session(), current_actor()
    found = drawing_register.version(session, definition_id)
    act = request.form.get("act", "")
    if (act, found.status, found.consented_by) == ("consent", "published", actor.id) or (
        (act, found.status) == ("withdraw", "withdrawn")
    ):
        return redirect(url_for("drawings.show", key=found.key))
    try:
        with session.begin_nested():
            said = _decided(act, found)
    except Refused as refusal:
        if found.status != "proposed":
            flash(sentence_of(refusal), "danger")
            return _shown(found, status_of(Stale()))
        return _page(found, sentence_of(refusal), status_of(refusal))
    flash(said, "success")
    return redirect(url_for("drawings.show", key=found.key))


def _decided(act: str, found: Definition) -> str:
    session, actor = transaction.session(), current_actor()
    if act == "withdraw":
        versions.withdraw(session, found.id, actor, transaction.now())
        return gettext("Usulan ditarik. Versi yang berlaku tetap seperti semula.")
    if act != "consent":
        raise Refused(gettext("Tombol ini tidak dikenal. Muat ulang halaman, lalu kirim lagi."))
    current = drawing_drafts.standing(session, found.key)
    if (current.id if current else 0) != request.form.get("seen", 0, type=int):
        raise Stale("Versi yang berlaku sudah berganti sejak halaman ini dibuka. Bandingkan sekali lagi.")
    versions.consent(session, found.id, actor, transaction.now())
    return gettext(
        "Versi %(version)d berlaku untuk yang dimulai sejak sekarang. Badan yang berjalan tetap pada versinya.",
        version=found.version,
    )


def _shown(found: Definition, status: int) -> ResponseReturnValue:
    """What became of a proposal that somebody else has decided."""
    process = drawing_register.process(transaction.session(), scopes(), found.key)
    return render_template(
        "drawings/settled.html", process=process, found=next(one for one in process.versions if one.id == found.id)
    ), status


def _page(found: Definition, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    session, actor = transaction.session(), current_actor()
    checked, current = sight.check(found.drawing, found.forms), drawing_drafts.standing(session, found.key)
    compared = None
    if current is not None and checked.process is not None:
        compared = sight.compare(current, checked.process, found.forms, found.outline)
    process = drawing_register.process(session, scopes(), found.key)
    shown = next((one for one in process.versions if one.id == found.id), None)
    if shown is None:
        raise NotFound("Versi alur ini tidak ditemukan.")
    return render_template(
        "drawings/proposal.html", found=found, shown=shown, checked=checked, current=current, compared=compared,
        rehearsals=sight.rehearse(session, found.key, scopes(), checked, mapping_of(request.args)),
        own=found.person == actor.who, may=may(), refusal=refusal,
    ), status

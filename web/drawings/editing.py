"""Drawing in the page: the drawing with bpmn-js, a form with form-js; without a script, the text of either."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import NotFound, Refused, Stale
from web import transaction
from web.access import allow, current_actor, wants_json
from web.drawings import incoming
from web.drawings.blueprint import bp, new_key, posted_key
from web.drawings.drafts import seen, sent_of
from web.errors import sentence_of, status_of
from workflows import drawing_drafts
from workflows.drawing_drafts import Sent
from workflows.models import DrawingDraft
from workflows.versions import PROPOSERS

NEW_FORM = '{"type": "default", "id": "%s", "schemaVersion": 18, "components": []}'


@bp.get("/draf/<int:draft_id>/ubah")
@allow(*PROPOSERS)
def edit(draft_id: int) -> ResponseReturnValue:
    found = drawing_drafts.get(transaction.session(), draft_id, current_actor())
    return _drawing(found, found.drawing.decode("utf-8", "replace"))


@bp.post("/draf/<int:draft_id>/ubah")
@allow(*PROPOSERS)
def save(draft_id: int) -> ResponseReturnValue:
    """The draft holds what was drawn; a script that saves in between is answered with the next revision."""
    found = drawing_drafts.get(transaction.session(), draft_id, current_actor())
    wish = incoming.typed(request.form.get("text", ""), sent_of(found))
    return _kept(found, wish, _drawing, wish.drawing.decode())


@bp.get("/draf/<int:draft_id>/formulir/<name>")
@allow(*PROPOSERS)
def edit_form(draft_id: int, name: str) -> ResponseReturnValue:
    found = drawing_drafts.get(transaction.session(), draft_id, current_actor())
    if not incoming.NAME.fullmatch(name):
        raise NotFound("Formulir ini tidak ditemukan.")
    return _form(found, found.forms.get(name, NEW_FORM % name), name=name)


@bp.post("/draf/<int:draft_id>/formulir/<name>")
@allow(*PROPOSERS)
def save_form(draft_id: int, name: str) -> ResponseReturnValue:
    found = drawing_drafts.get(transaction.session(), draft_id, current_actor())
    if not incoming.NAME.fullmatch(name):
        raise NotFound("Formulir ini tidak ditemukan.")
    text = request.form.get("text", "")
    return _kept(found, incoming.with_form(sent_of(found), name, text), _form, text, name=name)


@bp.post("/draf/<int:draft_id>/formulir")
@allow(*PROPOSERS)
def new_form(draft_id: int) -> ResponseReturnValue:
    """The editor of a form that the drawing asks for and nobody has made yet."""
    try:
        name = incoming.form_name(request.form.get("name", "").strip() + ".form")
    except Refused as refusal:
        flash(sentence_of(refusal), "danger")
        return redirect(url_for("drawings.draft", draft_id=draft_id))
    return redirect(url_for("drawings.edit_form", draft_id=draft_id, name=name))


def _kept(
    found: DrawingDraft, wish: Sent, show: Callable[..., ResponseReturnValue], text: str, **more: str
) -> ResponseReturnValue:
    """The draft holds this. When another window saved meanwhile, a second draft does, and says so with 409."""
    session, actor, key = transaction.session(), current_actor(), posted_key()
    try:
        with session.begin_nested():
            kept = drawing_drafts.save(
                session, found.id, wish, revision=seen(), key=key, actor=actor, now=transaction.now()
            )
    except Stale as refusal:
        if wants_json():
            return jsonify(message=sentence_of(refusal)), 409
        copy = drawing_drafts.begin(session, wish, base=found.base_id, begun=key, actor=actor, now=transaction.now())
        said = gettext("Kiriman Anda tidak hilang: disimpan sebagai draf tersendiri, yang kini Anda lihat.")
        return show(copy, text, refusal=f"{sentence_of(refusal)} {said}", status=409, **more)
    except Refused as refusal:
        if wants_json():
            return jsonify(message=sentence_of(refusal)), status_of(refusal)
        return show(found, text, refusal=sentence_of(refusal), status=status_of(refusal), **more)
    if wants_json():
        return jsonify(seen=kept.revision, key=new_key())
    flash(gettext("Draf disimpan dan diperiksa."), "success")
    return redirect(url_for("drawings.draft", draft_id=found.id))


def _drawing(found: DrawingDraft, text: str, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    return render_template(
        "drawings/edit.html", draft=found, text=text, refusal=refusal, key=new_key()
    ), status


def _form(found: DrawingDraft, text: str, refusal: str = "", status: int = 200, *, name: str) -> ResponseReturnValue:
    return render_template(
        "drawings/form.html", draft=found, text=text, name=name, refusal=refusal, key=new_key()
    ), status

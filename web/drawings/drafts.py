"""A new version while it is prepared: sent as files, checked, compared, rehearsed, and then proposed."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import FileStorage

from engine.errors import Refused
from web import transaction
from web.access import allow, current_actor
from web.drawings import incoming, sight
from web.drawings.blueprint import REFUSALS, bp, mapping_of, new_key, posted_key, scopes, told
from web.drawings.shelf import drawing_file
from web.errors import sentence_of, status_of
from workflows import drawing_drafts, drawing_register
from workflows.drawing_drafts import Sent
from workflows.models import DrawingDraft
from workflows.versions import PROPOSERS


@bp.get("/baru")
@allow(*PROPOSERS)
def new() -> ResponseReturnValue:
    return _new(request.args.get("alur", ""))


@bp.post("/baru")
@allow(*PROPOSERS)
def send() -> ResponseReturnValue:
    """What was sent is a draft, right or wrong; its page says what the check found."""
    session, key = transaction.session(), request.form.get("alur", "")
    files, complete = request.files.getlist("files"), "complete" in request.form
    try:
        with session.begin_nested():
            sent = incoming.read(files)
            base = drawing_drafts.standing(session, drawing_drafts.key_of(sent.drawing) or key if sent else key)
            if base is not None and (complete or sent is None):
                sent = incoming.read(_again(files), Sent(f"{base.key}.bpmn", base.drawing, base.forms))
            if sent is None or not incoming.chosen(files):
                raise Refused(gettext("Belum ada gambar. Pilih berkas .bpmn, dan formulirnya bila ada."))
            draft = drawing_drafts.begin(
                session, sent, base=base.id if base else None, begun=posted_key(), actor=current_actor(),
                now=transaction.now(),
            )
    except Refused as refusal:
        return _new(key, sentence_of(refusal), complete, incoming.chosen(files), status_of(refusal))
    return redirect(url_for("drawings.draft", draft_id=draft.id))


@bp.post("/versi/<int:definition_id>/draf")
@allow(*PROPOSERS)
def copy(definition_id: int) -> ResponseReturnValue:
    """A draft holds this version as it is, to be changed in the page."""
    session = transaction.session()
    found = drawing_register.version(session, definition_id)
    draft = drawing_drafts.begin(
        session, Sent(f"{found.key}.bpmn", found.drawing, found.forms), base=found.id, begun=posted_key(),
        actor=current_actor(), now=transaction.now(),
    )
    return redirect(url_for("drawings.edit", draft_id=draft.id))


@bp.get("/draf/<int:draft_id>")
@allow(*PROPOSERS)
def draft(draft_id: int) -> ResponseReturnValue:
    return page(drawing_drafts.get(transaction.session(), draft_id, current_actor()))


@bp.get("/draf/<int:draft_id>/gambar")
@allow(*PROPOSERS)
def draft_picture(draft_id: int) -> ResponseReturnValue:
    found = drawing_drafts.get(transaction.session(), draft_id, current_actor())
    return drawing_file(found.drawing, found.file or "alur.bpmn")


@bp.post("/draf/<int:draft_id>/berkas")
@allow(*PROPOSERS)
def files(draft_id: int) -> ResponseReturnValue:
    """Files are put over those of the draft, or a form is taken out of it."""
    session = transaction.session()
    found = drawing_drafts.get(session, draft_id, current_actor())
    try:
        with session.begin_nested():
            standing = sent_of(found)
            if "remove" in request.form:
                wish: Sent | None = incoming.without(standing, request.form["remove"])
            else:
                wish = incoming.read(request.files.getlist("files"), standing)
                if not incoming.chosen(request.files.getlist("files")):
                    raise Refused(gettext("Belum ada berkas yang dipilih."))
            drawing_drafts.save(
                session, draft_id, wish or standing, revision=seen(), key=posted_key(), actor=current_actor(),
                now=transaction.now(),
            )
    except Refused as refusal:
        return page(found, sentence_of(refusal), status_of(refusal))
    flash(gettext("Draf disimpan dan diperiksa lagi."), "success")
    return redirect(url_for("drawings.draft", draft_id=draft_id))


@bp.post("/draf/<int:draft_id>/usulkan")
@allow(*PROPOSERS)
def propose(draft_id: int) -> ResponseReturnValue:
    """The draft waits for a second person, or its page says why it cannot."""
    session = transaction.session()
    try:
        with session.begin_nested():
            made = drawing_drafts.propose(
                session, draft_id, revision=seen(), actor=current_actor(), now=transaction.now()
            )
    except REFUSALS as refusal:
        return page(drawing_drafts.get(session, draft_id, current_actor()), *told(refusal))
    flash(gettext("Versi %(version)d diusulkan. Orang kedua memeriksa dan menyetujuinya.", version=made.version),
          "success")
    return redirect(url_for("drawings.proposal", definition_id=made.id))


@bp.post("/draf/<int:draft_id>/buang")
@allow(*PROPOSERS)
def discard(draft_id: int) -> ResponseReturnValue:
    drawing_drafts.discard(transaction.session(), draft_id, actor=current_actor())
    flash(gettext("Draf dibuang dari daftar."), "info")
    return redirect(url_for("drawings.index"))


def seen() -> int:
    """The revision of the draft that the page showed; -1 when it does not say."""
    return request.form.get("seen", -1, type=int)


def sent_of(found: DrawingDraft) -> Sent:
    return Sent(found.file, found.drawing, found.forms)


def page(found: DrawingDraft, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    """The draft with what was found, what it changes and whom it concerns."""
    session = transaction.session()
    checked, mapping = sight.check(found.drawing, found.forms), mapping_of(request.args)
    current = drawing_drafts.standing(session, checked.process.id if checked.process else "")
    same = current is not None and (current.drawing, current.forms) == (found.drawing, found.forms)
    compared = rehearsals = None
    if current is not None and checked.process is not None and not same:
        compared = sight.compare(current, checked.process, found.forms, checked.outline)
    if checked.fit and checked.process is not None and not same:
        rehearsals = sight.rehearse(session, checked.process.id, scopes(), checked, mapping)
    return render_template(
        "drawings/draft.html", draft=found, checked=checked, refusal=refusal, current=current, same=same,
        compared=compared, rehearsals=rehearsals, key=new_key(), accept=incoming.ACCEPT,
    ), status


def _again(files: list[FileStorage]) -> list[FileStorage]:
    for file in files:
        file.stream.seek(0)
    return files


def _new(
    key: str, refusal: str = "", complete: bool = True, chosen: list[str] | None = None, status: int = 200
) -> ResponseReturnValue:
    known = drawing_register.processes(transaction.session(), scopes())
    return render_template(
        "drawings/new.html", processes=known, chosen_key=key, refusal=refusal, complete=complete, chosen=chosen or [],
        key=posted_key() if refusal else new_key(), accept=incoming.ACCEPT,
    ), status

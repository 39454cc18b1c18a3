"""The evidence form: filled in over days on a phone, with photos, and never lost.

A file is kept the moment it arrives, with or without a script, whatever becomes of the rest of the form. An act is
done once, however often it is sent, and its sender gets a receipt; a page with a script asks for the answer as JSON.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, g, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from engine import operations
from engine.errors import EvidenceRefused, FieldError, Forbidden, Refused, Stale
from engine.forms import html_name
from engine.host import Actor
from web import sent_files, transaction
from web.access import allow, current_actor, wants_json
from web.errors import sentence_of, status_of
from web.evidence_page import READING, Sheet, here, page, title
from web.fields import called, press, said
from web.gate import whole
from web.receipts import as_json, told
from web.trail import drawn
from web.uploads import Received
from workflows import filings, receipts, signposts
from workflows.field_names import named
from workflows.filings import Filing
from workflows.host import HOST
from workflows.models.accounts import MEMBER_ROLES

bp = Blueprint("evidence", __name__, url_prefix="/badan/<int:body_id>/bukti/<node>")

FILLING = (*MEMBER_ROLES, "operator")
Warnings = Iterable[Mapping[str, Any]]


@bp.get("")
@allow(*FILLING)
def edit(body_id: int, node: str) -> ResponseReturnValue:
    filing = reading_filing(body_id, node)
    return page(filing, Sheet(filing.data, principal=_kept_principal(filing)))


@bp.post("")
@allow(*FILLING)
def edit_post(body_id: int, node: str) -> ResponseReturnValue:
    filing = reading_filing(body_id, node)
    sheet, wrong_files = _posted(filing)
    if "_show" in request.form:
        return page(filing, sheet)
    if (changed := press(filing.form, sheet.data, request.form)) is not None:
        return page(filing, replace(sheet, data=changed, errors=tuple(wrong_files)))
    if wrong_files:
        return page(filing, replace(sheet, errors=tuple(wrong_files)), 422)
    try:
        with transaction.session().begin_nested():
            return _act(filing, sheet)
    except EvidenceRefused as refusal:
        if wants_json():
            return _refused_as_json(filing, refusal, refusal.errors)
        return page(filing, replace(sheet, errors=refusal.errors), 422)
    except Refused as refusal:
        if wants_json():
            return _refused_as_json(filing, refusal, ())
        return page(reading_filing(body_id, node), replace(sheet, refusal=sentence_of(refusal)), status_of(refusal))


def _refused_as_json(filing: Filing, refusal: Refused, errors: Iterable[FieldError]) -> ResponseReturnValue:
    """What is wrong, in words and by the names of the inputs, for a phone that sent this some time ago."""
    wrong = [{"name": html_name(one.path), "label": called(named(filing.form, one.path)), "message": said(one)}
             for one in errors]
    return jsonify(state="refused", sentence=sentence_of(refusal), errors=wrong), status_of(refusal)


@bp.post("/tarik")
@allow(*FILLING)
def withdraw(body_id: int, node: str) -> ResponseReturnValue:
    filing = reading_filing(body_id, node)
    if filing.kept is None:
        raise Stale(gettext("Tidak ada draf atau bukti dini yang dapat ditarik. Muat ulang halaman."))
    operations.withdraw(
        transaction.session(), submission_id=filing.kept.id, actor=current_actor(), now=transaction.now(), host=HOST
    )
    flash(gettext("%(what)s ditarik. Isiannya tidak akan dikirim.", what=title(filing)), "success")
    return redirect(here(filing))


def reading_filing(body_id: int, node: str) -> Filing:
    """What stands about this form; the page speaks in the zone of its body from now on."""
    task = request.args.get("tugas", type=whole)
    found = filings.filing(transaction.session(), body_id, node, current_actor(), transaction.now(), task)
    g.zone = found.place.timezone
    return found


def _posted(filing: Filing) -> tuple[Sheet, list[FieldError]]:
    """What the browser sent, its files kept and named among the answers; and which files could not be kept."""
    kept, wrong = sent_files.kept(filing.form, lambda received: attached(filing, received))
    data = filing.form.parse([*request.form.items(multi=True), *kept])
    hashes = {sha256 for _, sha256 in filing.form.files(data)}
    known = filings.attached(transaction.session(), filing.place, hashes)
    posted = request.form
    return Sheet(
        data=filing.form.attach(data, known), key=posted.get("key", "")[:100] or str(uuid.uuid4()),
        seen=posted.get("seen", type=whole), edition=posted.get("edition", type=whole),
        task=posted.get("task", type=whole), principal=posted.get("principal", "")[:20],
    ), wrong


def attached(filing: Filing, received: Received) -> dict[str, Any]:
    """The file belongs to this evidence; what is known of it."""
    return operations.attach(
        transaction.session(), instance_id=filing.place.instance.id, node=filing.node.id, actor=current_actor(),
        now=transaction.now(), host=HOST, sha256=received.sha256, name=received.name, type=received.type,
        size=received.size,
    )


def _act(filing: Filing, sheet: Sheet) -> ResponseReturnValue:
    """The pressed button is carried out, once: a draft, early evidence, or handing in. The answer is its receipt."""
    name, actor = request.form.get("act", ""), _acting(filing, sheet)
    if (act := ACTS.get(name)) is None:
        raise UnknownButton
    session = transaction.session()
    receipt, fresh = receipts.take(session, receipts.Sent(
        account=int(actor.id), key=sheet.key, act=name, body=filing.place.body.id, node=filing.node.id,
        title=filing.title, content={"data": sheet.data, "task": sheet.task, "for": sheet.principal},
        photos=len(list(filing.form.files(sheet.data))),
    ), transaction.now())
    warnings: Warnings = ()
    if fresh:
        warnings, edition = act(filing, sheet, actor)
        if edition is not None:
            receipt = receipts.saved_as(session, receipt.id, edition)
    if wants_json():
        sentence = " ".join(g.get("said", ())) or told(receipt)
        return jsonify(state="received", sentence=sentence, **as_json(receipt, filing.place.body.name))
    if not fresh:
        flash(told(receipt), "success")
    return _warned(filing, warnings)


class UnknownButton(Refused):
    """Tombol ini tidak dikenal. Muat ulang halaman, lalu kirim lagi."""


def _save_draft(filing: Filing, sheet: Sheet, actor: Actor) -> tuple[Warnings, int | None]:
    edition = operations.save_draft(
        transaction.session(), instance_id=filing.place.instance.id, node=filing.node.id, actor=actor,
        now=transaction.now(), host=HOST, data=sheet.data, edition=sheet.edition,
    )
    _say(gettext("Draf disimpan. Anda dapat melanjutkannya kapan saja, juga dari perangkat lain."))
    return (), edition


def _prepare(filing: Filing, sheet: Sheet, actor: Actor) -> tuple[Warnings, int | None]:
    if filing.mode in READING:
        raise UnknownButton
    _require_newest(filing, sheet)
    warnings = operations.prepare(
        transaction.session(), instance_id=filing.place.instance.id, node=filing.node.id, actor=actor,
        now=transaction.now(), host=HOST, data=sheet.data,
    )
    _say(gettext("%(what)s disiapkan dan terkirim sendiri begitu gilirannya.", what=title(filing)))
    return warnings, None


def _send(filing: Filing, sheet: Sheet, actor: Actor) -> tuple[Warnings, int | None]:
    if sheet.task is None:
        raise UnknownButton
    session, instance_id = transaction.session(), filing.place.instance.id
    task = filings.task_of(session, sheet.task, instance_id, filing.node.id)
    _require_newest(filing, sheet)
    outcome = operations.complete_task(
        session, task_id=task, actor=actor, now=transaction.now(), host=HOST, data=sheet.data, seen=sheet.seen,
        key=sheet.key,
    )
    _say(gettext("%(what)s untuk %(body)s sudah terkirim dan menunggu pemeriksaan.", what=title(filing),
                 body=filing.place.body.name))
    for early in outcome.handed_in:
        _say(gettext("Bukti dini “%(what)s” ikut terkirim.", what=drawn(signposts.name_of(filing.place.loaded, early))),
             "info")
    return outcome.warnings, None


ACTS = {"draft": _save_draft, "prepare": _prepare, "send": _send}


def _require_newest(filing: Filing, sheet: Sheet) -> None:
    """Stale when somebody has saved another draft since the page was drawn: it would be lost in silence."""
    kept = receipts.lock_edition(transaction.session(), filing.place.instance.id, filing.node.id)
    if kept is not None and kept != sheet.edition:
        raise Stale(gettext("Isian ini sudah diubah orang lain. Bandingkan dahulu, lalu kirim kembali."))


def _say(sentence: str, kind: str = "success") -> None:
    """Told on the next page, or within the answer to a phone that asked for JSON."""
    if wants_json():
        g.setdefault("said", []).append(sentence)
    else:
        flash(sentence, kind)


def _warned(filing: Filing, warnings: Warnings) -> ResponseReturnValue:
    count = len(list(warnings))
    if count:
        flash(ngettext("Ada %(num)d catatan yang akan dibaca pemeriksa; lihat di bawah.",
                       "Ada %(num)d catatan yang akan dibaca pemeriksa; lihat di bawah.", count), "warning")
    return redirect(here(filing))


def _acting(filing: Filing, sheet: Sheet) -> Actor:
    """The actor, acting on behalf of the member whom the secretariat has chosen; Forbidden for anybody else's name."""
    actor = current_actor()
    if not filing.principals:
        return actor
    members = {str(one.number): one for one in filing.principals}
    if not sheet.principal:
        raise EvidenceRefused([FieldError(("principal",), "principal", gettext(
            "Pilih atas nama siapa isian ini dibuat."))])
    if (chosen := members.get(sheet.principal)) is None:
        raise Forbidden(gettext("Anda hanya dapat mengisi atas nama anggota badan Anda sendiri."))
    return replace(actor, on_behalf_of=chosen.name, principal=chosen.person)


def _kept_principal(filing: Filing) -> str:
    name = filing.kept.on_behalf_of if filing.kept is not None else None
    return next((str(one.number) for one in filing.principals if one.name == name), "")

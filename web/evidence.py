"""The evidence form: filled in over days on a phone, with photos, and never lost.

A file is kept the moment it arrives, with or without a script, whatever becomes of the rest of the form.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, current_app, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from werkzeug.datastructures import FileStorage

from engine import operations
from engine.errors import EvidenceRefused, FieldError, Forbidden, NotFound, Refused, Stale
from engine.feel import Expression
from engine.forms import File, Form, Group, Row
from engine.forms import fields as parts
from engine.host import Actor
from web import transaction, uploads
from web.access import allow, current_actor
from web.config import Config
from web.errors import sentence_of, status_of
from web.fields import path_of, press
from web.gate import whole
from web.i18n import language
from web.trail import drawn, evidence_name
from web.uploads import UploadRefused
from workflows import filings, signposts
from workflows.filings import Filing
from workflows.host import HOST
from workflows.models.accounts import MEMBER_ROLES

bp = Blueprint("evidence", __name__, url_prefix="/badan/<int:body_id>/bukti/<node>")

FILLING = (*MEMBER_ROLES, "operator")


@dataclass(frozen=True)
class Sheet:
    """What a drawing of the form needs beside the filing itself: answers, mistakes, and what was posted with them."""

    data: Mapping[str, Any]
    errors: tuple[FieldError, ...] = ()
    refusal: str = ""
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    seen: int | None = None
    edition: int | None = None
    task: int | None = None
    principal: str = ""


@bp.get("")
@allow(*FILLING)
def edit(body_id: int, node: str) -> ResponseReturnValue:
    filing = _filing(body_id, node)
    return _page(filing, Sheet(filing.data, principal=_kept_principal(filing)))


@bp.post("")
@allow(*FILLING)
def edit_post(body_id: int, node: str) -> ResponseReturnValue:
    filing = _filing(body_id, node)
    sheet, wrong_files = _posted(filing)
    if "_show" in request.form:
        return _page(filing, sheet)
    if (changed := press(filing.form, sheet.data, request.form)) is not None:
        return _page(filing, replace(sheet, data=changed, errors=tuple(wrong_files)))
    if wrong_files:
        return _page(filing, replace(sheet, errors=tuple(wrong_files)), 422)
    try:
        with transaction.session().begin_nested():
            return _act(filing, sheet)
    except EvidenceRefused as refusal:
        return _page(filing, replace(sheet, errors=refusal.errors), 422)
    except Refused as refusal:
        return _page(_filing(body_id, node), replace(sheet, refusal=sentence_of(refusal)), status_of(refusal))


@bp.post("/berkas")
@allow(*FILLING)
def upload(body_id: int, node: str) -> ResponseReturnValue:
    """One file at once, for pages with a script. The answer is what the form then names it by."""
    filing = _filing(body_id, node)
    sent = request.files.get("file")
    part = filing.form.field(path_of(request.form.get("field", "")))
    if sent is None or not isinstance(part, File):
        raise NotFound
    try:
        kept = _keep(filing, part, sent)
    except UploadRefused as refusal:
        return jsonify(error=sentence_of(refusal)), 422
    photo = kept["type"].startswith("image/")
    small = url_for("files.photo", sha256=kept["sha256"], size="small") if photo else ""
    return jsonify(**kept, small=small)


@bp.post("/tarik")
@allow(*FILLING)
def withdraw(body_id: int, node: str) -> ResponseReturnValue:
    filing = _filing(body_id, node)
    if filing.kept is None:
        raise Stale(gettext("Tidak ada draf atau bukti dini yang dapat ditarik. Muat ulang halaman."))
    operations.withdraw(
        transaction.session(), submission_id=filing.kept.id, actor=current_actor(), now=transaction.now(), host=HOST
    )
    flash(gettext("%(what)s ditarik. Isiannya tidak akan dikirim.", what=_title(filing)), "success")
    return redirect(_here(filing))


def _filing(body_id: int, node: str) -> Filing:
    task = request.args.get("tugas", type=whole)
    found = filings.filing(transaction.session(), body_id, node, current_actor(), transaction.now(), task)
    g.zone = found.place.timezone
    return found


def _posted(filing: Filing) -> tuple[Sheet, list[FieldError]]:
    """What the browser sent, its files kept and named among the answers; and which files could not be kept."""
    kept, wrong = _keep_files(filing)
    pairs = [*request.form.items(multi=True), *kept]
    data = filing.form.parse(pairs)
    hashes = {sha256 for _, sha256 in filing.form.files(data)}
    known = filings.attached(transaction.session(), filing.place, hashes)
    posted = request.form
    return Sheet(
        data=filing.form.attach(data, known), key=posted.get("key", "")[:100] or str(uuid.uuid4()),
        seen=posted.get("seen", type=whole), edition=posted.get("edition", type=whole),
        task=posted.get("task", type=whole), principal=posted.get("principal", "")[:20],
    ), wrong


def _keep_files(filing: Filing) -> tuple[list[tuple[str, str]], list[FieldError]]:
    """(name of the input, sha256) of each file that came with the form and was kept, and the refusals of the others."""
    kept, wrong = [], []
    for name, sent in request.files.items(multi=True):
        path = path_of(name)
        part = filing.form.field(path)
        if not sent.filename or not isinstance(part, File):
            continue
        try:
            kept.append((name, str(_keep(filing, part, sent)["sha256"])))
        except UploadRefused as refusal:
            wrong.append(FieldError(path, "file", sentence_of(refusal)))
    return kept, wrong


def _keep(filing: Filing, part: File, sent: FileStorage) -> dict[str, Any]:
    config: Config = current_app.extensions["tapak.config"]
    largest = min(config.max_file_bytes, part.max_size or config.max_file_bytes)
    transaction.pause()
    received = uploads.receive(sent, largest=largest)
    return operations.attach(
        transaction.session(), instance_id=filing.place.instance.id, node=filing.node.id, actor=current_actor(),
        now=transaction.now(), host=HOST, sha256=received.sha256, name=received.name, type=received.type,
        size=received.size,
    )


def _act(filing: Filing, sheet: Sheet) -> ResponseReturnValue:
    """The pressed button is carried out: a draft, early evidence, or handing in."""
    act, actor = request.form.get("act"), _acting(filing, sheet)
    session, now = transaction.session(), transaction.now()
    instance_id, node = filing.place.instance.id, filing.node.id
    if act == "draft":
        operations.save_draft(
            session, instance_id=instance_id, node=node, actor=actor, now=now, host=HOST, data=sheet.data,
            edition=sheet.edition,
        )
        flash(gettext("Draf disimpan. Anda dapat melanjutkannya kapan saja, juga dari perangkat lain."), "success")
        return redirect(_here(filing))
    if act == "prepare" and filing.mode not in READING:
        if filing.kept is not None and sheet.edition != filing.kept.edition:
            raise Stale(gettext("Isian ini sudah diubah orang lain. Bandingkan dahulu, lalu kirim kembali."))
        warnings = operations.prepare(
            session, instance_id=instance_id, node=node, actor=actor, now=now, host=HOST, data=sheet.data
        )
        flash(gettext("%(what)s disiapkan dan terkirim sendiri begitu gilirannya.", what=_title(filing)), "success")
        return _warned(filing, warnings)
    if act != "send" or sheet.task is None:
        raise Refused(gettext("Tombol ini tidak dikenal. Muat ulang halaman, lalu kirim lagi."))
    outcome = operations.complete_task(
        session, task_id=filings.task_of(session, sheet.task, instance_id, node), actor=actor, now=now, host=HOST,
        data=sheet.data, seen=sheet.seen, key=sheet.key,
    )
    flash(gettext("%(what)s untuk %(body)s sudah terkirim dan menunggu pemeriksaan.", what=_title(filing),
                  body=filing.place.body.name), "success")
    for early in outcome.handed_in:
        name = drawn(signposts.name_of(filing.place.loaded, early))
        flash(gettext("Bukti dini “%(what)s” ikut terkirim.", what=name), "info")
    return _warned(filing, outcome.warnings)


def _warned(filing: Filing, warnings: Iterable[Mapping[str, Any]]) -> ResponseReturnValue:
    count = len(list(warnings))
    if count:
        flash(ngettext("Ada %(num)d catatan yang akan dibaca pemeriksa; lihat di bawah.",
                       "Ada %(num)d catatan yang akan dibaca pemeriksa; lihat di bawah.", count), "warning")
    return redirect(_here(filing))


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


def _page(filing: Filing, sheet: Sheet, status: int = 200) -> ResponseReturnValue:
    place, form, mode = filing.place, filing.form, filing.mode
    marks = _marks(form, filing) if mode == "open" else []
    hidden = form.hidden(sheet.data, context=place.context)
    fresh = request.method == "GET" or bool(sheet.refusal)
    reading, told = mode in READING, filing.last if mode in READING else filing.kept
    shown: Any = filing.kept or filing.last
    return render_template(
        "evidence/edit.html", filing=filing, sheet=sheet, form=form, body=place.body, mode=mode, title=_title(filing),
        page={"errors": [*sheet.errors, *marks], "hidden": hidden, "context": place.context},
        seen=place.instance.version if fresh else sheet.seen, edition=filing.edition if fresh else sheet.edition,
        task=(filing.task.id if filing.task is not None else None) if fresh else sheet.task,
        live=" ".join(sorted(_asked_by_conditions(form))),
        rows=_described(filing, told.data) if reading and told is not None else (),
        unsent=_described(filing, sheet.data) if reading and sheet.refusal else (),
        other=_described(filing, told.data) if sheet.refusal and not reading and told is not None else (),
        warnings=list(shown.warnings) if shown is not None and shown.status in ("submitted", "prepared") else [],
        handed_in_by=_author(filing), decider=_decider_role(filing),
    ), status


READING = ("waiting", "past")


def _described(filing: Filing, data: Mapping[str, Any]) -> tuple[Row, ...]:
    return filing.form.describe(data, context=filing.place.context, language=language())


def _author(filing: Filing) -> str:
    shown = filing.last if filing.mode in READING else filing.kept
    if shown is None:
        return ""
    return filings.account_names(transaction.session(), {shown.actor}).get(shown.actor, "")


def _decider_role(filing: Filing) -> str:
    decider = signposts.decider(filing.place.loaded, filing.node.id)
    return filing.place.loaded.graph.role(decider) if decider else ""


def _marks(form: Form, filing: Filing) -> list[FieldError]:
    """A mark on the first field of each part that the returning decision named."""
    if filing.returned is None:
        return []
    why = filing.returned.short or gettext("lihat catatan di atas")
    found = []
    for path, part in form.walk():
        if part.id in filing.returned.parts or part.key in filing.returned.parts:
            first = next((one.key for one in parts.level(part.fields)), "") if isinstance(part, Group) else part.key
            inside = (*path[:-1], *((part.key,) if part.key and part.key != first else ()), first)
            words = gettext("Bagian “%(part)s” diminta diperbaiki: %(why)s", part=part.label, why=why)
            found.append(FieldError(inside, "returned", words))
    return found


def _asked_by_conditions(form: Form) -> set[str]:
    """The keys of the choices on which the visibility of other fields depends."""
    formulas = [part.hide.text for _, part in form.walk() if isinstance(part.hide, Expression)]
    keys = {part.key for _, part in form.walk() if part.kind in ("radio", "select", "checkbox", "checklist")}
    return {key for key in keys if any(re.search(rf"\b{re.escape(key)}\b", text) for text in formulas)}


def _title(filing: Filing) -> str:
    return evidence_name(filing.title)


def _here(filing: Filing) -> str:
    return url_for("evidence.edit", body_id=filing.place.body.id, node=filing.node.id, tugas=filing.address)

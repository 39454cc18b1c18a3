"""The register of letters, one paper with its file, and a batch that is being made."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import EvidenceRefused, Forbidden, NotFound, Refused
from engine.host import lies_within
from web import transaction
from web.access import allow, current_actor, visible_scopes
from web.errors import filled, sentence_of, status_of
from web.fields import said
from web.papers import making
from workflows import letter_register, register
from workflows.letter_register import LISTING, READING, Filters, Opened
from workflows.models.accounts import MEMBER_ROLES
from workflows.papers import codes, issuing
from workflows.papers.kinds import KINDS, REGISTERED

bp = Blueprint("letters", __name__, url_prefix="/surat")

ISSUING = (*MEMBER_ROLES, "operator")
VIEWER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"
"""What the browser's own viewer needs to show a PDF; ours has no script in it."""
KEPT = ("q", "jenis", "kecamatan", "dari", "sampai", "badan")


@bp.get("")
@allow(*LISTING)
def index() -> ResponseReturnValue:
    session, actor = transaction.session(), current_actor()
    scopes, filters = visible_scopes(actor, LISTING), _filters()
    shelf = letter_register.listed(session, scopes, filters, after=request.args.get("sesudah", "")[:40])
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name in KEPT and value}
    return render_template(
        "letters/index.html", shelf=shelf, filters=filters, kinds=registered_kinds(),
        districts=register.choices(session, scopes).districts, may_read=any(x.role in READING for x in actor.grants),
        next=url_for("letters.index", **{**kept, "sesudah": shelf.after}) if shelf.after else "",
    )


def registered_kinds() -> dict[str, str]:
    """What each kind in the register is called, in the reader's language."""
    return {code: gettext(label) for code, label in REGISTERED.items()}


def _filters() -> Filters:
    asked = request.args
    body = asked.get("badan", "")
    return Filters(
        search=asked.get("q", "").strip()[:100], kind=asked.get("jenis", "")[:40],
        district=asked.get("kecamatan", "")[:24], since=_day(asked.get("dari", "")),
        until=_day(asked.get("sampai", "")), body=int(body) if body.isdecimal() and len(body) < 19 else 0,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@bp.get("/lembar/<int:paper_id>")
@allow(*LISTING)
def show(paper_id: int) -> ResponseReturnValue:
    return _paper(letter_register.opened(transaction.session(), paper_id, current_actor()))


def _paper(found: Opened, refusal: str = "", reason: str = "", status: int = 200) -> ResponseReturnValue:
    g.zone, actor = found.agenda.timezone, current_actor()
    scopes = visible_scopes(actor, READING)
    return render_template(
        "letters/show.html", found=found, paper=found.paper, letter=found.letter, kinds=registered_kinds(),
        code=codes.shown(found.paper.code), may_change=_may_change(found),
        may_read=any(
            lies_within(place, scope)
            for scope in scopes for place in (found.letter.issuer_code, *(body[2] for body in found.bodies))
        ),
        refusal=refusal, reason=reason,
    ), status


def _may_change(found: Opened) -> bool:
    kind, actor = KINDS[found.kind], current_actor()
    if actor.holds("operator", found.agenda.scope):
        return True
    return kind.issuer == "body" and bool(found.bodies) and all(
        actor.holds(f"{body_kind}_member", scope) for _, _, scope, body_kind in found.bodies
    )


@bp.get("/lembar/<int:paper_id>/berkas.pdf")
@allow(*READING)
def file(paper_id: int) -> ResponseReturnValue:
    """The PDF; opened in the browser, or saved with `?unduh=1`."""
    session = transaction.session()
    found = letter_register.opened(session, paper_id, current_actor(), READING)
    if found.paper.sha256 is None:
        raise NotFound("Berkas surat ini belum jadi. Tunggu sebentar, lalu muat ulang.")
    return pdf(letter_register.content(session, found.paper.sha256), _file_name(found.letter.number, found.letter.id),
               save=request.args.get("unduh") == "1")


def pdf(content: bytes, name: str, *, save: bool = False) -> Response:
    """A PDF of our own making as an answer."""
    how = "attachment" if save else "inline"
    return Response(content, mimetype="application/pdf", headers={
        "Content-Disposition": f'{how}; filename="{name}.pdf"', "Cache-Control": "private, no-store",
        "Content-Security-Policy": VIEWER_POLICY,
    })


def _file_name(number: str, letter_id: int) -> str:
    clean = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in number).strip("-")
    return f"surat-{letter_id}-{clean}"[:100]


@bp.post("/lembar/<int:paper_id>/batal")
@allow(*ISSUING)
def cancel(paper_id: int) -> ResponseReturnValue:
    session, actor, reason = transaction.session(), current_actor(), request.form.get("reason", "")[:600]
    found = letter_register.opened(session, paper_id, actor, ISSUING)
    if not _may_change(found):
        raise Forbidden("Surat ini hanya dapat dibatalkan oleh yang berwenang menerbitkannya.")
    try:
        with session.begin_nested():
            issuing.cancel(session, found.paper, reason, actor=actor, now=transaction.now())
    except EvidenceRefused as refusal:
        return _paper(found, said(refusal.errors[0]), reason, 422)
    except Refused as refusal:
        return _paper(found, sentence_of(refusal), reason, status_of(refusal))
    flash(gettext("Surat dibatalkan. Nomornya tetap tercatat dan tidak dipakai lagi."), "success")
    return redirect(url_for("letters.show", paper_id=paper_id))


@bp.get("/penerbitan/<int:batch_id>")
@allow(*ISSUING)
def batch(batch_id: int) -> ResponseReturnValue:
    work = letter_register.work(transaction.session(), batch_id, current_actor())
    return render_template("letters/batch.html", work=work, batch=work.batch, kind=KINDS[work.batch.kind],
                           refused=[(one["name"], _why(one)) for one in work.batch.refused], **_progress(work))


def _why(refused: Mapping[str, Any]) -> str:
    """Why a body has no letter, in the reader's language; of older batches the sentence as it was kept."""
    return filled(str(refused.get("template", refused["reason"])), refused.get("values", {}))


@bp.get("/penerbitan/<int:batch_id>/kemajuan")
@allow(*ISSUING)
def progress(batch_id: int) -> ResponseReturnValue:
    return jsonify(_progress(letter_register.work(transaction.session(), batch_id, current_actor())))


def _progress(work: letter_register.Work) -> dict[str, Any]:
    state = "done" if work.batch.done_at else "running"
    said = gettext("%(done)d dari %(total)d surat selesai dibuat", done=work.made, total=work.batch.total)
    return {"done": work.made, "total": work.batch.total, "state": state, "said": said}


@bp.get("/penerbitan/<int:batch_id>/gabungan.pdf")
@allow(*ISSUING)
def merged(batch_id: int) -> ResponseReturnValue:
    """All papers of the batch in one file, for the printer."""
    session = transaction.session()
    work = letter_register.work(session, batch_id, current_actor())
    if work.batch.merged is None:
        raise NotFound("Berkas gabungan belum jadi. Tunggu sebentar, lalu muat ulang.")
    return pdf(letter_register.content(session, work.batch.merged), f"surat-gabungan-{batch_id}", save=True)


@bp.get("/penerbitan/<int:batch_id>/semua.zip")
@allow(*ISSUING)
def zipped(batch_id: int) -> ResponseReturnValue:
    """Each made paper of the batch as a file of its own, in one archive."""
    session, target = transaction.session(), io.BytesIO()
    letter_register.work(session, batch_id, current_actor())
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for letter, content in making.files(session, batch_id):
            archive.writestr(f"{_file_name(letter.number, letter.id)}.pdf", content)
    return Response(target.getvalue(), mimetype="application/zip", headers={
        "Content-Disposition": f'attachment; filename="surat-{batch_id}.zip"'
    })

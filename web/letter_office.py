"""The office as its letters show it, and the numbering of each kind: changed by its operator."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from PIL import Image, UnidentifiedImageError

from engine.errors import EvidenceRefused, FieldError, Forbidden, NotFound, Refused
from web import transaction
from web.access import allow, current_actor
from web.errors import sentence_of, status_of
from web.letter_issue import agenda_of
from web.words import today
from workflows.models import Agenda
from workflows.papers import numbering, office
from workflows.papers.kinds import KINDS

bp = Blueprint("letter_office", __name__, url_prefix="/surat/pengaturan")

MOST_BYTES, MOST_PIXELS, LOGO_SIDE = 2_000_000, 12_000_000, 400


@bp.get("")
@allow("operator")
def edit() -> ResponseReturnValue:
    agenda = _agenda()
    return _page(agenda, office.read(transaction.session(), agenda))


@bp.post("")
@allow("operator")
def save() -> ResponseReturnValue:
    agenda, session, posted = _agenda(), transaction.session(), request.form
    standing = office.read(session, agenda)
    words = {name: posted.get(name, "")[:400] for name in office.FIELDS}
    numbered = {
        code: {name: posted.get(f"{code}-{name}", "")[:200] for name in ("pattern", "classification", "series")}
        for code in KINDS
    }
    seen = posted.get("seen", "")
    try:
        with session.begin_nested():
            office.save(
                session, agenda, words=words, numbered=numbered, logo=_logo(), keep_logo=posted.get("no_logo") != "1",
                seen=int(seen) if seen.isdecimal() and len(seen) < 9 else -1, actor=current_actor(),
                now=transaction.now(),
            )
            _go_on_after(agenda, office.read(session, agenda))
    except EvidenceRefused as refusal:
        return _page(agenda, standing, words, numbered, errors=refusal.errors, status=422)
    except Refused as refusal:
        return _page(agenda, standing, words, numbered, refusal=sentence_of(refusal), status=status_of(refusal))
    flash(gettext("Pengaturan surat disimpan. Surat yang sudah terbit tidak berubah."), "success")
    return redirect(url_for("letter_office.edit", agenda=agenda.id))


@bp.get("/lambang")
@allow("operator")
def logo() -> ResponseReturnValue:
    found = office.read(transaction.session(), _agenda()).logo
    if found is None:
        raise NotFound("Kantor ini belum memasang lambang.")
    return Response(found, mimetype="image/png", headers={"Cache-Control": "private, no-store"})


def _agenda() -> Agenda:
    agenda = agenda_of(request.values.get("agenda", "")[:20])
    if not current_actor().holds("operator", agenda.scope):
        raise Forbidden("Pengaturan surat hanya dapat diubah oleh operator KPU agenda ini.")
    return agenda


def _go_on_after(agenda: Agenda, house: office.Office) -> None:
    """Series of the office go on after the numbers it has used on paper before Tapak."""
    for code, kind in KINDS.items():
        typed = request.form.get(f"{code}-last", "").strip()
        if kind.issuer != "kpu" or not typed:
            continue
        if not (typed.isdecimal() and typed.isascii() and len(typed) <= 5):
            raise EvidenceRefused([
                FieldError((code, "last"), "number", "Isi nomor terakhir berupa angka, misalnya 396.")
            ])
        rule = house.numbered[code]
        numbering.begin_at(
            transaction.session(), agenda_id=agenda.id, series=rule.series, issuer_code=agenda.scope,
            year=numbering.year_of(rule.pattern, today()), last=int(typed),
        )


def _logo() -> bytes | None:
    """The picture that was sent, decoded and made anew as a small PNG; None without one. Refused by field `logo`."""
    sent = request.files.get("logo")
    raw = sent.read(MOST_BYTES + 1) if sent is not None else b""
    if not raw:
        return None
    wrong = EvidenceRefused([
        FieldError(("logo",), "picture", "Lambang harus gambar PNG atau JPEG, paling besar 2 MB.")
    ])
    if len(raw) > MOST_BYTES:
        raise wrong
    try:
        with Image.open(io.BytesIO(raw), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise wrong
            clean = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise wrong from error
    clean.thumbnail((LOGO_SIDE, LOGO_SIDE))
    target = io.BytesIO()
    clean.save(target, "PNG", optimize=True)
    return target.getvalue()


def _page(
    agenda: Agenda, house: office.Office, words: Any = None, numbered: Any = None, *,
    errors: tuple[FieldError, ...] = (), refusal: str = "", status: int = 200,
) -> ResponseReturnValue:
    shown = numbered or {
        code: {"pattern": one.pattern, "classification": one.classification, "series": one.series}
        for code, one in house.numbered.items()
    }
    return render_template(
        "letters/office.html", agenda=agenda, house=house, words=words or house.words, numbered=shown, kinds=KINDS,
        fields=office.FIELDS, places=numbering.PLACEHOLDERS, errors=errors, refusal=refusal,
    ), status

"""The texts of letters, which the office changes without a programmer: written, looked at, kept in versions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import EvidenceRefused, FieldError, Forbidden, NotFound, Refused
from web import transaction
from web.access import allow, current_actor
from web.errors import sentence_of, status_of
from web.letter_issue import agenda_of, sample
from web.letters import pdf
from web.papers import font
from web.words import today
from workflows import agendas, letter_register
from workflows.models import Agenda, Body
from workflows.papers import issuing, placeholders, template, templates
from workflows.papers.issuing import Wish
from workflows.papers.kinds import KINDS, Kind

bp = Blueprint("letter_templates", __name__, url_prefix="/surat/naskah")


@bp.get("")
@allow("operator")
def index() -> ResponseReturnValue:
    agenda = _agenda()
    rows = [(kind, templates.versions(transaction.session(), agenda.id, kind)) for kind in KINDS.values()]
    return render_template("letters/templates.html", agenda=agenda, rows=rows)


@bp.get("/<kind>")
@allow("operator")
def edit(kind: str) -> ResponseReturnValue:
    found, agenda = _kind(kind), _agenda()
    text, version = templates.text_of(transaction.session(), agenda.id, found)
    kept = templates.versions(transaction.session(), agenda.id, found)
    if request.args.get("versi") == "0":
        text = found.default_text
    text = next((one.text for one in kept if str(one.version) == request.args.get("versi")), text)
    return _page(agenda, found, text, version)


@bp.post("/<kind>")
@allow("operator")
def save(kind: str) -> ResponseReturnValue:
    found, agenda, text = _kind(kind), _agenda(), request.form.get("text", "")
    seen = request.form.get("seen", "")
    version = int(seen) if seen.isdecimal() and len(seen) < 9 else -1
    try:
        with transaction.session().begin_nested():
            made = templates.save(transaction.session(), agenda, found, text, seen=version, actor=current_actor(),
                                  now=transaction.now())
    except EvidenceRefused as refusal:
        return _page(agenda, found, text, version, errors=refusal.errors, status=422)
    except Refused as refusal:
        return _page(agenda, found, text, version, refusal=sentence_of(refusal), status=status_of(refusal))
    flash(gettext("Naskah disimpan sebagai versi %(number)d. Surat yang sudah terbit tidak berubah.",
                  number=made.version), "success")
    return redirect(url_for("letter_templates.edit", kind=kind, agenda=agenda.id))


@bp.post("/<kind>/contoh")
@allow("operator")
def preview(kind: str) -> ResponseReturnValue:
    """The text as typed, saved or not, with the values of the chosen body."""
    found, agenda, text = _kind(kind), _agenda(), request.form.get("text", "")
    try:
        if errors := template.faults(text.replace("\r\n", "\n"), placeholders.names(found)):
            raise EvidenceRefused(errors)
        return pdf(sample(_wish(agenda, found, _body(agenda, found)), text.replace("\r\n", "\n")), "contoh")
    except EvidenceRefused as refusal:
        seen = request.form.get("seen", "")
        return _page(agenda, found, text, int(seen) if seen.isdecimal() and len(seen) < 9 else -1,
                     errors=refusal.errors, status=422)


def _kind(code: str) -> Kind:
    if code not in KINDS:
        raise NotFound("Jenis surat ini tidak ada.")
    return KINDS[code]


def _agenda() -> Agenda:
    agenda = agenda_of(request.values.get("agenda", "")[:20])
    if not current_actor().holds("operator", agenda.scope):
        raise Forbidden("Naskah surat hanya dapat diubah oleh operator KPU agenda ini.")
    return agenda


def _body(agenda: Agenda, kind: Kind) -> Body | None:
    """The body whose values are shown: the one asked for, else the first there is."""
    if not kind.bodies:
        return None
    asked = request.values.get("badan", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
    found = letter_register.of_bodies(transaction.session(), agenda, list(kind.bodies), body=number)
    return found[0] if found else None


def _wish(agenda: Agenda, kind: Kind, body: Body | None) -> Wish:
    almanac = agendas.load_almanac(transaction.session(), agenda)
    return Wish(almanac, kind, today(), {}, (body,) if body is not None else ())


def _page(
    agenda: Agenda, kind: Kind, text: str, version: int, *, errors: tuple[FieldError, ...] = (), refusal: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    session, body = transaction.session(), _body(agenda, kind)
    values: dict[str, Any] = {}
    if body is not None or not kind.bodies:
        wish = _wish(agenda, kind, body)
        one = issuing.prepare(session, wish, font.unprintable)[0]
        values = {**one.values, "nomor_surat": issuing.next_number(session, wish)}
    bodies = letter_register.of_bodies(session, agenda, list(kind.bodies)) if kind.bodies else []
    return render_template(
        "letters/template.html", agenda=agenda, kind=kind, text=text, version=version, errors=errors, refusal=refusal,
        places=placeholders.of(kind), values=values, body=body, bodies=bodies,
        versions=templates.versions(session, agenda.id, kind),
    ), status

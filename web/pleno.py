"""Plenary meetings of the commission: recorded with who came, the votes and the minutes; decisions refer to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import EvidenceRefused, FieldError, NotFound, Refused
from web import transaction, uploads
from web.access import allow, current_actor
from web.errors import sentence_of, status_of
from web.gate import whole
from web.words import today
from workflows import pleno
from workflows.models import Pleno
from workflows.pleno import Minutes

bp = Blueprint("pleno", __name__, url_prefix="/pleno")

VOTES = ("in_favour", "against", "abstained")
TYPED = ("held_on", "number", "subject", *VOTES)


@dataclass(frozen=True)
class Typed:
    """What was typed into the form, and what is wrong with it."""

    values: Mapping[str, str] = field(default_factory=lambda: dict.fromkeys(TYPED, ""))
    present: tuple[int, ...] = ()
    errors: tuple[FieldError, ...] = ()
    refusal: str = ""


@bp.get("")
@allow("commissioner")
def index() -> ResponseReturnValue:
    return _page(Typed())


@bp.post("")
@allow("commissioner")
def record() -> ResponseReturnValue:
    form = request.form
    typed = Typed(
        {name: form.get(name, "")[:500] for name in TYPED},
        tuple(form.getlist("present", type=whole)),
    )
    try:
        with transaction.session().begin_nested():
            made = pleno.record_meeting(
                transaction.session(), actor=current_actor(), minutes=_minutes(typed), file=_file(), today=today(),
                now=transaction.now(),
            )
    except EvidenceRefused as refusal:
        return _page(replace(typed, errors=refusal.errors), 422)
    except Refused as refusal:
        return _page(replace(typed, refusal=sentence_of(refusal)), status_of(refusal))
    flash(gettext("Rapat pleno %(number)s dicatat. Pilih rapat ini saat memutuskan.", number=made.number), "success")
    return redirect(url_for("pleno.index"))


@bp.get("/<int:pleno_id>/berkas")
@allow("commissioner")
def file(pleno_id: int) -> Response:
    """The minutes as they were uploaded."""
    found = pleno.find(transaction.session(), pleno_id, current_actor())
    if not found.sha256 or not found.file_type or not found.file_name:
        raise NotFound
    return uploads.download(found.sha256, found.file_type, found.file_name)


@bp.app_template_global("meetings_of")
def meetings_of(instance_id: int | None) -> list[Pleno]:
    """The meetings in which decisions on this instance were taken."""
    return list(pleno.of_instance(transaction.session(), instance_id).values()) if instance_id is not None else []


def _minutes(typed: Typed) -> Minutes:
    values = typed.values
    try:
        held_on: date | None = date.fromisoformat(values["held_on"])
    except ValueError:
        held_on = None
    return Minutes(
        held_on, values["number"], values["subject"].strip(), tuple(dict.fromkeys(typed.present)),
        *(int(values[name][:4]) if values[name].isdecimal() else 0 if not values[name] else None for name in VOTES),
    )


def _file() -> dict[str, Any] | None:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return None
    kept = uploads.receive(sent)
    return {"sha256": kept.sha256, "name": kept.name, "type": kept.type, "size": kept.size}


def _page(typed: Typed, status: int = 200) -> ResponseReturnValue:
    session, actor = transaction.session(), current_actor()
    members = pleno.members(session, pleno.office_of(actor), today())
    return render_template(
        "pleno/index.html", typed=typed, members=members, needed=pleno.needed(len(members)),
        meetings=pleno.latest(session, actor), most=today(),
    ), status

"""KPPS and Pantarlih for many villages at once: a list is pasted, looked through, and formed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from engine.errors import EvidenceRefused, FieldError, NotFound
from web import transaction
from web.access import allow, current_actor
from workflows import agenda_changes, units
from workflows.models import Agenda

log = logging.getLogger(__name__)
bp = Blueprint("units", __name__, url_prefix="/badan/bentuk")

LONGEST = 100_000


@dataclass(frozen=True)
class Typed:
    """What was typed into the form, and what is wrong with it."""

    agenda: int = 0
    kind: str = "kpps"
    lines: str = ""
    errors: tuple[FieldError, ...] = ()


@bp.get("")
@allow("operator")
def ask() -> ResponseReturnValue:
    return _page(Typed())


@bp.post("")
@allow("operator")
def form() -> ResponseReturnValue:
    """With `act` "form" the bodies are formed; else what would be is shown, nothing being done."""
    session, actor = transaction.session(), current_actor()
    typed = Typed(request.form.get("agenda", 0, int), request.form.get("kind", ""),
                  request.form.get("lines", "")[:LONGEST])
    agenda = next((one for one in _agendas() if one.id == typed.agenda), None)
    if agenda is None:
        raise NotFound
    try:
        villages = units.read(session, agenda, typed.kind, typed.lines)
    except EvidenceRefused as refusal:
        return _page(Typed(typed.agenda, typed.kind, typed.lines, tuple(refusal.errors))), 422
    if request.form.get("act") != "form":
        return _page(typed, villages)
    made = units.form(session, agenda, typed.kind, villages, actor=actor, now=transaction.now())
    log.info("%s bodies (%s) of agenda %s formed by account %s", made, typed.kind, agenda.id, actor.id)
    flash(ngettext(
        "%(num)d badan dibentuk. Alurnya dimulai di belakang; halaman ini boleh ditutup.",
        "%(num)d badan dibentuk. Alurnya dimulai di belakang; halaman ini boleh ditutup.", made,
    ), "success")
    return redirect(url_for("bodies.index", jenis=typed.kind))


def _agendas() -> list[Agenda]:
    """Those whose office this operator keeps."""
    actor = current_actor()
    found = agenda_changes.visible(transaction.session(), actor)
    return [agenda for agenda in found if actor.holds("operator", agenda.scope)]


def _page(typed: Typed, villages: Any = None) -> str:
    return render_template("bodies/units.html", typed=typed, agendas=_agendas(), villages=villages)

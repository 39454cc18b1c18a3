"""Replacement of members (PAW): the list, the proposal of the operator, the decision, oath and bimtek after it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from engine.errors import EvidenceRefused, FieldError, Forbidden, NotFound, Refused
from web import transaction, uploads
from web.access import allow, current_actor
from web.config import Config
from web.errors import sentence_of, status_of
from web.gate import whole
from web.register_forms import posted_key
from web.uploads import UploadRefused
from web.words import today
from workflows import replacement, replacement_lists
from workflows.models import Body
from workflows.replacement import GROUNDS, LOOKING, STEPS, Sent, Wish

bp = Blueprint("replacements", __name__, url_prefix="/penggantian")

STATES = (("mine", _l("Menunggu Anda")), ("proposed", _l("Menunggu keputusan")),
          ("owed", _l("Sumpah atau bimtek belum")),
          ("approved", _l("Disetujui")), ("returned", _l("Dikembalikan")), ("withdrawn", _l("Ditarik")))
ACTS = {
    "propose": (_l("Diusulkan"), ""), "withdraw": (_l("Ditarik"), _l("Tarik usulan")),
    "return": (_l("Dikembalikan"), _l("Kembalikan")), "approve": (_l("Disetujui"), _l("Setujui penggantian")),
    "oath": (_l("Sumpah dicatat"), _l("Catat sumpah/janji")),
    "return_oath": (_l("Catatan sumpah dikembalikan"), _l("Kembalikan catatan sumpah")),
    "approve_oath": (_l("Sumpah disetujui"), _l("Setujui catatan sumpah")),
    "training": (_l("Bimtek dicatat"), _l("Catat bimtek")),
    "return_training": (_l("Catatan bimtek dikembalikan"), _l("Kembalikan catatan bimtek")),
    "approve_training": (_l("Bimtek disetujui"), _l("Setujui catatan bimtek")),
}
"""Of each act: what is said when it was done, and its button."""


@bp.get("")
@allow(*LOOKING)
def index() -> ResponseReturnValue:
    session, actor, state = transaction.session(), current_actor(), request.args.get("keadaan", "")
    page = min(max((request.args.get("hal", type=whole) or 1) - 1, 0), 9999)
    rows, more = replacement_lists.listed(session, actor, today(), state if state in dict(STATES) else "", page)
    counts = replacement_lists.counts(session, actor)
    states = [one for one in STATES if one[0] != "mine" or counts["mine"] or state == "mine"]
    return render_template(
        "replacements/index.html", rows=rows, state=state, states=states, grounds=GROUNDS, counts=counts,
        may_propose=any(grant.role == "operator" for grant in actor.grants),
        previous=url_for("replacements.index", keadaan=state, hal=page) if page else "",
        next=url_for("replacements.index", keadaan=state, hal=page + 2) if more else "",
    )


@bp.get("/baru/<int:body_id>")
@allow("operator")
def new(body_id: int) -> ResponseReturnValue:
    return _new_page(body_id, {"leaving": request.args.get("anggota", "")}, str(uuid.uuid4()))


@bp.post("/baru/<int:body_id>")
@allow("operator")
def new_post(body_id: int) -> ResponseReturnValue:
    key, typed = posted_key(), request.form
    replacement.body_for(transaction.session(), body_id, current_actor())
    try:
        paper = _paper()
        with transaction.session().begin_nested():
            wish = Wish(
                typed.get("leaving", 0, whole) or 0, typed.get("reserve", 0, whole) or 0, typed.get("ground", ""),
                _day("left_on") or date.max, typed.get("why_not", "").strip()[:1000], paper,
            )
            number = replacement.propose(transaction.session(), body_id, wish, _sent(key))
    except EvidenceRefused as refusal:
        return _new_page(body_id, typed, key, refusal.errors, status=422)
    except Refused as refusal:
        return _new_page(body_id, typed, key, told=sentence_of(refusal), status=status_of(refusal))
    flash(gettext("Usulan tercatat dan menunggu keputusan anggota KPU."), "success")
    return redirect(url_for("replacements.show", number=number))


@bp.get("/<int:number>")
@allow(*LOOKING)
def show(number: int) -> ResponseReturnValue:
    return _show_page(number, {}, str(uuid.uuid4()))


@bp.post("/<int:number>/<act>")
@allow("operator", "commissioner")
def act(number: int, act: str) -> ResponseReturnValue:
    key, typed = posted_key(), request.form
    replacement.find(transaction.session(), number, current_actor())
    if act not in STEPS:
        raise NotFound
    try:
        data = {"reason": typed.get("reason", ""), "on": _day("on"), "place": typed.get("place", ""),
                "hours": typed.get("hours", type=whole), "paper": _paper() if act in ("oath", "training") else {}}
        with transaction.session().begin_nested():
            replacement.act(transaction.session(), number, act, data, _sent(key), seen=typed.get("seen", type=whole))
    except Forbidden:
        raise
    except EvidenceRefused as refusal:
        return _show_page(number, typed, key, refusal.errors, status=422)
    except Refused as refusal:
        return _show_page(number, typed, key, told=sentence_of(refusal), status=status_of(refusal))
    flash(str(ACTS[act][0]), "success")
    return redirect(url_for("replacements.show", number=number))


@bp.get("/<int:number>/berkas/<sha256>")
@allow("operator", "commissioner")
def file(number: int, sha256: str) -> ResponseReturnValue:
    """A paper that one of the steps names, for who decides."""
    session = transaction.session()
    replacement.find(session, number, current_actor())
    for step in replacement.trail(session, number):
        paper = step.data.get("paper") or {}
        if paper.get("sha256") == sha256:
            return uploads.download(sha256, paper["type"], paper["name"])
    raise NotFound


@bp.app_template_global("replacements_of")
def replacements_of(body_id: int) -> list[replacement_lists.Row]:
    """The newest replacements of this body that the reader may see: for its page."""
    return replacement_lists.listed(transaction.session(), current_actor(), today(), body_id=body_id)[0]


def _new_page(
    body_id: int, typed: Mapping[str, Any], key: str, errors: tuple[FieldError, ...] = (), told: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    session = transaction.session()
    body = replacement.body_for(session, body_id, current_actor())
    return render_template(
        "replacements/new.html", body=body, members=replacement.members(session, body_id), grounds=GROUNDS,
        reserves=replacement.reserves(session, body_id), typed=typed, key=key, errors=errors, told=told,
    ), status


def _show_page(
    number: int, typed: Mapping[str, Any], key: str, errors: tuple[FieldError, ...] = (), told: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    session, actor = transaction.session(), current_actor()
    one = replacement.find(session, number, actor)
    steps = replacement.trail(session, number)
    return render_template(
        "replacements/show.html", one=one, row=replacement_lists.listed(session, actor, today(), number=number)[0][0],
        steps=steps, whole=replacement.whole(one, steps), acts=replacement.open_acts(session, one, actor), names=ACTS,
        grounds=GROUNDS, typed=typed, key=key, errors=errors, told=told, states=dict(STATES),
        agenda_id=session.get_one(Body, one.body_id).agenda_id,
        may_read=any(grant.role in ("operator", "commissioner") for grant in actor.grants),
    ), status


def _paper() -> dict[str, Any]:
    sent = request.files.get("paper")
    if sent is None or not sent.filename:
        return {}
    config: Config = current_app.extensions["tapak.config"]
    transaction.pause()
    try:
        kept = uploads.receive(sent, largest=config.max_file_bytes)
    except UploadRefused as refusal:
        raise EvidenceRefused([FieldError(("paper",), "file", sentence_of(refusal))]) from refusal
    return {"sha256": kept.sha256, "name": kept.name[:255], "type": kept.type, "size": kept.size}


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None


def _sent(key: str) -> Sent:
    return Sent(current_actor(), transaction.now(), key)

"""Who decides for whom: the delegations of this person, given and taken, a form to give one, a button to end one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import EvidenceRefused, FieldError, Refused
from engine.host import Grant
from web import transaction
from web.access import allow, current_actor
from web.errors import sentence_of, status_of
from web.gate import whole
from web.words import today
from workflows import delegations, regions
from workflows.delegations import ROLES

bp = Blueprint("delegations", __name__, url_prefix="/delegasi")


@dataclass(frozen=True)
class Typed:
    """What was typed into the form, and what is wrong with it."""

    taker: int | None = None
    grant: str = ""
    since: str = ""
    until: str = ""
    reason: str = ""
    errors: tuple[FieldError, ...] = field(default=())
    refusal: str = ""


@bp.get("")
@allow("commissioner")
def index() -> ResponseReturnValue:
    return _page(Typed(since=today().isoformat()))


@bp.post("")
@allow("commissioner")
def give() -> ResponseReturnValue:
    form = request.form
    typed = Typed(
        form.get("taker", type=whole), form.get("grant", "")[:60], form.get("since", "")[:10],
        form.get("until", "")[:10], form.get("reason", "")[:500],
    )
    try:
        with transaction.session().begin_nested():
            made = delegations.give(
                transaction.session(), actor=current_actor(), taker_id=typed.taker or 0, grant=_grant(typed),
                from_on=_day(typed.since, "since"), until_on=_day(typed.until, "until"), reason=typed.reason,
                today=today(), now=transaction.now(),
            )
    except EvidenceRefused as refusal:
        return _page(replace(typed, errors=refusal.errors), 422)
    except Refused as refusal:
        return _page(replace(typed, refusal=sentence_of(refusal)), status_of(refusal))
    flash(gettext("Delegasi berlaku sampai %(day)s. Keduanya diberi tahu.", day=made.until_on.isoformat()), "success")
    return redirect(url_for("delegations.index"))


@bp.post("/<int:delegation_id>/cabut")
@allow("commissioner")
def revoke(delegation_id: int) -> ResponseReturnValue:
    delegations.revoke(
        transaction.session(), delegation_id=delegation_id, actor=current_actor(), now=transaction.now()
    )
    flash(gettext("Delegasi dicabut. Keduanya diberi tahu."), "success")
    return redirect(url_for("delegations.index"))


def _grant(typed: Typed) -> Grant:
    role, _, scope = typed.grant.partition(":")
    return Grant(role, scope)


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise EvidenceRefused([FieldError((name,), "date", "Tanggal ini tidak dapat dibaca.")]) from None


def _page(typed: Typed, status: int = 200) -> ResponseReturnValue:
    session, actor = transaction.session(), current_actor()
    grants = [grant for grant in dict.fromkeys(actor.grants) if grant.role in ROLES]
    takers = {one.id: one.name for grant in grants for one in delegations.takers(session, actor, grant, today())}
    return render_template(
        "delegations/index.html", typed=typed, found=delegations.of(session, int(actor.id), today()),
        grants=[(f"{grant.role}:{grant.scope}", grant) for grant in grants], takers=sorted(
            takers.items(), key=lambda one: one[1]
        ), me=int(actor.id), least=today(), regions={
            scope: name for scope in {grant.scope for grant in grants} for name in regions.names(session, [scope])
        },
    ), status

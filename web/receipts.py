"""Receipts as people read them: a number to quote, the hour, and what it was."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from web import transaction, words
from web.access import allow, current_actor
from web.trail import evidence_name
from workflows import receipts
from workflows.models.accounts import MEMBER_ROLES

bp = Blueprint("receipts", __name__, url_prefix="/tanda-terima")

ACT_NAMES = {"draft": _l("Draf disimpan"), "prepare": _l("Disiapkan lebih awal"), "send": _l("Dikirim untuk diperiksa")}


@bp.get("")
@allow(*MEMBER_ROLES, "operator")
def index() -> ResponseReturnValue:
    found = receipts.listed(transaction.session(), int(current_actor().id))
    return render_template(
        "evidence/receipts.html",
        rows=[(number(one), evidence_name(one.title), ACT_NAMES[one.act], one) for one in found],
    )


def number(receipt: Any) -> str:
    """"T-000123"."""
    return f"T-{receipt.id:06d}"


def told(receipt: Any) -> str:
    """The receipt in one sentence."""
    return gettext("Sudah diterima KPU %(when)s. Tanda terima %(number)s.", when=words.clock(receipt.at),
                   number=number(receipt))


def as_json(receipt: Any, body: str) -> dict[str, Any]:
    """The receipt as a phone keeps it; `time` is "14.02 WIB"."""
    when = words.clock(receipt.at)
    return {
        "number": number(receipt), "at": receipt.at.isoformat(), "when": when,
        "time": when.rpartition("pukul ")[2] if "pukul " in when else when.rpartition(", ")[2],
        "act": receipt.act, "did": str(ACT_NAMES[receipt.act]), "what": evidence_name(receipt.title), "body": body,
        "photos": receipt.photos, "edition": receipt.edition,
    }

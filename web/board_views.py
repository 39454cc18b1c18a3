"""The views of the board of blocked bodies that somebody keeps under a name."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engine.errors import Refused
from web import transaction
from web.access import allow, current_actor
from web.blocked import KEPT, READERS
from web.errors import sentence_of
from web.navigation import address
from workflows import board_views

bp = Blueprint("board_views", __name__, url_prefix="/terhambat/tampilan")


@bp.post("")
@allow(*READERS)
def keep() -> ResponseReturnValue:
    """The filters that were on the page are kept under this name."""
    query = narrowed(request.form.get("query", "")[:2000])
    try:
        with transaction.session().begin_nested():
            view = board_views.keep(
                transaction.session(), int(current_actor().id), name=request.form.get("name", "")[:200], query=query,
                default="default" in request.form,
            )
    except Refused as refusal:
        flash(sentence_of(refusal), "warning")
    else:
        flash(gettext("Tampilan “%(name)s” disimpan.", name=view.name), "success")
    return _back(query)


@bp.post("/<int:view_id>/utama")
@allow(*READERS)
def default(view_id: int) -> ResponseReturnValue:
    """The bare board opens with this view, or (`off`) with everything again."""
    off = "off" in request.form
    board_views.make_default(transaction.session(), int(current_actor().id), None if off else view_id)
    flash(gettext("Terhambat dibuka dengan semua badan.") if off else
          gettext("Terhambat selalu dibuka dengan tampilan ini."), "success")
    return _back("")


@bp.post("/<int:view_id>/hapus")
@allow(*READERS)
def remove(view_id: int) -> ResponseReturnValue:
    board_views.remove(transaction.session(), int(current_actor().id), view_id)
    flash(gettext("Tampilan dihapus."), "success")
    return _back("")


def narrowed(query: str) -> str:
    """Of a query string what the board knows, in one order: the same filters are the same text."""
    given = {name: value[:100] for name, value in parse_qsl(query) if name in KEPT and value}
    return urlencode({name: given[name] for name in KEPT if name in given})


def _back(query: str) -> ResponseReturnValue:
    return redirect(f"{address('blocked.index')}?{query or 'semua=1'}")

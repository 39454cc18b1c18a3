"""The board of blocked bodies: to look at, grouped or not, and to take along as CSV or Excel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, g, redirect, render_template, request, send_file, stream_with_context
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.host import Actor
from web import board_groups, board_table, board_words, transaction
from web.access import allow, current_actor, visible_scopes
from web.imports import EXCEL
from web.navigation import address
from web.words import today
from workflows import blocked, causes
from workflows.blocked import Blocked, Filters
from workflows.settings import KINDS

bp = Blueprint("blocked", __name__, url_prefix="/terhambat")
bp.record_once(lambda state: board_words.install(cast(Flask, state.app)))

READERS = ("ppk_member", "operator", "commissioner", "supervisor", "province", "observer", "auditor")
WITHOUT_NOTES = {"observer", "auditor"}
AGES = (3, 7, 10, 14)
KEPT = ("q", "kecamatan", "jenis", "tahap", "alasan", "pihak", "umur", "kelompok")
GROUPS = ("kecamatan", "alasan", "pihak")
"""What the list can be grouped by: the same words as the filters, so that a group is a filter."""


@bp.get("")
@allow(*READERS)
def index() -> ResponseReturnValue:
    session, actor, now = transaction.session(), current_actor(), transaction.now()
    scopes, filters, after = visible_scopes(actor, READERS), asked(), request.args.get("after", "")
    grouped = _known(request.args.get("kelompok", ""), (*GROUPS, "semua"))
    seen = blocked.view(
        session, scopes, filters, now, after=after, size=blocked.CHUNK if grouped else blocked.PAGE,
        account=int(actor.id),
    )
    counts, page, choices = seen.counts, seen.page, seen.choices
    opens_with = next((view for view in choices.kept if view.default), None)
    if opens_with is not None and opens_with.query and not request.args:
        return redirect(f"{address('blocked.index')}?{opens_with.query}")
    g.zone = page.entries[0].timezone if page.entries else g.get("zone", "Asia/Jakarta")
    said, notes = board_words.of_page(), shows_notes(actor)
    cards = [said.card(row, notes=notes) for row in page.entries]
    link = linker()
    return render_template(
        "blocked/index.html", filters=filters, counts=counts, page=page, cards=cards, choices=choices,
        groups=board_groups.of(said, page.entries, cards, grouped, link), grouped=grouped,
        kinds=[(kind, board_words.kind_name(kind)) for kind in KINDS], reasons=board_words.reasons(said),
        owners=board_words.owners(said), ages=AGES,
        stages=[(code, said.drawn(name)) for code, name in choices.stages], link=link, started=bool(after),
        places="peta" in request.args, query=urlencode({name: request.args[name] for name in KEPT
                                                         if request.args.get(name)}),
    )


@bp.get("/terhambat.csv")
@allow(*READERS)
def table() -> ResponseReturnValue:
    """The same rows as on the page, all of them, while they are read."""
    actor = current_actor()
    rows = _every(transaction.own_reader(), visible_scopes(actor, READERS), asked(), transaction.now())
    name = f"terhambat-{today():%Y%m%d}.csv"
    return Response(
        stream_with_context(board_table.text(board_words.of_page(), rows, notes=shows_notes(actor))),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@bp.get("/terhambat.xlsx")
@allow(*READERS)
def workbook() -> ResponseReturnValue:
    """The same rows as an Excel file: days as days, numbers as numbers, everything else as text."""
    actor, now = current_actor(), transaction.now()
    rows = _every(transaction.own_reader(), visible_scopes(actor, READERS), asked(), now)
    said = board_words.of_page()
    opened = board_table.excel(said, rows, notes=shows_notes(actor))
    return send_file(opened, mimetype=EXCEL, as_attachment=True, download_name=f"terhambat-{today():%Y%m%d}.xlsx")


def _every(own: Session, scopes: tuple[str, ...], filters: Filters, now: datetime) -> Iterator[Blocked]:
    with own as session:
        yield from blocked.every(session, scopes, filters, now)


def asked() -> Filters:
    """The filters of this request; what no filter knows counts as not given."""
    args = request.args
    age = args.get("umur", "")
    return Filters(
        search=args.get("q", "").strip()[:100], district=args.get("kecamatan", "")[:24],
        kind=_known(args.get("jenis", ""), KINDS), stage=args.get("tahap", "")[:100],
        reason=_known(args.get("alasan", ""), causes.REASONS), owner=_known(args.get("pihak", ""), causes.OWNERS),
        age=min(int(age[:9]), 366) if age.isdecimal() and age.isascii() else 0,
    )


def _known(value: str, values: tuple[str, ...]) -> str:
    return value if value in values else ""


def linker() -> Callable[..., str]:
    """Makes addresses: the same filters as asked with changes (None: left out), from the beginning of the list."""
    kept = {name: value for name, value in request.args.items() if name in KEPT and value}

    def link(endpoint: str = "blocked.index", **changed: Any) -> str:
        wanted = {name: value for name, value in {**kept, **changed}.items() if value is not None}
        if endpoint == "blocked.index" and not wanted:
            wanted = {"semua": 1}  # the bare address opens with the view that the account chose
        return f"{address(endpoint)}?{urlencode(wanted)}" if wanted else address(endpoint)

    return link


def shows_notes(actor: Actor) -> bool:
    """Whether this reader sees what people wrote about obstacles: names may stand in it."""
    return any(grant.role in READERS and grant.role not in WITHOUT_NOTES for grant in actor.grants)

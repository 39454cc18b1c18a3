"""The board of blocked bodies: to look at, to take along as CSV, to send on as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, g, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.host import Actor
from web import board_words, transaction
from web.access import allow, current_actor, visible_scopes
from web.board_words import Card, Words
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
KEPT = ("q", "kecamatan", "jenis", "tahap", "alasan", "pihak", "umur")
UNSAFE = ("=", "+", "-", "@", "\t", "\r")


@bp.get("")
@allow(*READERS)
def index() -> ResponseReturnValue:
    session, actor, now = transaction.session(), current_actor(), transaction.now()
    scopes, filters, after = visible_scopes(actor, READERS), asked(), request.args.get("after", "")
    seen = blocked.view(session, scopes, filters, now, after=after)
    counts, page, choices = seen.counts, seen.page, seen.choices
    g.zone = page.entries[0].timezone if page.entries else g.get("zone", "Asia/Jakarta")
    said, notes = board_words.of_page(), shows_notes(actor)
    cards = [said.card(row, notes=notes) for row in page.entries]
    district = next((name for code, name in choices.units if code == filters.district), "")
    text = _whatsapp(said, cards, district) if district and cards and not (after or page.after) else ""
    return render_template(
        "blocked/index.html", filters=filters, counts=counts, page=page, cards=cards, choices=choices, text=text,
        kinds=[(kind, board_words.kind_name(kind)) for kind in KINDS], reasons=board_words.reasons(said),
        owners=board_words.owners(said), ages=AGES,
        stages=[(code, said.drawn(name)) for code, name in choices.stages], link=linker(), started=bool(after),
        places="peta" in request.args,
    )


@bp.get("/terhambat.csv")
@allow(*READERS)
def table() -> ResponseReturnValue:
    """The same rows as on the page, all of them, while they are read."""
    actor = current_actor()
    rows = _every(transaction.own_reader(), visible_scopes(actor, READERS), asked(), transaction.now())
    name = f"terhambat-{today():%Y%m%d}.csv"
    return Response(
        stream_with_context(_csv(board_words.of_page(), rows, notes=shows_notes(actor))), mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


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
        return f"{address(endpoint)}?{urlencode(wanted)}" if wanted else address(endpoint)

    return link


def shows_notes(actor: Actor) -> bool:
    """Whether this reader sees what people wrote about obstacles: names may stand in it."""
    return any(grant.role in READERS and grant.role not in WITHOUT_NOTES for grant in actor.grants)


def _csv(said: Words, rows: Iterator[Blocked], *, notes: bool) -> Iterator[str]:
    gettext = said.gettext
    yield "\ufeff" + _line([
        gettext("Kode wilayah"), gettext("Badan"), gettext("Jenis badan"), gettext("Kecamatan"), gettext("Tahap"),
        gettext("Terhambat sejak"), gettext("Hari"), gettext("Alasan"), gettext("Penjelasan"),
        gettext("Yang harus bertindak"), gettext("Agar bergerak"),
    ])
    for row in rows:
        card = said.card(row, notes=notes)
        yield _line([
            row.scope, row.name, board_words.kind_name(row.kind), row.district_name, card.stage,
            row.since.date().isoformat(), str(said.days(row.since)),
            "; ".join(told.reason for told in card.causes), "; ".join(told.why for told in card.causes),
            "; ".join(dict.fromkeys(told.who for told in card.causes)), "; ".join(told.frees for told in card.causes),
        ])


def _line(cells: list[str]) -> str:
    """One line; a cell that a spreadsheet would take for a formula is made text."""
    out = io.StringIO()
    csv.writer(out).writerow([f"'{cell}" if cell.startswith(UNSAFE) else cell for cell in cells])
    return out.getvalue()


def _whatsapp(said: Words, cards: list[Card], district: str) -> str:
    """The list as people send it on: short lines, bold as WhatsApp writes it."""
    title = said.gettext("Terhambat di %(place)s", place=district)
    lines = [f"*{title}*", f"{said.day(said.now)} · {len(cards)}", ""]
    for number, card in enumerate(cards, 1):
        lines.append(f"{number}. *{card.name}* ({card.stage}, {card.long})")
        for told in card.causes:
            lines += [f"   - {told.why}", f"     {told.who}: {told.frees}"]
    return "\n".join(lines)

"""How bodies move, in figures and pictures: pace, forecast, the drawing as a live map, numbers for the press."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, ngettext

from engine import definitions
from engine.errors import NotFound
from engine.models import Definition
from web import board_words, transaction
from web.access import allow, current_actor, visible_scopes
from web.blocked import READERS
from web.board_words import drawn
from web.overview import kept_link
from workflows import blocked, overview, pace, places, regions
from workflows.blocked import Filters
from workflows.settings import KINDS

bp = Blueprint("pace", __name__, url_prefix="/laju")

WIDE, HIGH = 720, 160
"""The chart of days in units of its own: it grows with the page."""


@dataclass(frozen=True)
class Bar:
    """One day of the chart: where its bar stands and how high it is."""

    day: date
    number: int
    x: float
    y: float
    width: float
    height: float


@bp.get("")
@allow(*READERS)
def index() -> ResponseReturnValue:
    session, now = transaction.session(), transaction.now()
    scopes, kind, district = _asked()
    seen = pace.of(session, scopes, kind, now, district=district, zone=g.get("zone", "Asia/Jakarta"))
    choices = blocked.choices(session, scopes, Filters(district=district))
    return render_template(
        "pace/index.html", seen=seen, kind=kind, district=district, choices=choices, bars=bars(seen.days),
        wide=WIDE, high=HIGH, days_of=days_of, share=share, stage_name=drawn, kept_link=kept_link,
        kinds=[(one, board_words.kind_name(one)) for one in KINDS], most=max((n for _, n in seen.days), default=0),
        longest=max((stage.ninth or 0 for stage in seen.stages), default=0),
        names=dict(choices.units), place=dict(choices.districts).get(district, ""),
    )


@bp.get("/peta")
@allow(*READERS)
def live_map() -> ResponseReturnValue:
    """The drawing with the bodies that stand at each of its places; `langkah` lists those of one."""
    session, now = transaction.session(), transaction.now()
    scopes, kind, district = _asked()
    found = places.places(session, scopes, kind, now, district=district)
    node = request.args.get("langkah", "")[:100]
    chosen = next((one for one in found if one.node == node), None)
    rows, after = places.standing(
        session, scopes, kind, node, district=district, after=request.args.get("after", "")[:80]
    ) if chosen else ([], "")
    if rows:
        g.zone = rows[0].timezone
    choices = blocked.choices(session, scopes, Filters(district=district))
    return render_template(
        "pace/map.html", places=found, chosen=chosen, rows=rows, after=after, kind=kind, district=district,
        choices=choices, kinds=[(one, board_words.kind_name(one)) for one in KINDS], kept_link=kept_link, named=drawn,
        started=bool(request.args.get("after")), place=dict(choices.districts).get(district, ""),
    )


@bp.get("/gambar/<kind>")
@allow(*READERS)
def drawing(kind: str) -> ResponseReturnValue:
    """The newest published drawing of this kind of body."""
    if kind not in KINDS:
        raise NotFound
    session = transaction.session()
    newest = session.get_one(Definition, definitions.newest(session, kind))
    return Response(newest.drawing, mimetype="application/xml")


@bp.get("/pers")
@allow(*READERS)
def press() -> ResponseReturnValue:
    """What may be read out: how many bodies there are, and how far they are."""
    session, now = transaction.session(), transaction.now()
    scopes, _, district = _asked()
    seen = overview.of_region(session, scopes, now, district=district)
    choices = blocked.choices(session, scopes, Filters(district=district))
    way = [code for code, _ in choices.stages]
    reached = {
        code: sum(seen.stages[later].total for later in (*way[place:], "dissolved") if later in seen.stages)
        for place, code in enumerate(way)
    }
    names = regions.names(session, [district] if district else list(scopes))
    return render_template(
        "pace/press.html", seen=seen, reached=reached, stages=[(code, drawn(name)) for code, name in choices.stages],
        kinds=[(one, board_words.kind_name(one)) for one in KINDS], place=", ".join(names), now=now,
        kept_link=kept_link,
    )


def bars(days: list[tuple[date, int]]) -> list[Bar]:
    """The days as bars side by side, the highest as high as the chart."""
    most = max((number for _, number in days), default=0)
    if not most:
        return []
    step = WIDE / len(days)
    return [
        Bar(day, number, round(place * step + 2, 1), round(HIGH - HIGH * number / most, 1), round(step - 4, 1),
            round(HIGH * number / most, 1))
        for place, (day, number) in enumerate(days)
    ]


def days_of(number: float | None) -> str:
    """"3,5 hari"; a dash where there is nothing to measure."""
    if number is None:
        return "–"
    shown = round(number, 1)
    return ngettext("%(days)s hari", "%(days)s hari", 1 if shown == 1 else 2, days=format_decimal(shown))


def share(part: int, whole: int) -> str:
    """"87 %"; a dash of nothing."""
    return "–" if not whole else f"{round(100 * part / whole)} %"


def _asked() -> tuple[tuple[str, ...], str, str]:
    """The scopes of the reader, the kind asked for (PPS if none), the region it is narrowed to."""
    kind = request.args.get("jenis", "")
    return visible_scopes(current_actor(), READERS), kind if kind in KINDS else "pps", request.args.get(
        "kecamatan", "")[:24]

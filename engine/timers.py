"""When a clock of the drawing strikes: reading its expression, counting its days, and finding what is due.

Whole days are counted as the subject counts days and end at the local midnight that closes the last of them, so that
"within three days" handed in at 14.02 on a Monday lasts through Thursday. Shorter durations are exact. A moment
without a zone is local; a date alone is its first midnight. A cycle counts on from the planned moment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from engine import feel
from engine.base import table_of
from engine.cron import next_after, read_cron
from engine.errors import ExpressionRefused, Refused
from engine.feel import iso
from engine.feel.values import YearMonth
from engine.graph import Clock
from engine.host import Surroundings
from engine.models import Timer
from engine.phrases import Phrase
from engine.statements import Statement

_CYCLE = re.compile(r"R(?P<count>\d*)(?:/(?P<start>[^/P][^/]*))?/(?P<period>P[^/]+)")
_PLAIN_NAME = re.compile(r"[a-z_]\w*(\.\w+)*|\"[^\"]*\"")
_DAY = timedelta(days=1)


class ClockUnset(Refused):
    """Jam pada alur ini tidak dapat dihitung. Periksa tanggal pada pengaturan, lalu ulangi."""


@dataclass(frozen=True, slots=True)
class Strike:
    """The next moment a clock strikes and how often it strikes again after that (-1: without end)."""

    due_at: datetime
    repeats: int = 0


def timer_expression(kind: str, text: str) -> feel.Expression:
    """The expression of a timer: ISO 8601 text of this kind, a cron text, or FEEL or JUEL that gives such a value.

    A word in small letters is the name of a variable.

    Refused with ExpressionRefused when it is neither, with the mend.
    """
    text = text.strip()
    if text.startswith(("=", "${", "#{")):
        return feel.compile(text, clock=True)
    reads = {"date": iso.read_datetime, "duration": iso.read_duration, "cycle": _read_cycle}[kind]
    if reads(text) is None and not (kind == "cycle" and read_cron(text)):
        if _PLAIN_NAME.fullmatch(text):
            return feel.compile(f"= {text}")
        shape = {
            "date": Phrase("tanggal seperti 2024-11-27T00:00:00"),
            "duration": Phrase("lama waktu seperti P3D atau PT12H"),
            "cycle": Phrase("putaran seperti R/P30D, R3/PT10H, atau 0 0 9 * * MON-FRI"),
        }[kind]
        raise ExpressionRefused(text, 0, Phrase(
            "Jam ini tidak dapat dibaca. Tulis %(shape)s, atau ungkapan yang diawali “=”", shape=shape
        ))
    return feel.compile(f'= "{text}"')


def first_strike(
    clock: Clock, context: Mapping[str, Any], surroundings: Surroundings, now: datetime
) -> Strike | None:
    """When this clock, set now, strikes first; None when its expression gives no value."""
    value = clock.expression.evaluate(context)
    if isinstance(value, str):
        value = value.strip()
        if clock.kind == "cycle":
            return _first_of_cycle(value, surroundings, now)
        value = iso.read_duration(value) if value.lstrip("-").startswith("P") else _read_local(value)
    if isinstance(value, (timedelta, YearMonth)):
        due = later(value, surroundings, now)
        return Strike(due, -1) if clock.kind == "cycle" else Strike(due)
    if isinstance(value, date):
        return Strike(_moment(value, surroundings))
    return None


def next_strike(
    clock: Clock, context: Mapping[str, Any], surroundings: Surroundings, planned: datetime, repeats: int
) -> Strike | None:
    """When a cycle strikes after `planned`, with `repeats` left; None when it is done."""
    if clock.kind != "cycle" or repeats == 0:
        return None
    value = clock.expression.evaluate(context)
    if isinstance(value, str) and (cron := read_cron(value)) is not None:
        return _struck(cron, planned, surroundings)
    if isinstance(value, str) and (cycle := _read_cycle(value.strip())) is not None:
        value = cycle[2]
    if not isinstance(value, (timedelta, YearMonth)):
        return None
    # A midnight belongs to the day it closed, or a daily clock would strike every other day.
    start = planned if _is_exact(value) else planned - timedelta.resolution
    return Strike(later(value, surroundings, start), repeats if repeats < 0 else repeats - 1)


def later(length: timedelta | YearMonth, surroundings: Surroundings, start: datetime) -> datetime:
    """The moment `length` after `start`; whole days end at the local midnight that closes the last of them."""
    local = start.astimezone(surroundings.zone)
    if isinstance(length, timedelta) and _is_exact(length):
        return start + length
    if isinstance(length, YearMonth):
        last: object = feel.compile("= a + b").evaluate({"a": local.date(), "b": length})
    elif surroundings.add_days is not None:
        last = surroundings.add_days(local.date(), length.days)
    else:
        last = local.date() + length
    if not isinstance(last, date):
        raise ClockUnset()
    return _moment(last + _DAY, surroundings)


def _is_exact(length: timedelta | YearMonth) -> bool:
    return isinstance(length, timedelta) and bool(length % _DAY or length < _DAY)


def _moment(value: date, surroundings: Surroundings) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    return (value if value.tzinfo else value.replace(tzinfo=surroundings.zone)).astimezone(UTC)


def _read_local(text: str) -> date | None:
    return iso.read_datetime(text)


def _read_cycle(text: str) -> tuple[int, datetime | None, timedelta | YearMonth] | None:
    """(repeats, start, period); repeats is -1 when it goes on without end."""
    found = _CYCLE.fullmatch(text)
    period = iso.read_duration(found["period"]) if found else None
    if found is None or period is None:
        return None
    start = iso.read_datetime(found["start"]) if found["start"] else None
    if found["start"] and start is None:
        return None
    return (int(found["count"]) if found["count"] else -1), start, period


def _first_of_cycle(text: str, surroundings: Surroundings, now: datetime) -> Strike | None:
    if (cron := read_cron(text)) is not None:
        return _struck(cron, now, surroundings)
    cycle = _read_cycle(text)
    if cycle is None or cycle[0] == 0:
        return None
    repeats, start, period = cycle
    due = _moment(start, surroundings) if start is not None else later(period, surroundings, now)
    return Strike(due, repeats if repeats < 0 else repeats - 1)


def _struck(cron: str, after: datetime, surroundings: Surroundings) -> Strike | None:
    moment = next_after(cron, after, surroundings.zone)
    return Strike(moment, -1) if moment is not None else None


_timer = table_of(Timer)
_DUE = Statement(
    select(_timer.c.id)
    .where(_timer.c.closed_at.is_(None), _timer.c.due_at <= bindparam("now"))
    .order_by(_timer.c.due_at, _timer.c.id).limit(bindparam("most"))
)


def due(session: Session, *, now: datetime, limit: int = 500) -> list[int]:
    """The ids of the clocks that should have struck by now, the longest overdue first."""
    return [row.id for row in _DUE.rows(session, {"now": now, "most": limit})]

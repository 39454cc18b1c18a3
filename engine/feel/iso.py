"""Dates, times and durations from ISO 8601 text and back, zones included ("+07:00", "Z", "@Asia/Jakarta").

Every reader answers None for text it does not understand or that names no real moment.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from engine.feel.values import YearMonth

_ZONE = r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?|@[A-Za-z][A-Za-z0-9_+\-/]*)?"
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"(?P<h>[0-9]{2}):(?P<m>[0-9]{2}):(?P<s>[0-9]{2})(?:\.(?P<f>[0-9]{1,30}))?" + _ZONE)
_MONTHS = re.compile(r"(?P<sign>-)?P(?:(?P<y>[0-9]{1,9})Y)?(?:(?P<m>[0-9]{1,9})M)?")
_DAYS = re.compile(
    r"(?P<sign>-)?P(?:(?P<w>[0-9]{1,9})W)?(?:(?P<d>[0-9]{1,9})D)?"
    r"(?P<t>T(?:(?P<h>[0-9]{1,12})H)?(?:(?P<m>[0-9]{1,12})M)?(?:(?P<s>[0-9]{1,14})(?:\.(?P<f>[0-9]{1,30}))?S)?)?"
)
_LONGEST_OFFSET = timedelta(hours=15)


def read_date(text: str) -> date | None:
    """`2026-05-01`; years 0001 to 9999."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    """`10:00:00`, `10:00:00.5+07:00`, `10:00:00@Asia/Jakarta`; parts of a second to a millionth, the rest cut off."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    zone = read_zone(found["zone"]) if found["zone"] else None
    if found["zone"] and zone is None:
        return None
    try:
        return time(int(found["h"]), int(found["m"]), int(found["s"]), _micro(found["f"]), tzinfo=zone)
    except ValueError:
        return None


def read_datetime(text: str) -> datetime | None:
    """`2026-05-01T10:00:00` with or without a zone; a date alone is its midnight."""
    day, mark, clock = text.partition("T")
    on = read_date(day)
    at = read_time(clock) if mark else time()
    return None if on is None or at is None else datetime.combine(on, at)


def read_duration(text: str) -> timedelta | YearMonth | None:
    """`P1DT2H30M`, `P2W`, `P1Y6M`, `-PT5S`. Months and days cannot be mixed: a month has no fixed number of days."""
    found = _MONTHS.fullmatch(text)
    if found is not None and (found["y"] or found["m"]):
        months = int(found["y"] or 0) * 12 + int(found["m"] or 0)
        return YearMonth(-months if found["sign"] else months)
    found = _DAYS.fullmatch(text)
    if found is None or found["t"] == "T" or not any(found[part] for part in "wdhms"):
        return None
    try:
        length = timedelta(
            weeks=int(found["w"] or 0), days=int(found["d"] or 0), hours=int(found["h"] or 0),
            minutes=int(found["m"] or 0), seconds=int(found["s"] or 0), microseconds=_micro(found["f"]),
        )
        return -length if found["sign"] else length
    except OverflowError:
        return None


def read_zone(text: str) -> tzinfo | None:
    """`Z`, `+07:00` or `@Asia/Jakarta`."""
    if text == "Z":
        return UTC
    if text.startswith("@"):
        try:
            return ZoneInfo(text[1:])
        except (KeyError, ValueError, OSError):  # unknown; a malformed key; a folder of zones
            return None
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    offset = timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))
    if minutes > 59 or offset >= _LONGEST_OFFSET:
        return None
    return timezone(-offset if text[0] == "-" else offset)


def read_moment(text: str) -> date | time | datetime | timedelta | YearMonth | None:
    """What stands in `@"..."`: any of the above, told apart by its form."""
    if text.lstrip("-").startswith("P"):
        return read_duration(text)
    if "T" in text.partition("@")[0]:
        return read_datetime(text)
    return read_time(text) if ":" in text else read_date(text)


def write_moment(value: date | time | datetime | timedelta | YearMonth) -> str:
    """The ISO 8601 text; `read_moment` of it is the value again."""
    if isinstance(value, YearMonth):
        return _write_months(value)
    if isinstance(value, timedelta):
        return _write_days(value)
    if isinstance(value, datetime | time):
        clock = value.replace(tzinfo=None).isoformat()
        return f"{clock.rstrip('0') if value.microsecond else clock}{_write_zone(value)}"
    return value.isoformat()


def _write_zone(value: time | datetime) -> str:
    if value.tzinfo is None:
        return ""
    if isinstance(value.tzinfo, ZoneInfo) and value.tzinfo.key:
        return f"@{value.tzinfo.key}"
    offset = value.utcoffset()
    if not offset:
        return "Z"
    seconds = int(abs(offset).total_seconds())
    text = f"{'-' if offset < timedelta() else '+'}{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text


def _write_months(value: YearMonth) -> str:
    years, months = divmod(abs(value.months), 12)
    body = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
    return f"{'-' if value.months < 0 else ''}P{body}"


def _write_days(value: timedelta) -> str:
    if not value:
        return "PT0S"
    sign, value = ("-", -value) if value < timedelta() else ("", value)
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    second = f"{seconds}.{value.microseconds:06}".rstrip("0") if value.microseconds else str(seconds)
    parts = ((str(hours), "H"), (str(minutes), "M"), (second, "S"))
    clock = "".join(f"{number}{unit}" for number, unit in parts if number != "0")
    return f"{sign}P{f'{value.days}D' if value.days else ''}{f'T{clock}' if clock else ''}"


def _micro(fraction: str | None) -> int:
    return int((fraction or "0")[:6].ljust(6, "0"))

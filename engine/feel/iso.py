"""Dates, times and durations from ISO 8601 text and back, zones included ("+07:00", "Z", "@Asia/Jakarta").

Every reader answers None for text it does not understand or that names no real moment. `read_date`, `read_time`,
`read_datetime` and `read_duration` give what Python's own types hold; `read_moment` and the `wide` ones also what lies
beyond (engine.feel.far).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from engine.feel.far import (
    AnyDate,
    AnyDateTime,
    AnyDuration,
    AnyTime,
    FarDateTime,
    FineTime,
    LongDuration,
    civil,
    date_of,
    datetime_of,
    day_number,
    duration_of,
    length,
    nanos,
    ordinal,
    time_of,
)
from engine.feel.values import YearMonth

_ZONE = r"(?P<zone>Z|z|[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?|@[A-Za-z][A-Za-z0-9_+\-/]*)?"
_DATE = re.compile(r"(-?)([0-9]{4}|[1-9][0-9]{4,8})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"(?P<h>[0-9]{2}):(?P<m>[0-9]{2}):(?P<s>[0-9]{2})(?:\.(?P<f>[0-9]{1,30}))?" + _ZONE)
_MONTHS = re.compile(r"(?P<sign>-)?P(?:(?P<y>[0-9]{1,12})Y)?(?:(?P<m>[0-9]{1,12})M)?")
_DAYS = re.compile(
    r"(?P<sign>-)?P(?:(?P<w>[0-9]{1,9})W)?(?:(?P<d>[0-9]{1,14})D)?"
    r"(?P<t>T(?:(?P<h>[0-9]{1,15})H)?(?:(?P<m>[0-9]{1,17})M)?(?:(?P<s>[0-9]{1,19})(?:\.(?P<f>[0-9]{1,30}))?S)?)?"
)
_LONGEST_OFFSET = timedelta(hours=15)
_SECOND = 10**9


def read_date(text: str) -> date | None:
    """`2026-05-01`; years 0001 to 9999."""
    found = wide_date(text)
    return found if isinstance(found, date) else None


def wide_date(text: str) -> AnyDate | None:
    """Years to nine digits, with "-" before year 0; a year of more than four digits begins with no zero."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    try:
        year = int(found[2])
        return date_of(ordinal(-year if found[1] else year, int(found[3]), int(found[4])))
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    """`10:00:00`, `10:00:00.5+07:00`, `10:00:00@Asia/Jakarta`; parts of a second to a millionth, the rest cut off."""
    found = wide_time(text)
    if isinstance(found, FineTime):
        found = time_of(found.nanos // 1000 * 1000, found.tzinfo)
    return None if isinstance(found, FineTime) else found


def wide_time(text: str) -> AnyTime | None:
    """Parts of a second to a thousand millionth, the rest cut off."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    zone = read_zone(found["zone"]) if found["zone"] else None
    hour, minute, second = int(found["h"]), int(found["m"]), int(found["s"])
    if (found["zone"] and zone is None) or hour > 23 or minute > 59 or second > 59:
        return None
    return time_of(((hour * 60 + minute) * 60 + second) * _SECOND + _nano(found["f"]), zone)


def read_datetime(text: str) -> datetime | None:
    """`2026-05-01T10:00:00` with or without a zone; a date alone is its midnight."""
    day, mark, clock = text.partition("T")
    on = read_date(day)
    at = read_time(clock) if mark else time()
    return None if on is None or at is None else datetime.combine(on, at)


def wide_datetime(text: str) -> AnyDateTime | None:
    """As `read_datetime`, of any year."""
    day, mark, clock = text.partition("T")
    on = wide_date(day)
    at: AnyTime | None = wide_time(clock) if mark else time()
    return None if on is None or at is None else datetime_of(day_number(on), nanos(at), at.tzinfo)


def read_duration(text: str) -> timedelta | YearMonth | None:
    """`P1DT2H30M`, `P2W`, `P1Y6M`, `-PT5S`. Months and days cannot be mixed: a month has no fixed number of days."""
    found = wide_duration(text)
    if isinstance(found, LongDuration):
        found = duration_of(found.nanos // 1000 * 1000)
    return None if isinstance(found, LongDuration) else found


def wide_duration(text: str) -> AnyDuration | YearMonth | None:
    """As `read_duration`, of any length."""
    found = _MONTHS.fullmatch(text)
    if found is not None and (found["y"] or found["m"]):
        months = int(found["y"] or 0) * 12 + int(found["m"] or 0)
        return YearMonth(-months if found["sign"] else months)
    found = _DAYS.fullmatch(text)
    if found is None or found["t"] == "T" or not any(found[part] for part in "wdhms"):
        return None
    hours = (int(found["w"] or 0) * 7 + int(found["d"] or 0)) * 24 + int(found["h"] or 0)
    seconds = (hours * 60 + int(found["m"] or 0)) * 60 + int(found["s"] or 0)
    count = seconds * _SECOND + _nano(found["f"])
    try:
        return duration_of(-count if found["sign"] else count)
    except OverflowError:
        return None


def read_zone(text: str) -> tzinfo | None:
    """`Z`, `+07:00` or `@Asia/Jakarta`."""
    if text in ("Z", "z"):
        return UTC
    if text.startswith("@"):
        try:
            return ZoneInfo(text[1:])
        except (KeyError, ValueError, OSError):  # unknown; a malformed key; a folder of zones
            return None
    hours, minutes, *seconds = (int(part) for part in text[1:].split(":"))
    shift = timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))
    if minutes > 59 or sum(seconds) > 59 or shift >= _LONGEST_OFFSET:
        return None
    return timezone(-shift if text[0] == "-" else shift)


def read_moment(text: str) -> AnyDate | AnyTime | AnyDateTime | AnyDuration | YearMonth | None:
    """What stands in `@"..."`: any of the above, told apart by its form."""
    if text.lstrip("-").startswith("P"):
        return wide_duration(text)
    if "T" in text.partition("@")[0]:
        return wide_datetime(text)
    return wide_time(text) if ":" in text else wide_date(text)


def write_moment(value: AnyDate | AnyTime | AnyDateTime | AnyDuration | YearMonth) -> str:
    """The ISO 8601 text; `read_moment` of it is the value again."""
    if isinstance(value, YearMonth):
        return _write_months(value)
    if isinstance(value, timedelta | LongDuration):
        return _write_days(length(value))
    if isinstance(value, datetime | FarDateTime):
        return f"{_write_date(day_number(value))}T{_write_clock(nanos(value))}{_write_zone(value)}"
    if isinstance(value, time | FineTime):
        return f"{_write_clock(nanos(value))}{_write_zone(value)}"
    return _write_date(day_number(value))


def _write_date(number: int) -> str:
    year, month, day = civil(number)
    return f"{'-' if year < 0 else ''}{abs(year):04}-{month:02}-{day:02}"


def _write_clock(count: int) -> str:
    seconds, rest = divmod(count, _SECOND)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{rest:09}".rstrip("0") if rest else text


def _write_zone(value: AnyTime | AnyDateTime) -> str:
    zone = value.tzinfo
    if zone is None:
        return ""
    if isinstance(zone, ZoneInfo) and zone.key:
        return f"@{zone.key}"
    shift = zone.utcoffset(value if isinstance(value, datetime) else None)
    if not shift:
        return "Z"
    seconds = int(abs(shift).total_seconds())
    text = f"{'-' if shift < timedelta() else '+'}{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text


def _write_months(value: YearMonth) -> str:
    years, months = divmod(abs(value.months), 12)
    body = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
    return f"{'-' if value.months < 0 else ''}P{body}"


def _write_days(count: int) -> str:
    if not count:
        return "PT0S"
    sign, count = ("-", -count) if count < 0 else ("", count)
    seconds, rest = divmod(count, _SECOND)
    second = f"{seconds % 60}.{rest:09}".rstrip("0") if rest else str(seconds % 60)
    parts = ((str(seconds // 3600 % 24), "H"), (str(seconds // 60 % 60), "M"), (second, "S"))
    clock = "".join(f"{number}{unit}" for number, unit in parts if number != "0")
    days = seconds // 86_400
    return f"{sign}P{f'{days}D' if days else ''}{f'T{clock}' if clock else ''}"


def _nano(fraction: str | None) -> int:
    return int((fraction or "0")[:9].ljust(9, "0"))

"""One answer: from what was posted or kept (JSON) to a typed value, and back.

Typed values are what FEEL computes with: str, Decimal, bool, date, time, naive datetime, list of str (checklist),
list of file objects; None is no answer. Lists of rows are put together in `checking`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from engine.forms import fields as f
from engine.forms.cleaning import clean

HUGE = Decimal(10) ** 15
MAX_LISTED = 1000
_YES = frozenset({"true", "on", "1", "ya", "yes"})
_NO = frozenset({"false", "off", "0", "tidak", "no"})
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}([.,][0-9]{1,40})?")


class Unreadable(Exception):
    """The answer is not of the field's type; `code` and `values` name the sentence."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


def typed(field: f.Field, raw: object) -> object:
    """`raw` as a value of `field`'s type, or None when it is no answer. Refused: Unreadable."""
    return _READERS[field.kind](field, raw)


def plain(field: f.Field, value: object) -> object:
    """A typed value as JSON: dates as ISO text, numbers as int or float (text where the form asks for it)."""
    if isinstance(field, f.Number) and isinstance(value, Decimal):
        if field.as_text:
            return format(value, "f")
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, dt.time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def _text(field: f.Field, raw: object) -> object:
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise Unreadable("text")
    most = field.max_length if isinstance(field, f.Text | f.TextArea) else None
    if isinstance(most, Decimal) and len(raw) > 8 * most + 100:  # spares the work of cleaning megabytes
        raise Unreadable("maxLength", limit=most, now=len(raw))
    return clean(raw, lines=isinstance(field, f.TextArea)) or None


def _number(field: f.Field, raw: object) -> object:
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | str):
        raise Unreadable("number")
    if isinstance(raw, int) and abs(raw) >= HUGE:
        raise Unreadable("number.huge")
    text = raw.strip() if isinstance(raw, str) else format(Decimal(str(raw)), "f")
    if not _NUMBER.fullmatch(text):
        raise Unreadable("number.huge" if text.lstrip("+-").isdigit() else "number")
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation as wrong:  # outside the decimal context's reach
        raise Unreadable("number") from wrong
    if abs(value) >= HUGE:
        raise Unreadable("number.huge")
    return value


def _date(field: f.Field, raw: object) -> object:
    subtype = field.subtype if isinstance(field, f.Date) else "date"
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    text = raw.strip() if isinstance(raw, str) else ""
    day, _, hour = text.partition("T") if "T" in text else text.partition(" ")
    if subtype == "time":
        day, hour = "", text
    fits = (subtype == "time" or _DATE.fullmatch(day)) and (_TIME.fullmatch(hour) if subtype != "date" else not hour)
    if not fits:
        raise Unreadable(subtype)
    try:
        if subtype == "time":
            return dt.time.fromisoformat(hour).replace(second=0, microsecond=0)
        if subtype == "date":
            return dt.date.fromisoformat(day)
        return dt.datetime.fromisoformat(f"{day}T{hour}").replace(second=0, microsecond=0)
    except ValueError as wrong:
        raise Unreadable(subtype) from wrong


def _yes_no(field: f.Field, raw: object) -> object:
    if raw is None or isinstance(raw, bool):
        return bool(raw)
    word = raw.strip().lower() if isinstance(raw, str) else None
    if word in _YES:
        return True
    if word in _NO or word == "":
        return False
    raise Unreadable("boolean")


def _one(field: f.Field, raw: object) -> object:
    if raw is None:
        return None
    if not isinstance(raw, str) or len(raw) > MAX_LISTED:
        raise Unreadable("option")
    return clean(raw) or None


def _some(field: f.Field, raw: object) -> object:
    listed = [] if raw is None or raw == "" else [raw] if isinstance(raw, str) else raw
    if not isinstance(listed, list | tuple) or len(listed) > MAX_LISTED:
        raise Unreadable("option")
    chosen: list[str] = []
    for item in listed:
        value = _one(field, item)
        if isinstance(value, str) and value not in chosen:
            chosen.append(value)
    return chosen


def _files(field: f.Field, raw: object) -> object:
    listed = [] if raw is None or raw == "" else raw
    if not isinstance(listed, list | tuple) or len(listed) > MAX_LISTED:
        raise Unreadable("file")
    return [_file(item) for item in listed]


def _file(item: object) -> dict[str, object]:
    """One file's description, cleaned. Refused: another shape, an impossible digest, size, name or type."""
    if not isinstance(item, Mapping) or set(item) != {"sha256", "name", "size", "type"}:
        raise Unreadable("file")
    digest, name, size, media = item["sha256"], item["name"], item["size"], item["type"]
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise Unreadable("file")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size < 2**53:
        raise Unreadable("file")
    if not isinstance(name, str) or not isinstance(media, str) or len(name) > 1000 or len(media) > 200:
        raise Unreadable("file")
    cleaned, kind = clean(name).replace("/", "_").replace("\\", "_")[:200], clean(media).lower()
    if not cleaned or not kind:
        raise Unreadable("file")
    return {"sha256": digest, "name": cleaned, "size": size, "type": kind}


_READERS: dict[str, Callable[[f.Field, object], object]] = {
    "text": _text, "textarea": _text, "number": _number, "date": _date, "checkbox": _yes_no,
    "radio": _one, "select": _one, "checklist": _some, "file": _files,
}

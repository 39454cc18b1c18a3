"""What a typed answer must satisfy. Each rule yields (code, values for its sentence)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from engine.feel import Expression
from engine.forms import fields as f
from engine.forms import words

Broken = tuple[str, dict[str, object]]
Context = Mapping[str, object]
PATTERN_REACH = 1000  # characters a pattern is asked to look at; beyond it the answer is refused
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_PHONE = re.compile(r"\+?[0-9]{8,15}")
_REQUIRED = {"checkbox": "required.checked", "radio": "required.choice", "select": "required.choice",
             "checklist": "required.choices", "file": "required.file"}


def blank(value: object) -> bool:
    """Whether `value` is no answer."""
    return value is None or value is False or value in ("", [])


def missing(field: f.Field, value: object) -> Broken | None:
    """The sentence for a required answer that was not given."""
    if not field.required or not blank(value):
        return None
    if isinstance(field, f.File) and field.min_files > 1:
        return "minFiles", {"limit": field.min_files, "now": 0}
    return _REQUIRED.get(field.kind, "required"), {}


def bounds(field: f.Field, value: object, context: Context) -> Iterator[Broken]:
    """Rules that hold for a draft too: what may be kept at all."""
    if isinstance(field, f.Text | f.TextArea) and isinstance(value, str):
        most = limit(field.max_length, context)
        if most is not None and len(value) > most:
            yield "maxLength", {"limit": words.number(most), "now": len(value)}
    elif isinstance(field, f.Choice) and not blank(value):
        known = {option.value for option in field.choices(context)}
        chosen = value if isinstance(value, list) else [value]
        if not known:
            yield "options.none", {}
        elif not known.issuperset(chosen):
            yield "option", {}
    elif isinstance(field, f.File) and isinstance(value, list):
        yield from _files(field, value)


def rules(field: f.Field, value: object, context: Context) -> Iterator[Broken]:
    """Rules of a completed answer; `value` is not blank."""
    if isinstance(field, f.Text | f.TextArea) and isinstance(value, str):
        least = limit(field.min_length, context)
        if least is not None and len(value) < least:
            yield "minLength", {"limit": words.number(least), "now": len(value)}
        elif isinstance(field, f.Text):
            yield from _written(field, value)
    elif isinstance(field, f.Number) and isinstance(value, Decimal):
        yield from _number(field, value, context)
    elif isinstance(field, f.Date) and isinstance(value, dt.date | dt.time):
        yield from _moment(field, value, context)
    elif isinstance(field, f.File) and isinstance(value, list) and len(value) < field.min_files:
        yield "minFiles", {"limit": field.min_files, "now": len(value)}


def doubtful(field: f.Field, value: object) -> Broken | None:
    """The soft rule: an answer that is allowed but unusual."""
    if not isinstance(field, f.Text) or field.warn_pattern is None or not isinstance(value, str):
        return None
    return None if field.warn_pattern.search(value[:PATTERN_REACH]) else ("warnPattern", {})


def limit(bound: f.Limit, context: Context) -> Decimal | None:
    """A limit as a number; None where its formula gives none in this context."""
    found = bound.evaluate(context) if isinstance(bound, Expression) else bound
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        return None
    return Decimal(found)


def _written(field: f.Text, value: str) -> Iterator[Broken]:
    if field.validation == "email" and not _EMAIL.fullmatch(value):
        yield "email", {}
    if field.validation == "phone" and not _PHONE.fullmatch(re.sub(r"[ .()-]", "", value)):
        yield "phone", {}
    if field.pattern and (len(value) > PATTERN_REACH or not field.pattern.search(value)):
        yield ("pattern.example", {"example": field.example}) if field.example else ("pattern", {})


def _number(field: f.Number, value: Decimal, context: Context) -> Iterator[Broken]:
    exponent = value.normalize().as_tuple().exponent
    after = max(0, -exponent) if isinstance(exponent, int) else 0
    if field.digits is not None and after > field.digits:
        yield ("number.digits", {"limit": field.digits}) if field.digits else ("number.whole", {})
    if field.increment is not None and not _multiple(value, field.increment):
        yield "number.increment", {"limit": words.number(field.increment)}
    least, most = limit(field.min, context), limit(field.max, context)
    if least is not None and value < least:
        yield "min", {"limit": words.number(least)}
    if most is not None and value > most:
        yield "max", {"limit": words.number(most)}


def _multiple(value: Decimal, step: Decimal) -> bool:
    try:
        return value % step == 0
    except InvalidOperation:  # a quotient beyond the precision of the decimal context
        return False


def _moment(field: f.Date, value: dt.date | dt.time, context: Context) -> Iterator[Broken]:
    earliest = _like(value, field.not_before, context)
    latest = _like(value, field.not_after, context)
    if earliest is not None and _before(value, earliest):
        yield "notBefore", {"limit": words.moment(earliest, weekday=False)}
    if latest is not None and _before(latest, value):
        yield "notAfter", {"limit": words.moment(latest, weekday=False)}


def _before(one: dt.date | dt.time, other: dt.date | dt.time) -> bool:
    return one.isoformat() < other.isoformat()  # the same type with the same width: text order is time order


def _like(value: dt.date | dt.time, bound: Expression | None, context: Context) -> dt.date | dt.time | None:
    """What `bound` gives, as the same type as `value` in wall time; None where it gives no such thing."""
    found = bound.evaluate(context) if bound else None
    if isinstance(value, dt.datetime):
        if isinstance(found, dt.datetime):
            return found.replace(tzinfo=None, second=0, microsecond=0)
        if not isinstance(found, dt.date):
            return None
        # A bound that names a day allows the whole of that day, whether it is the first or the last one.
        return value if found == value.date() else dt.datetime.combine(found, dt.time())
    if isinstance(value, dt.date):
        return found.date() if isinstance(found, dt.datetime) else found if isinstance(found, dt.date) else None
    return found.replace(tzinfo=None, second=0, microsecond=0) if isinstance(found, dt.time) else None


def _files(field: f.File, value: list[dict[str, object]]) -> Iterator[Broken]:
    if len(value) > field.max_files:
        yield "maxFiles", {"limit": field.max_files, "now": len(value)}
    seen: set[object] = set()
    for item in value:
        name, size = str(item["name"]), item["size"]
        if item["sha256"] in seen:
            yield "file.twice", {"name": name}
        seen.add(item["sha256"])
        if field.accept and not any(_accepts(token, name, str(item["type"])) for token in field.accept):
            yield "file.type", {"name": name, "limit": ", ".join(field.accept)}
        if size == 0:
            yield "file.empty", {"name": name}
        elif isinstance(size, int) and field.max_size and size > field.max_size:
            yield "file.size", {"name": name, "limit": field.max_size // 1_000_000}


def _accepts(token: str, name: str, media: str) -> bool:
    if token.startswith("."):
        return name.lower().endswith(token)
    return media.startswith(token[:-1]) if token.endswith("/*") else media == token

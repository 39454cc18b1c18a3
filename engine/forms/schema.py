"""The form as JSON Schema (draft 2020-12), for the API and for checks outside. `Form.check` stays the authority."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.forms import fields as f

Schema = dict[str, Any]
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


def of_fields(fields: tuple[f.Field, ...]) -> Schema:
    """The schema of the object that holds the answers of `fields`; parts that may hide are never required."""
    required: list[str] = []
    properties: Schema = {}
    _gather(fields, properties, required, sure=True)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _gather(fields: tuple[f.Field, ...], properties: Schema, required: list[str], *, sure: bool) -> None:
    for part in fields:
        always = sure and part.hide is None
        if isinstance(part, f.Group) and not part.key:
            _gather(part.fields, properties, required, sure=always)
        elif part.key:
            properties[part.key] = _of(part)
            needs = part.required or (isinstance(part, f.DynamicList) and part.min_items > 0)
            if always and needs and not (part.readonly or part.disabled):
                required.append(part.key)


def _of(part: f.Field) -> Schema:
    about: Schema = {"title": part.label}
    if part.help:
        about["description"] = part.help
    if part.readonly:
        about["readOnly"] = True
    return about | _KINDS[part.kind](part)


def _text(part: f.Field) -> Schema:
    found: Schema = {"type": "string"}
    if isinstance(part, f.Text | f.TextArea):
        if isinstance(part.min_length, Decimal) or part.required:
            least = part.min_length if isinstance(part.min_length, Decimal) else 1
            found["minLength"] = max(int(least), 1) if part.required else int(least)
        if isinstance(part.max_length, Decimal):
            found["maxLength"] = int(part.max_length)
    if isinstance(part, f.Text):
        if part.pattern:
            found["pattern"] = part.pattern.pattern
        if part.validation == "email":
            found["format"] = "email"
    return found


def _number(part: f.Field) -> Schema:
    if not isinstance(part, f.Number) or part.as_text:
        return {"type": "string"}
    found: Schema = {"type": "integer" if part.digits == 0 else "number"}
    for name, value in (("minimum", part.min), ("maximum", part.max), ("multipleOf", part.increment)):
        if isinstance(value, Decimal):
            found[name] = int(value) if value == value.to_integral_value() else float(value)
    return found


def _date(part: f.Field) -> Schema:
    subtype = part.subtype if isinstance(part, f.Date) else "date"
    if subtype == "date":
        return {"type": "string", "format": "date"}
    return {"type": "string", "pattern": f"^{_TIME}$" if subtype == "time" else f"^{_DAY}T{_TIME}$"}


def _checkbox(part: f.Field) -> Schema:
    return {"type": "boolean", "const": True} if part.required else {"type": "boolean"}


def _one(part: f.Field) -> Schema:
    listed = [option.value for option in part.options] if isinstance(part, f.Choice) else []
    return {"type": "string", "enum": listed} if listed else {"type": "string"}


def _some(part: f.Field) -> Schema:
    return {"type": "array", "items": _one(part), "uniqueItems": True} | ({"minItems": 1} if part.required else {})


def _file(part: f.Field) -> Schema:
    one: Schema = {
        "type": "object",
        "properties": {
            "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "name": {"type": "string"},
            "size": {"type": "integer", "minimum": 1}, "type": {"type": "string"},
        },
        "required": ["sha256", "name", "size", "type"],
        "additionalProperties": False,
    }
    least, most = (part.min_files, part.max_files) if isinstance(part, f.File) else (0, 1)
    return {"type": "array", "items": one, "minItems": least if part.required else 0, "maxItems": most}


def _list(part: f.Field) -> Schema:
    least, most = (part.min_items, part.max_items) if isinstance(part, f.DynamicList) else (0, 0)
    return {"type": "array", "items": of_fields(f.inner(part)), "maxItems": most,
            "minItems": max(least, 1) if part.required else least}


_KINDS: dict[str, Callable[[f.Field], Schema]] = {
    "text": _text, "textarea": _text, "number": _number, "date": _date, "checkbox": _checkbox, "radio": _one,
    "select": _one, "checklist": _some, "file": _file, "list": _list, "group": lambda part: of_fields(f.inner(part)),
}

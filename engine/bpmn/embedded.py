"""Form fields inside a drawing (Camunda 7, Operaton, Flowable, Activiti), as the text of a form-js form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from engine import forms
from engine.bpmn import xml
from engine.bpmn.extensions import ZEEBE, extension, zeebe
from engine.bpmn.languages import marked
from engine.bpmn.scope import Reading
from engine.bpmn.xml import Element
from engine.errors import FormRefused

_TYPES = {"string": "textfield", "long": "number", "int": "number", "integer": "number", "short": "number",
          "double": "number", "float": "number", "decimal": "number", "boolean": "checkbox", "date": "datetime",
          "enum": "select"}
_WHOLE = {"long", "int", "integer", "short"}
_BOUNDS = {"min": "min", "max": "max", "minlength": "minLength", "maxlength": "maxLength"}
_FOR_TEXT, _FOR_NUMBER = {"minLength", "maxLength"}, {"min", "max"}
Component = dict[str, Any]


def embedded(element: Element, reading: Reading) -> str | None:
    """The form inside the drawing that `engine.forms.load` accepts; None when there is none.

    Rules and defaults that our forms do not know are left out with a warning; so is a form that cannot be read.
    """
    whole = _zeebe_form(element, reading)
    fields = list(_fields(element))
    if not whole and not fields:
        return None
    name = xml.attribute(element, "id") or "form"
    candidates = [whole] if whole else [_text(name, [_component(one, place) for place, one in enumerate(fields, 1)]),
                                        _text(name, [_bare(one, place) for place, one in enumerate(fields, 1)])]
    for place, text in enumerate(candidates):
        try:
            forms.load(text)
        except FormRefused:
            continue
        if place:
            reading.warn("form.simplified", element)
        return text
    reading.warn("form.unreadable", element)
    return None


def _zeebe_form(element: Element, reading: Reading) -> str | None:
    """The form-js text a Zeebe process carries itself, named by the task's form key."""
    key = zeebe(element, "formDefinition", "formKey") or ""
    scope = element.getparent()
    while key.startswith("camunda-forms:bpmn:") and scope is not None:
        for one in extension(scope, "userTaskForm", uris=(ZEEBE,)):
            if one.get("id") == key.removeprefix("camunda-forms:bpmn:"):
                return _identified(xml.text_of(one), one.get("id") or "form")
        scope = scope.getparent()
    return None


def _identified(text: str, name: str) -> str:
    """The form with an id: inside a drawing it often has none."""
    try:
        form = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return json.dumps({"id": name, **form}, ensure_ascii=False) if isinstance(form, dict) else text


def _fields(element: Element) -> Iterator[Element]:
    for one in extension(element, "formData", "formProperty"):
        if xml.local(one) == "formProperty":
            yield one
        else:
            yield from (part for part in one if xml.local(part) == "formField")


def _text(name: str, components: list[Component]) -> str:
    return json.dumps({"type": "default", "id": name, "components": components}, ensure_ascii=False)


def _bare(field: Element, place: int) -> Component:
    """The field with nothing but its kind, key and label."""
    kind = _kind(field)
    component: Component = {"type": _TYPES.get(kind, "textfield"), "key": _key(field, place), "label": _label(field)}
    if component["type"] == "select":
        values = _values(field)
        component |= {"values": values} if values else {"type": "textfield"}
    if component["type"] == "datetime":
        component |= {"subtype": "date", "dateLabel": component["label"]}
    if kind in _WHOLE:
        component["decimalDigits"] = 0
    return component


def _component(field: Element, place: int) -> Component:
    component = _bare(field, place)
    rules = _rules(field)
    known = {"textfield": _FOR_TEXT, "number": _FOR_NUMBER}.get(component["type"], set())
    validate: Component = {name: _number(rules[name]) for name in known if name in rules}
    if rules.get("required", "false") != "false" and component["type"] != "checkbox":
        validate["required"] = True
    if validate:
        component["validate"] = validate
    if rules.get("readonly", "false") != "false":
        component["readonly"] = True
    default = field.get("defaultValue") or field.get("default")
    if default and not marked(default):
        component["defaultValue"] = default == "true" if component["type"] == "checkbox" else (
            _number(default) if component["type"] == "number" else default)
    return component


def _rules(field: Element) -> dict[str, str]:
    """Validation rules by our names, from constraints and from the attributes of a form property."""
    rules: dict[str, str] = {}
    for part in field.iter():
        if xml.local(part) == "constraint" and part.get("name"):
            name = part.get("name") or ""
            rules[_BOUNDS.get(name, name)] = part.get("config") or "true"
    if field.get("required"):
        rules["required"] = field.get("required") or ""
    if field.get("writable") == "false":
        rules["readonly"] = "true"
    return rules


def _number(text: str) -> int | float | str:
    try:
        return int(text) if re.fullmatch(r"-?\d+", text) else float(text)
    except ValueError:
        return text


def _kind(field: Element) -> str:
    return (field.get("type") or "string").strip().lower()


def _key(field: Element, place: int) -> str:
    name = re.sub(r"[^A-Za-z0-9_]", "_", field.get("id") or "")[:64]
    return name if re.match(r"[A-Za-z]", name) else f"field_{place}{name}"[:64]


def _label(field: Element) -> str:
    label = (field.get("label") or field.get("name") or field.get("id") or "").strip()
    return label.lstrip("= ").replace("{{", "").strip() or "?"


def _values(field: Element) -> list[Component]:
    found: dict[str, str] = {}
    for part in field:
        if xml.local(part) == "value" and (value := (part.get("id") or "").strip()):
            found.setdefault(value, (part.get("name") or value).strip() or value)
    return [{"value": value, "label": label} for value, label in found.items()]

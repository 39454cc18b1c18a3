"""What changed in meaning between two versions: their drawings and the forms beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from engine import feel, forms
from engine.bpmn import diff as drawn
from engine.bpmn.diff import Change
from engine.bpmn.model import Process
from engine.forms import Option
from engine.forms.fields import Field


@dataclass(frozen=True)
class Version:
    """One side: a process and its forms, {form id: text of the .form file}."""

    process: Process
    forms: Mapping[str, str]


def differences(old: Version, new: Version) -> list[Change]:
    """Every change of meaning, those of the drawing first, then those of the forms by form id; [] when they mean the
    same. Refused with FormRefused when a form that changed cannot be read."""
    return [*drawn.differences(old.process, new.process), *_forms(old.forms, new.forms)]


_SAYS = {
    "form.added": ("Formulir {form} baru.", "Form {form} is new."),
    "form.removed": ("Formulir {form} dihapus.", "Form {form} is gone."),
    "decision.changed": ("Model keputusan {form} berubah.", "Decision model {form} changed."),
    "field.added": ("Formulir {form}: isian {field} baru.", "Form {form}: field {field} is new."),
    "field.removed": ("Formulir {form}: isian {field} dihapus.", "Form {form}: field {field} is gone."),
    "field.required": ("Formulir {form}: isian {field} {after}, tadinya {before}.",
                       "Form {form}: field {field} is {after}, was {before}."),
    "field.changed": ("Formulir {form}: “{what}” isian {field} menjadi {after}, tadinya {before}.",
                      "Form {form}: “{what}” of field {field} is {after}, was {before}."),
}
_REQUIRED = {True: "wajib", False: "tidak wajib"}
_WORDS = {"label": "nama", "help": "petunjuk", "options": "pilihan", "default": "nilai awal", "kind": "jenis",
          "hide": "disembunyikan bila", "text": "teks"}
_NOT_MEANT = {"id", "columns", "fields", "key", "required"}


def _change(code: str, form: str, *, field: str = "", what: str = "", before: str = "", after: str = "") -> Change:
    said, said_en = (
        one.format(form=form, field=field, what=what, before=before or "tidak ada", after=after or "tidak ada")
        for one in _SAYS[code]
    )
    return Change(code, form, said, said_en, before, after)


def _forms(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Change]:
    for name in sorted({*old, *new}):
        if name not in old:
            yield _change("form.added", name)
        elif name not in new:
            yield _change("form.removed", name)
        elif old[name] == new[name]:
            continue
        elif name.endswith(".dmn"):
            yield _change("decision.changed", name)
        else:
            yield from _fields(name, forms.load(old[name]), forms.load(new[name]))


def _fields(name: str, old: forms.Form, new: forms.Form) -> Iterator[Change]:
    before, after = ({path: part for path, part in form.walk() if part.key} for form in (old, new))
    for path in [*after, *(path for path in before if path not in after)]:
        part, was = after.get(path), before.get(path)
        if was is None and part is not None:
            yield _change("field.added", name, field=_called(part))
        elif part is None and was is not None:
            yield _change("field.removed", name, field=_called(was))
        elif part is not None and was is not None:
            yield from _field(name, was, part)


def _field(name: str, was: Field, part: Field) -> Iterator[Change]:
    called = _called(part)
    if was.required != part.required:
        yield _change("field.required", name, field=called, before=_REQUIRED[was.required],
                      after=_REQUIRED[part.required])
    if was.kind != part.kind:
        yield _change("field.changed", name, field=called, what=_WORDS["kind"], before=was.kind, after=part.kind)
    known = {one.name for one in fields(was)} & {one.name for one in fields(part)} - _NOT_MEANT
    for one in sorted(known):
        before, after = _words(getattr(was, one)), _words(getattr(part, one))
        if before != after:
            yield _change("field.changed", name, field=called, what=_WORDS.get(one, one), before=before, after=after)


def _called(part: Field) -> str:
    return f"“{part.label}” ({part.key})" if part.label else part.key


def _words(value: Any) -> str:
    """A value of a field as people read it; formulas and patterns by their text."""
    if isinstance(value, feel.Expression):
        return value.text
    if isinstance(value, re.Pattern):
        return str(value.pattern)
    if isinstance(value, Option):
        return value.label if value.label == value.value else f"{value.label} ({value.value})"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={one}" for key, one in sorted(value.items()))
    if isinstance(value, tuple | list):
        return ", ".join(map(_words, value))
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    return "" if value is None else str(value)

"""What the field templates need to know, and the row buttons that work without a script.

A row is added or removed by a submit button: `_add` names a list, `_remove` a row, by the names of `engine.forms`
(`visits`, `visits-0`). `press` carries it out on the posted data; the page is then shown again, nothing being checked.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Flask
from markupsafe import Markup, escape

from engine.errors import FieldError
from engine.forms import DynamicList, Form, Path, html_name
from engine.forms.messages import in_english
from engine.phrases import Phrase, from_dict
from web.errors import translated
from web.i18n import language
from workflows.field_names import named, plain
from workflows.reviews import rule_in

ROW_BUTTONS = ("_add", "_remove")
ROW = re.compile(r"0|[1-9][0-9]{0,5}")
STRONG = re.compile(r"\*\*([^*\n]{1,500})\*\*")


def errors_at(errors: Iterable[FieldError], path: Iterable[str | int]) -> list[str]:
    """The messages of the errors at exactly this path."""
    wanted = tuple(path)
    return [said(error) for error in errors if tuple(error.path) == wanted]


def said(error: FieldError) -> str:
    """What is wrong, in the reader's language: of the forms' own sentences or of the catalogue."""
    return said_words(error.message)


def said_words(message: str) -> str:
    """A sentence of a form or a rule, in the reader's language."""
    told = in_english(message) if language() == "en" else message
    return translated(message) if told == message else told


def recalled(kept: str | Mapping[str, Any]) -> str:
    """A sentence that JSON has kept, in the reader's language."""
    return said_words(from_dict(kept))


def called(label: str) -> str:
    """What a field, a group or a row is called, in the reader's language; not that it may be left empty."""
    return translated(plain(label))


def as_said(answer: str) -> str:
    """An answer in the reader's language where the form gives its words; what a person wrote as it is."""
    return translated(answer) if isinstance(answer, Phrase) else answer


def ruled(help: str) -> str:
    """What a field's help demands of the answer, in the reader's language."""
    return rule_in(help, translated(help))


def errors_within(errors: Iterable[FieldError], path: Iterable[str | int]) -> bool:
    """Whether something at this path or below it is wrong."""
    wanted = tuple(path)
    return any(tuple(error.path[: len(wanted)]) == wanted for error in errors)


def press(form: Form, data: Mapping[str, Any], posted: Mapping[str, str]) -> dict[str, Any] | None:
    """The data after the row button that was pressed; None when none was, so that the form was handed in.

    A button that names no list or row of this form, or a list that is full or fixed, changes nothing.
    """
    button = next((name for name in ROW_BUTTONS if name in posted), None)
    if button is None:
        return None
    changed = copy.deepcopy(dict(data))
    path = path_of(posted[button])
    part = form.field(path)
    names_row = isinstance(path[-1], int)
    if not isinstance(part, DynamicList) or part.fixed or names_row == (button == "_add"):
        return changed
    rows = _rows(changed, path if button == "_add" else path[:-1])
    if rows is None:
        return dict(data)
    if button == "_add" and len(rows) < part.max_items:
        rows.append({})
    elif isinstance(path[-1], int) and path[-1] < len(rows):
        del rows[path[-1]]
    return changed


def path_of(name: str) -> Path:
    """The path that an input's name stands for; the inverse of `html_name`."""
    return tuple(int(step) if ROW.fullmatch(step) else step for step in name.split("-"))


def _rows(data: dict[str, Any], path: Path) -> list[Any] | None:
    """The list of rows at `path`, made where the way there is open."""
    here: Any = data
    for step in path[:-1]:
        if isinstance(here, dict) and isinstance(step, str):
            here = here.setdefault(step, {})
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        else:
            return None
    if not isinstance(here, dict) or not path:
        return None
    rows = here.setdefault(path[-1], [])
    return rows if isinstance(rows, list) else None


def emphasised(text: str) -> Markup:
    """The text, escaped, with `**words**` of a form's author made strong; of Markdown nothing else."""
    return Markup(STRONG.sub(r"<strong>\1</strong>", str(escape(text))))  # noqa: S704 - escaped just before


def install(app: Flask) -> None:
    """Templates can name fields and find their errors."""
    app.jinja_env.globals.update(
        html_name=html_name, errors_at=errors_at, errors_within=errors_within, said=said, translated=translated,
        named=named, recalled=recalled,
    )
    app.jinja_env.filters.update(tuple_of=tuple, called=called, as_said=as_said, ruled=ruled)
    app.jinja_env.filters["emphasised"] = emphasised

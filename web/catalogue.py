"""The English catalogue, kept complete: `python -m web.catalogue` brings it up to date and names what lacks English.

Message ids are Indonesian. They come from the templates, from `gettext` and its kin in the code, from refusals (their
docstrings, which are their messages, and the sentences they are made with), from the phrases and labels of `SAYS`, from
all forms, and from the drawings: what their elements are called and the explanation of a task.
"""

from __future__ import annotations

import ast
import io
import os
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from engine import forms
from engine.bpmn import reader
from engine.forms import Choice, DynamicList, Field, TextView
from workflows.field_names import plain

ROOT = Path(__file__).resolve().parent.parent
ENGLISH = ROOT / "web" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS: dict[str, Any] = {"_": None, "gettext": None, "_l": None, "lazy_gettext": None, "ngettext": (1, 2)}
METHODS = [
    ("web/templates/**.html", "jinja2"),
    ("engine/**.py", "web.catalogue:extract_code"),
    ("web/**.py", "web.catalogue:extract_code"),
    ("workflows/**.py", "web.catalogue:extract_code"),
    ("workflows/**.form", "web.catalogue:extract_form"),
    ("workflows/**.bpmn", "web.catalogue:extract_drawing"),
]
FOLDERS = ("engine", "web", "workflows")
SENTENCES = ("error", "patternErrorMessage", "warnMessage")
"""The properties of a field that are sentences for people."""
SAYS: dict[str, tuple[int, ...]] = {
    "Phrase": (0,), "FieldError": (2,), "ExpressionRefused": (2,), "Ask": (1, 2), "Placeholder": (1,),
    "Item": (1,), "BpmnError": (1,), "CannotMove": (), "TableRefused": (), "Stuck": (), "NoWayOut": (),
}
"""Calls that hold words for people, by the places of the arguments that do; of other refusals all do."""


def extract_code(
    file: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, Any, Any, Any]]:
    """Messages of a Python file for Babel: the calls it finds, the docstrings of refusals, and what `words_in` does."""
    source = file.read()
    yield from extract_python(io.BytesIO(source), keywords, comment_tags, options)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and node.name in refusals() and (words := ast.get_docstring(node)):
            yield node.lineno, "gettext", words, []
        for part in words_in(node):
            if isinstance(part, ast.Constant) and part.value and isinstance(part.value, str):
                yield part.lineno, "gettext", part.value, []


def extract_form(
    file: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, Any, Any, Any]]:
    """Messages of a form for Babel: all that people read of its fields."""
    for _, part in forms.load(file.read().decode()).walk():
        for words in filter(None, _form_words(part)):
            yield 1, "gettext", words, []


def _form_words(part: Field) -> Iterator[str]:
    """Label, help and sentences of a field, its choices, the heading of its rows, the text it shows."""
    yield plain(part.label)
    yield part.help
    yield from (part.properties.get(name, "") for name in SENTENCES)
    if not re.search(r"[0-9/@]", part.example):
        yield part.example
    if isinstance(part, Choice):
        yield from (option.label for option in part.options)
    elif isinstance(part, DynamicList):
        yield part.row_template
    elif isinstance(part, TextView):
        yield part.text


def extract_drawing(
    file: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, Any, Any, Any]]:
    """Messages of a drawing for Babel: the names of its elements and lanes, and what its tasks explain."""
    for process in reader.read(file.read()).processes:
        of_nodes = (words for node in process.nodes.values() for words in (node.name, node.documentation))
        for words in filter(None, (process.name, *of_nodes, *(lane.name for lane in process.lanes))):
            yield 1, "gettext", words, []


def words_in(node: ast.AST) -> Iterator[ast.expr]:
    """What people read of a call: of a refusal its sentence, of others the places of `SAYS`; and what the class of a
    refusal makes its sentence of."""
    if isinstance(node, ast.ClassDef) and node.name in refusals():
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__":
                yield from call.args[:1]
    if isinstance(node, ast.Call) and (name := _last(node.func)) in SAYS:
        yield from (node.args[place] for place in SAYS[name] if place < len(node.args))
    elif isinstance(node, ast.Call) and name in refusals():
        yield from node.args


@cache
def refusals() -> frozenset[str]:
    """The names of all refusals: TapakError and whatever descends from it, wherever it is written."""
    parents: dict[str, set[str]] = {}
    for path in (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                parents.setdefault(node.name, set()).update(map(_last, node.bases))
    found = {"TapakError"}
    while more := {name for name, bases in parents.items() if bases & found} - found:
        found |= more
    return frozenset(found)


def _last(name: ast.expr) -> str:
    return name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")


def extracted() -> Catalog:
    """Everything that is said to people, as it stands in the sources now."""
    found = Catalog(charset="utf-8")
    for folder in FOLDERS:
        options = {"web/templates/**.html": {"trimmed": "false"}}
        messages = extract_from_dir(
            ROOT / folder, [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in METHODS
                            if pattern.startswith(f"{folder}/")], options, KEYWORDS,
        )
        for name, _line, message, comments, _context in messages:
            found.add(message, None, [(f"{folder}/{name}", 0)], auto_comments=comments)
    return found


def english() -> Catalog:
    """The catalogue as it is kept; empty before there is one."""
    if not ENGLISH.exists():
        return Catalog(locale="en", charset="utf-8")
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def update() -> list[str]:
    """The catalogue has exactly the messages of the sources, compiled beside it; gives the ids that lack English."""
    source, kept = extracted(), english()
    fresh = Catalog(locale="en", charset="utf-8", project="Tapak", version="1", fuzzy=False,
                    creation_date=kept.creation_date, revision_date=kept.revision_date)
    fresh.header_comment = "# English for Tapak's pages; message ids are Indonesian."
    for message in sorted(source, key=lambda found: str(found.id)):
        if message.id:
            known = kept.get(_single(message.id))
            if known and isinstance(known.id, str) != isinstance(message.id, str):
                known = None  # it has become one with a plural, or is one no more
            places = sorted({(name.replace(os.sep, "/"), 0) for name, _ in message.locations})
            fresh.add(message.id, known.string if known else None, [(name, 1) for name, _ in places])
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    with ENGLISH.open("wb") as file:
        write_po(file, fresh, width=0, include_lineno=False)
    with ENGLISH.with_suffix(".mo").open("wb") as file:
        write_mo(file, fresh)
    return [_single(message.id) for message in fresh if message.id and not _said(message.string)]


def _single(message: Any) -> str:
    return str(message if isinstance(message, str) else message[0])


def _said(words: Any) -> bool:
    return bool(words) if isinstance(words, str) else bool(words) and all(words)


if __name__ == "__main__":
    lacking = update()
    print("\n".join(lacking) or "Lengkap / complete.")
    sys.exit(1 if lacking else 0)

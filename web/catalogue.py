"""The English catalogue, kept complete: `python -m web.catalogue` brings it up to date and names what lacks English.

Message ids are Indonesian. They come from the templates, from `gettext` and its kin in the code, and from refusals:
their docstrings, which are their messages, and the plain sentences they are raised with.
"""

from __future__ import annotations

import ast
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from engine import errors

ROOT = Path(__file__).resolve().parent.parent
ENGLISH = ROOT / "web" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS: dict[str, Any] = {"_": None, "gettext": None, "_l": None, "lazy_gettext": None, "ngettext": (1, 2)}
METHODS = [
    ("web/templates/**.html", "jinja2"),
    ("engine/errors.py", "web.catalogue:extract_code"),
    ("engine/operations/**.py", "web.catalogue:extract_code"),
    ("engine/migration/**.py", "web.catalogue:extract_code"),
    ("engine/publishing.py", "web.catalogue:extract_code"),
    ("web/**.py", "web.catalogue:extract_code"),
    ("workflows/**.py", "web.catalogue:extract_code"),
]
FOLDERS = ("engine", "web", "workflows")
REFUSALS = frozenset(name for name, kind in vars(errors).items() if isinstance(kind, type) and name != "FieldError")


def extract_code(
    file: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, Any, Any, Any]]:
    """Messages of a Python file for Babel: the calls it finds, the docstring and the sentence of each refusal."""
    source = file.read()
    yield from extract_python(io.BytesIO(source), keywords, comment_tags, options)
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ClassDef | ast.Raise):
            continue
        words = _sentence(node.exc) if isinstance(node, ast.Raise) else _is_refusal(node) and ast.get_docstring(node)
        if words:
            yield node.lineno, "gettext", words, []


def _sentence(call: ast.expr | None) -> str:
    """The plain sentence a refusal is raised with; "" where there is none, or one that is put together."""
    if not isinstance(call, ast.Call):
        return ""
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name not in REFUSALS and not name.endswith("Refused"):
        return ""
    plain = (one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str))
    return next(plain, "")


def _is_refusal(node: ast.ClassDef) -> bool:
    names = {base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases}
    return node.name == "TapakError" or any(name in REFUSALS or name.endswith("Refused") for name in names)


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

"""A form file's text as plain data: JSON, bounded in size and depth, no word twice in one object."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from engine.errors import FormRefused, Problem
from engine.forms.cleaning import clean
from engine.forms.messages import say

MAX_BYTES = 256 * 1024
MAX_DEPTH = 24
_ABOUT_THE_EDITOR = frozenset({"exporter", "executionPlatform", "executionPlatformVersion", "schemaVersion"})


class _Twice(ValueError):
    pass


def problem(
    code: str, element: str | None = None, line: int | None = None, why: str = "", **values: object
) -> Problem:
    """A Problem in both languages; `why` is its reason."""
    words = say(code, line=line, why=clean(why)[:120], **values)
    return Problem(code, words.id, element=element, line=line, message_en=words.en, reason=why)


def parse(text: str) -> dict[str, Any]:
    """The object in `text`.

    Refused (FormRefused): more than MAX_BYTES, deeper than MAX_DEPTH, not JSON, a word twice, not an object.
    """
    if len(text) > MAX_BYTES:
        raise FormRefused([problem("form.size", limit=MAX_BYTES // 1024)])
    if _depth(text) > MAX_DEPTH:
        raise FormRefused([problem("form.deep", limit=MAX_DEPTH)])
    try:
        found = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_once, parse_constant=_no_constant)
    except _Twice as twice:
        raise FormRefused([problem("form.duplicate_key", key=twice)]) from twice
    except json.JSONDecodeError as wrong:
        raise FormRefused([problem("form.json", line=wrong.lineno)]) from wrong
    except ValueError as wrong:  # a number of thousands of digits, NaN
        raise FormRefused([problem("form.json", line=1)]) from wrong
    if not isinstance(found, dict):
        raise FormRefused([problem("form.shape", part="formulir")])
    return found


def fingerprint(document: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the form's content; the editor's own marks and the file's layout do not count."""
    content = {name: part for name, part in document.items() if name not in _ABOUT_THE_EDITOR}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, part in pairs:
        if name in found:
            raise _Twice(name)
        found[name] = part
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _depth(text: str) -> int:
    """How deep brackets nest, those within strings left out."""
    depth = deepest = 0
    quoted = escaped = False
    for letter in text:
        if quoted:
            if escaped:
                escaped = False
            elif letter == "\\":
                escaped = True
            elif letter == '"':
                quoted = False
        elif letter == '"':
            quoted = True
        elif letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in "]}":
            depth -= 1
    return deepest

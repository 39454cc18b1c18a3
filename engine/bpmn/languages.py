"""Expressions other engines wrote in Java, JavaScript, Groovy, MVEL or Python, as far as they only compute a value.

Such a text becomes the same expression in FEEL or JUEL. Nothing of it is ever executed: text that is code (statements,
calls) stays as it was drawn, and whoever compiles it refuses it by element and line.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from engine import feel
from engine.bpmn.python import from_python
from engine.errors import ExpressionRefused
from engine.feel.tree import Invoke, parts

_STRINGS = re.compile(r'("(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\')', re.DOTALL)
_SAME_IN_ALL = re.compile(r"-?\d+(\.\d+)?|true|false|[^\W\d]\w*")
_DATA = re.compile(r"\$data\[[\"'](\w+)[\"']\]")  # Nayra's
_CASTS = re.compile(r"\((?:String|Boolean|Integer|Long|Double|Object|(?:List|Map)(?:<[\w<>, ]*>)?)\)\s*(?=[\w(])")
_PRINTS = re.compile(
    r"""(?:\b(?:System\.(?:out|err)\.print(?:ln)?|console\.log)
    \((?:[^()"';]|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')*\)\s*;\s*)+(?=return\b)""", re.VERBOSE
)
_VARIABLES = re.compile(r"\bthis\.(?:environment\.)?variables\.")


def marked(text: str) -> bool:
    """Whether the text itself says that it is FEEL or JUEL."""
    return text.lstrip().startswith("=") or "${" in text or "#{" in text


def understood(language: str) -> bool:
    """Whether expressions in this language are ours: FEEL under any of its names, and JUEL."""
    name = language.lower()
    return "feel" in name or name in {"juel", "http://java.sun.com/products/jsp/", "unified-expression-language"}


def plain(text: str, language: str | None = None) -> str:
    """The same expression in FEEL or JUEL; text that is more than a plain expression comes back so that it is refused.

    `language` is the one the drawing states; None is what nobody stated: FEEL where it reads as FEEL.
    """
    text = text.strip()
    if not text or len(text) > feel.LONGEST or (language is not None and understood(language)):
        return text
    if marked(text):
        return text
    python = language is not None and "python" in language.lower()
    if _SAME_IN_ALL.fullmatch(text):
        return {"True": "true", "False": "false", "None": "null"}.get(text, text) if python or not language else text
    if python:
        return from_python(text) or _code(text)
    if language is None and reads(text):
        return text
    return next((found for way in _WAYS if reads(found := way(text))), None) or _code(text)


def names_alone(text: str) -> str:
    """Without what engines write around the name of a variable: `$data["name"]`, `this.environment.variables.name`."""
    return _VARIABLES.sub("", _DATA.sub(r"\1", text))


def literal(text: str) -> str:
    """The text itself as a FEEL expression."""
    return f"= {feel.literal(text)}"


def reads(text: str) -> bool:
    """Whether the text can be read as an expression of ours that calls nothing but our own functions."""
    try:
        found = feel.compile(text, clock=True).tree
    except ExpressionRefused:
        return False
    return not any(isinstance(part, Invoke) for part in parts(found))


def _code(text: str) -> str:
    """Code as it was drawn; marked as what is not read where it would read as FEEL and mean something else."""
    try:
        feel.compile(text, clock=True)
    except ExpressionRefused:
        return text
    return resource(text)


def as_feel(text: str) -> str | None:
    """FEEL text without its mark that means the same as this marked expression or plain text; None for code."""
    if not marked(text):
        return feel.literal(text)
    try:
        return feel.compile(text, clock=True).source()
    except ExpressionRefused:
        return None


def resource(name: str) -> str:
    """What stands for code that is not read here (also a file beside the drawing): refused where it would run."""
    return f"script: {name}"


def _bare(text: str) -> str:
    """Without what statements put around an expression, lines that only print, and Java's casts, which change no value
    of ours.
    """
    text = _PRINTS.sub("", text.strip())
    bare = names_alone(re.sub(r"^return\b", "", text).strip().rstrip(";").strip())
    return "".join(part if place % 2 else _CASTS.sub("", part) for place, part in enumerate(_STRINGS.split(bare)))


def _to_juel(text: str) -> str:
    return f"${{{_bare(text)}}}"


def _to_feel(text: str) -> str:
    """FEEL but for its single quotes, as XPath has them."""
    return f"= {_STRINGS.sub(lambda found: _double(found[0]), _bare(text))}"


def _double(quoted: str) -> str:
    """A text in FEEL's quotes."""
    return quoted if quoted[0] != "'" or '"' in quoted else f'"{quoted[1:-1]}"'


_WAYS: tuple[Callable[[str], str], ...] = (_to_juel, _to_feel)

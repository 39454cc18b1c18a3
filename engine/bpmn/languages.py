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

_STRINGS = re.compile(r'("(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\')', re.DOTALL)
_SAME_IN_ALL = re.compile(r"-?\d+(\.\d+)?|true|false|[^\W\d]\w*")
_VARIABLE_CALL = re.compile(r"\b(?:kcontext|execution)\s*\.\s*getVariable\(\s*[\"'](\w+)[\"']\s*\)")
_EQUALS = re.compile(r"""((?:"[^"]*"|'[^']*'|[\w.]+))\.equals\(\s*("[^"]*"|'[^']*'|[\w.]+)\s*\)""")
_KIE = re.compile(r"KieFunctions\.(\w+)\(\s*([\w.]+)\s*((?:,\s*(?:\"[^\"]*\"|'[^']*'|[\w.]+)\s*)*)\)")
_FLOWABLE = re.compile(
    r"""\b(?:var|vars|variables):(\w+)\(\s*('?\w+'?|"\w+")\s*(?:,\s*("[^"]*"|'[^']*'|[\w.-]+)\s*)?\)""")
_EMPTY = re.compile(r"([\w.]+)\.isEmpty\(\s*\)")
_QUESTIONS = {
    **dict.fromkeys(("equals", "eq"), "=="), **dict.fromkeys(("notEquals", "ne"), "!="),
    **dict.fromkeys(("lowerThan", "lessThan", "lt"), "<"), **dict.fromkeys(("greaterThan", "gt"), ">"),
    **dict.fromkeys(("lowerThanOrEquals", "lessThanOrEquals", "lte"), "<="),
    **dict.fromkeys(("greaterThanOrEquals", "gte"), ">="),
}
_ORDER = {"greaterThan": ">", "greaterOrEqualThan": ">=", "lessThan": "<", "lessOrEqualThan": "<="}
_TEXTS = {"contains": "contains", "startsWith": "starts with", "endsWith": "ends with"}
_TRUTHS = {"isTrue": "= true", "isFalse": "= false", "isNull": "= null"}


def marked(text: str) -> bool:
    """Whether the text itself says that it is FEEL or JUEL."""
    return text.lstrip().startswith("=") or "${" in text or "#{" in text


def understood(language: str) -> bool:
    """Whether expressions in this language are ours: FEEL under any of its names, and JUEL."""
    name = language.lower()
    return "feel" in name or name in {"juel", "http://java.sun.com/products/jsp/", "unified-expression-language"}


def plain(text: str, language: str | None = None) -> str:
    """The same expression in FEEL or JUEL; text that is more than a plain expression comes back as it is.

    `language` is the one the drawing states; None is what nobody stated: FEEL where it reads as FEEL.
    """
    text = text.strip()
    if not text or len(text) > feel.LONGEST or (language is not None and understood(language)):
        return text
    if marked(text):
        return text if text.startswith("=") else _juel(text)
    python = language is not None and "python" in language.lower()
    if _SAME_IN_ALL.fullmatch(text):
        return {"True": "true", "False": "false", "None": "null"}.get(text, text) if python or not language else text
    if python:
        return from_python(text) or text
    if language is None and reads(text):
        return text
    return next((found for way in _WAYS if (found := way(text)) is not None and reads(found)), text)


def literal(text: str) -> str:
    """The text itself as a FEEL expression."""
    return f"= {feel.literal(text)}"


def reads(text: str) -> bool:
    """Whether the text can be read as an expression of ours."""
    try:
        feel.compile(text)
    except ExpressionRefused:
        return False
    return True


def as_feel(text: str) -> str | None:
    """FEEL text without its mark that means the same as this marked expression or plain text; None for code."""
    if not marked(text):
        return feel.literal(text)
    try:
        return feel.compile(text).source()
    except ExpressionRefused:
        return None


def resource(name: str) -> str:
    """What stands for an expression that lies in a file beside the drawing: never read, refused where it would run."""
    return f"script: {name}"


def _juel(text: str) -> str:
    """Without the calls that Camunda and Flowable write where the language has an operator."""
    text = _FLOWABLE.sub(_asked, _EQUALS.sub(r"(\1 == \2)", _VARIABLE_CALL.sub(r"\1", text)))
    return _EMPTY.sub(r"(empty \1)", text)


def _asked(found: re.Match[str]) -> str:
    """One of Flowable's questions about a variable (variables:greaterThan(age, 18)) with operators."""
    question, subject, other = found[1], found[2].strip("'\""), found[3]
    if other is not None and question in _QUESTIONS:
        return f"({subject} {_QUESTIONS[question]} {other})"
    alone = {"get": "{}", "isEmpty": "(empty {})", "empty": "(empty {})", "isNotEmpty": "(!(empty {}))",
             "notEmpty": "(!(empty {}))", "exists": "({} != null)", "exist": "({} != null)"}
    return found[0] if other is not None or question not in alone else alone[question].format(subject)


def _bare(text: str) -> str:
    """Without what statements put around an expression."""
    text = re.sub(r"^return\b", "", text.strip()).strip().rstrip(";").strip()
    text = _VARIABLE_CALL.sub(r"\1", text)
    return re.sub(r"\bthis\.(?:environment\.)?variables\.", "", text)


def _outside_strings(text: str, change: Callable[[str], str]) -> str:
    return "".join(part if place % 2 else change(part) for place, part in enumerate(_STRINGS.split(text)))


def _to_juel(text: str) -> str:
    bare = re.sub(r"\bBoolean\.(TRUE|FALSE)\b", lambda found: found[1].lower(), _bare(text))
    bare = _EQUALS.sub(r"(\1 == \2)", bare)
    bare = _outside_strings(bare, lambda part: re.sub(r"([!=]=)=", r"\1", part))
    return f"${{{bare}}}"


def _to_feel(text: str) -> str:
    """FEEL but for its single quotes, as XPath has them."""
    return f"= {_STRINGS.sub(lambda found: _double(found[0]), _bare(text))}"


def _double(quoted: str) -> str:
    return quoted if quoted[0] == '"' or '"' in quoted else f'"{quoted[1:-1]}"'


def _from_kie(text: str) -> str | None:
    """The questions of jBPM's condition editor."""
    found = _KIE.fullmatch(_bare(text).removeprefix("!").strip())
    if found is None:
        return None
    name, subject = found[1], found[2]
    others = [_double(one.strip()) for one in found[3].split(",")[1:]]
    asked = _kie(name, subject, others)
    if asked is None:
        return None
    return f"= not({asked})" if _bare(text).startswith("!") else f"= {asked}"


def _kie(name: str, subject: str, others: list[str]) -> str | None:
    numbers = [one.strip('"') for one in others]
    if name in _TRUTHS and not others:
        return f"{subject} {_TRUTHS[name]}"
    if name == "isEmpty" and not others:
        return f'{subject} = null or {subject} = ""'
    if name == "equalsTo" and len(others) == 1:
        return f"{subject} = {others[0]}"
    if name in _ORDER and len(others) == 1:
        return f"{subject} {_ORDER[name]} {numbers[0]}"
    if name == "between" and len(others) == 2:
        return f"{subject} between {numbers[0]} and {numbers[1]}"
    if name in _TEXTS and len(others) == 1:
        return f"{_TEXTS[name]}({subject}, {others[0]})"
    return None


_WAYS: tuple[Callable[[str], str | None], ...] = (_from_kie, _to_juel, _to_feel)

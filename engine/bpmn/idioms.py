"""Small calls that other engines' drawings write where FEEL and JUEL have an operator or a function of their own.

Each is known by name and has one meaning: a question of jBPM's condition editor, of Flowable's variable functions, of
a text or a list. Any other call is code.
"""

from __future__ import annotations

import re

_OPERAND = r"""(?:"[^"]*"|'[^']*'|[\w.]+)"""
_VARIABLE_CALL = re.compile(r"\b(?:kcontext|execution)\s*\.\s*getVariable\(\s*[\"'](\w+)[\"']\s*\)")
_DATA = re.compile(r"\$data\[[\"'](\w+)[\"']\]")  # Nayra's
_EQUALS = re.compile(rf"({_OPERAND})\.equals\(\s*({_OPERAND})\s*\)")
_EMPTY = re.compile(r"([\w.]+)\.isEmpty\(\s*\)")
_FLOWABLE = re.compile(
    r"""\b(?:var|vars|variables):(\w+)\(\s*('?\w+'?|"\w+")\s*(?:,\s*("[^"]*"|'[^']*'|[\w.-]+)\s*)?\)""")
_QUESTIONS = {
    **dict.fromkeys(("equals", "eq"), "=="), **dict.fromkeys(("notEquals", "ne"), "!="),
    **dict.fromkeys(("lowerThan", "lessThan", "lt"), "<"), **dict.fromkeys(("greaterThan", "gt"), ">"),
    **dict.fromkeys(("lowerThanOrEquals", "lessThanOrEquals", "lte"), "<="),
    **dict.fromkeys(("greaterThanOrEquals", "gte"), ">="),
}
_ALONE = {"get": "{}", "isEmpty": "(empty {})", "empty": "(empty {})", "isNotEmpty": "(!(empty {}))",
          "notEmpty": "(!(empty {}))", "exists": "({} != null)", "exist": "({} != null)"}
_KIE = re.compile(rf"KieFunctions\.(\w+)\(\s*([\w.]+)\s*((?:,\s*{_OPERAND}\s*)*)\)")
_ORDER = {"greaterThan": ">", "greaterOrEqualThan": ">=", "lessThan": "<", "lessOrEqualThan": "<="}
_TEXTS = {"contains": "contains", "startsWith": "starts with", "endsWith": "ends with"}
_TRUTHS = {"isTrue": "= true", "isFalse": "= false", "isNull": "= null"}
_ASKED = re.compile(rf"([\w.]+)\.(contains|startsWith|endsWith)\(\s*({_OPERAND})\s*\)")
_COUNTED = re.compile(r"([\w.]+)\.(size\(\)|size|length\(\)|length)\s*(==|!=|<=|>=|<|>)\s*(\d+)")
_SIZES = {"size()": "count", "size": "count", "length()": "string length", "length": "count"}


def operators(text: str) -> str:
    """The same text with operators instead of these calls, wherever they stand."""
    text = _EQUALS.sub(r"(\1 == \2)", _DATA.sub(r"\1", _VARIABLE_CALL.sub(r"\1", text)))
    return _EMPTY.sub(r"(empty \1)", _FLOWABLE.sub(_flowable, text))


def question(text: str) -> str | None:
    """FEEL text for an expression that is one question as a whole; None where it is anything else."""
    bare = text.strip()
    negated = bare.startswith("!")
    asked = _of(bare.removeprefix("!").strip())
    if asked is None:
        return None
    return f"= not({asked})" if negated else f"= {asked}"


def double(quoted: str) -> str:
    """A text in FEEL's quotes."""
    return quoted if quoted[0] != "'" or '"' in quoted else f'"{quoted[1:-1]}"'


def _of(text: str) -> str | None:
    if found := _KIE.fullmatch(text):
        return _kie(found[1], found[2], [double(one.strip()) for one in found[3].split(",")[1:]])
    if found := _COUNTED.fullmatch(text):
        sign = "=" if found[3] == "==" else found[3]
        return f"{_SIZES[found[2]]}({found[1]}) {sign} {found[4]}"
    if found := _ASKED.fullmatch(text):
        subject, other = found[1], double(found[3])
        held = f"{_TEXTS[found[2]]}({subject}, {other})"
        # of a text the second is null, of a list the first: what is known decides
        return f"{held} or list contains({subject}, {other})" if found[2] == "contains" else held
    return None


def _flowable(found: re.Match[str]) -> str:
    """One of Flowable's questions about a variable (variables:greaterThan(age, 18)) with operators."""
    name, subject, other = found[1], found[2].strip("'\""), found[3]
    if other is not None and name in _QUESTIONS:
        return f"({subject} {_QUESTIONS[name]} {other})"
    return found[0] if other is not None or name not in _ALONE else _ALONE[name].format(subject)


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

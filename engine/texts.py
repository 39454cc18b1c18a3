"""Texts in a drawing that are expressions: FEEL, JUEL, both inside plain text, comparisons of other languages."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine import feel
from engine.errors import ExpressionRefused
from engine.feel import tree
from engine.timers import timer_expression

_QUOTED = re.compile(r"""("[^"\\]*"|'[^'\\]*')""")
_COMPARES = re.compile(r"[=<>]")
_WORDS = re.compile(r"[^\W\d]\w*(?: +[^\W\d]\w*)+")
_OPERATORS = re.compile(
    r"\b(?:and|or|not|in|between|if|then|else|for|return|some|every|satisfies|instance|of|true|false|null)\b"
)
_PIECE = re.compile(r"[$#]\{([^{}]*)\}")


def expression_of(text: str, names: Iterable[str] = ()) -> feel.Expression:
    """FEEL or JUEL, or text with JUEL in it ("PT${days}D"); bare text that is no FEEL may be a comparison as other
    languages write it (a == 'b' && c). `names` are the names in scope that hold spaces.

    Refused with ExpressionRefused, which tells what is wrong with it in its own language.
    """
    text = text.strip()
    if (mixed := _mixed(text)) is not None:
        return feel.compile(mixed, clock=True)
    try:
        return _calling_nothing(feel.compile(text, names=names, clock=True))
    except ExpressionRefused as refused:
        if text.startswith(("=", "${", "#{")):
            raise
        found = _read("${" + text.rstrip(";") + "}") or _read(*_spoken(text))
        if found is None:
            raise refused from None
        return found


def _read(text: str, names: Iterable[str] = ()) -> feel.Expression | None:
    try:
        return feel.compile(text, names=names, clock=True)
    except ExpressionRefused:
        return None


def _spoken(text: str) -> tuple[str, frozenset[str]]:
    """A comparison of names with spaces (Service Level == 'Premium') as FEEL, and these names: words side by side that
    no language has as an operator can only be one name. Text that compares nothing stands for nothing.
    """
    pieces = _QUOTED.split(text)
    outside = " ".join(pieces[::2])
    if not _COMPARES.search(outside):
        return "", frozenset()
    for place in range(0, len(pieces), 2):
        for sign, ours in (("===", "="), ("==", "="), ("!==", "!="), ("&&", " and "), ("||", " or ")):
            pieces[place] = pieces[place].replace(sign, ours)
    for place in range(1, len(pieces), 2):
        pieces[place] = feel.literal(pieces[place][1:-1])
    runs = (re.split(_OPERATORS, run) for run in _WORDS.findall(outside))
    names = {name.strip() for run in runs for name in run if " " in name.strip()}
    return "= " + "".join(pieces), frozenset(names)


def _calling_nothing(expression: feel.Expression) -> feel.Expression:
    """Data hold no functions, so what is called must be one of FEEL's own, or written in the expression itself."""
    for part in tree.parts(expression.tree):
        if isinstance(part, tree.Invoke) and isinstance(part.function, (tree.Path, tree.Name)):
            raise ExpressionRefused(
                expression.text, part.position, "Pemanggilan fungsi milik data tidak dijalankan. Pakai fungsi FEEL"
            )
    return expression


def timer_of(kind: str, text: str) -> feel.Expression:
    """The expression of a timer: as `engine.timers.timer_expression`, or ISO 8601 text with JUEL in it."""
    mixed = _mixed(text.strip())
    return feel.compile(mixed, clock=True) if mixed is not None else timer_expression(kind, text)


def _mixed(text: str) -> str | None:
    """FEEL that puts the text together, None when it is not a mixture: "PT${days}D" is "PT" + string(days) + "D"."""
    pieces = _PIECE.split(text)
    if text.startswith("=") or len(pieces) < 3 or (len(pieces) == 3 and not pieces[0] and not pieces[2]):
        return None
    plain, marked = pieces[::2], pieces[1::2]
    if any(mark in one for one in plain for mark in ("${", "#{")):
        return None
    read = [f"string({feel.compile('${' + one + '}', clock=True).source()})" for one in marked]
    parts = [part for pair in zip(map(feel.literal, plain), [*read, ""], strict=True) for part in pair]
    return "= " + " + ".join(part for part in parts if part and part != feel.literal(""))

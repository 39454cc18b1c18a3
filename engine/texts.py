"""Texts in a drawing that are expressions: FEEL, JUEL, both inside plain text, comparisons of other languages."""

from __future__ import annotations

import re
from collections.abc import Iterable

from engine import feel
from engine.errors import ExpressionRefused
from engine.feel import tree
from engine.timers import timer_expression

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
        try:
            return feel.compile("${" + text.rstrip(";") + "}", clock=True)
        except ExpressionRefused:
            raise refused from None


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

"""FEEL (DMN 1.5) and the simple part of JUEL: read once into one typed tree, evaluated without `eval`.

>>> compile('= decision = "approve"').evaluate({"decision": "approve"})
True
>>> compile("${decision == 'approve'}").names
frozenset({'decision'})

Evaluating never raises for data: what FEEL cannot know is null (None), as the standard says. The engine reads no
clock, so `now()` and `today()` are refused; the context brings the moments an expression may speak of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal as OneOf

from engine.errors import ExpressionRefused
from engine.feel.building import Fault
from engine.feel.closures import Closure, closure
from engine.feel.juel import read_juel
from engine.feel.reading import read_feel
from engine.feel.scope import Exhausted, Scope
from engine.feel.tree import Node, too_deep
from engine.feel.uses import uses
from engine.feel.values import Interval, Value, YearMonth
from engine.feel.writing import literal, source

__all__ = ["Dialect", "Expression", "Interval", "Value", "YearMonth", "compile", "literal"]

Dialect = OneOf["feel", "juel"]
LONGEST = 10_000
"""Letters of an expression."""
DEEPEST = 100
"""Levels of an expression: brackets, and each further operator of a chain, except `and` and `or`."""


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that was understood.

    `names` are the root names it takes from the context, `paths` the dotted paths among them ("agenda.term_ends").
    A name that stands inside a filter only may be a key of the filtered members; it is in `filter_names` alone.
    """

    text: str
    dialect: Dialect
    tree: Node = field(repr=False)
    names: frozenset[str]
    paths: frozenset[str]
    filter_names: frozenset[str]
    _run: Closure = field(repr=False, compare=False)

    def evaluate(self, context: Mapping[str, object]) -> Value:
        """The value in this context. Nothing is changed, and nothing is raised for data: a name that is missing,
        kinds that do not go together, division by zero, impossible dates, and more work than one evaluation may do
        (scope.STEPS) are all null.
        """
        try:
            return self._run(Scope(context))
        except (Exhausted, RecursionError):
            return None

    def source(self) -> str:
        """The same expression as plain FEEL text, without comments and needless brackets."""
        return source(self.tree)


@lru_cache(maxsize=4096)
def compile(text: str, *, dialect: Dialect | None = None) -> Expression:
    """The expression of a text. Without a dialect, a leading "=" is FEEL, "${" or "#{" anywhere is JUEL, and anything
    else FEEL.

    Refused with ExpressionRefused, which names the position and the mend: what is not understood, unknown functions
    and wrong arguments, `now()` and `today()`, JUEL calls, over LONGEST letters, over DEEPEST levels.
    """
    chosen: Dialect = dialect or _dialect(text)
    if len(text) > LONGEST:
        raise ExpressionRefused(text[:80], LONGEST, f"Ungkapan terlalu panjang; paling banyak {LONGEST} huruf")
    try:
        tree = read_juel(text) if chosen == "juel" else read_feel(_without_mark(text))
        deep = too_deep(tree, DEEPEST)
        if deep is not None:
            raise Fault(deep.position, f"Ungkapan terlalu berlapis; paling banyak {DEEPEST} lapis. Pecah ungkapannya")
    except Fault as fault:
        raise ExpressionRefused(text, fault.position, fault.message) from None
    found = uses(tree)
    return Expression(
        text=text, dialect=chosen, tree=tree, names=frozenset(found.names), paths=frozenset(found.paths),
        filter_names=frozenset(found.filter_names - found.names), _run=closure(tree),
    )


def _dialect(text: str) -> Dialect:
    if text.lstrip().startswith("="):
        return "feel"
    return "juel" if "${" in text or "#{" in text else "feel"


def _without_mark(text: str) -> str:
    """A space instead of the leading "=", so that positions stay those of the text."""
    bare = text.lstrip()
    return " " * (len(text) - len(bare) + 1) + bare[1:] if bare.startswith("=") else text

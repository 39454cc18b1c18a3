"""Which parts are hidden, given the answers: `conditional.hide` in FEEL, as form-js understands it.

A condition sees the context, the form's answers, and within a row the row's own answers before those; `this` is the
row (or the form), `parent` what the row lies in, `i` the row numbers from 1. A hidden answer is not seen by other
conditions (it reads as null), so conditions are weighed in the order of the page until nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.feel import Expression
from engine.forms import fields as f

Tree = dict[str, object]
MAX_ROUNDS = 8


@dataclass(frozen=True)
class Scope:
    """Where an expression stands: the form's answers, and the rows around it from outside in."""

    context: Mapping[str, object]
    root: Tree
    rows: tuple[tuple[Tree, int], ...] = ()

    def names(self) -> dict[str, object]:
        """What an expression standing here may name."""
        found: dict[str, object] = {**self.context, **self.root}
        for row, _ in self.rows:
            found.update(row)
        chain = [self.root, *(row for row, _ in self.rows)]
        found["this"] = chain[-1]
        found["parent"] = chain[-2] if len(chain) > 1 else None
        found["i"] = [index + 1 for _, index in self.rows]
        return found

    def row(self, row: Tree, index: int) -> Scope:
        """The scope within row `index`."""
        return Scope(self.context, self.root, (*self.rows, (row, index)))


@dataclass
class Place:
    """A part that may hide, the object its answers lie in, and what was taken out of it while hidden."""

    path: f.Path
    part: f.Field
    holder: Tree
    scope: Scope
    inside: Place | None
    hidden: bool = False
    taken: Tree = field(default_factory=dict)

    def settle(self) -> bool:
        """Hides or shows the part as its condition says now. True when that changed something."""
        if self.inside is not None and self.inside.covered():
            return False
        hide = self.part.hide
        wanted = (hide.evaluate(self.scope.names()) if isinstance(hide, Expression) else hide) is True
        if wanted == self.hidden:
            return False
        self.hidden = wanted
        if wanted:
            keys = [self.part.key] if self.part.key else [below.key for below in f.level(f.inner(self.part))]
            self.taken = {key: self.holder.pop(key) for key in keys if key in self.holder}
        else:
            self.holder.update(self.taken)
            self.taken = {}
        return True

    def covered(self) -> bool:
        """Whether this part or one around it is hidden."""
        return self.hidden or (self.inside is not None and self.inside.covered())


def hide(fields: tuple[f.Field, ...], tree: Tree, context: Mapping[str, object]) -> frozenset[f.Path]:
    """The paths (with row numbers) of the parts whose condition hides them; their answers are gone from `tree`."""
    places = list(_places(fields, tree, Scope(context, tree), (), None))
    for _ in range(MAX_ROUNDS):
        changed = [place.settle() for place in places]
        if not any(changed):
            break
    return frozenset(place.path for place in places if place.hidden)


def _places(
    fields: tuple[f.Field, ...], holder: Tree, scope: Scope, path: f.Path, inside: Place | None
) -> Iterator[Place]:
    for part in fields:
        here, around = (*path, part.step), inside
        if part.hide is not None:
            around = Place(here, part, holder, scope, inside)
            yield around
        if isinstance(part, f.Group):
            below = holder.get(part.key) if part.key else holder
            if isinstance(below, dict):
                yield from _places(part.fields, below, scope, here if part.key else path, around)
        elif isinstance(part, f.DynamicList):
            rows = holder.get(part.key)
            for index, row in enumerate(rows if isinstance(rows, list) else ()):
                yield from _places(part.fields, row, scope.row(row, index), (*here, index), around)

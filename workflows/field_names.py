"""What people call a field of a form, so that no two on a page are called the same."""

from __future__ import annotations

from collections.abc import Iterable

from engine.forms import DynamicList, Field, Form, Group
from engine.forms.fields import inner
from engine.phrases import listed, worded

OPTIONAL = " (opsional)"


def plain(label: str) -> str:
    """The label without the word that a field may be left empty."""
    return label.removesuffix(OPTIONAL) if label.endswith(OPTIONAL) else label


def named(form: Form, path: Iterable[str | int]) -> str:
    """The label at this path, below its row ("Anggota 2, Nama"); below its group where another has the same label.

    A phrase where it has several parts. "" where nothing stands there, or the form as a whole is meant.
    """
    steps = tuple(path)
    part = form.field(steps) if steps else None
    if part is None:
        return ""
    rows = [
        around.heading(step) for place, step in enumerate(steps)
        if isinstance(step, int) and isinstance(around := form.field(steps[:place]), DynamicList)
    ]
    label = worded(plain(part.label))
    if rows:
        return listed(rows if isinstance(steps[-1], int) and isinstance(part, DynamicList) else [*rows, label])
    alike = [one for _, one in form.walk() if plain(one.label) == label]
    group = _group_of(form.fields, part) if len(alike) > 1 else ""
    return listed((worded(group), label)) if group and group != label else label


def _group_of(fields: Iterable[Field], wanted: Field, above: str = "") -> str:
    """The label of the group the part stands in."""
    for part in fields:
        if part is wanted:
            return above
        around = part.label if isinstance(part, Group) and part.label else above
        if found := _group_of(inner(part), wanted, around):
            return found
    return ""

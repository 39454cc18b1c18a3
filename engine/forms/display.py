"""Answers as rows to read: label and value in words, for pages that only show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.forms import fields as f
from engine.forms import values, words
from engine.forms.cleaning import clean
from engine.phrases import listed, worded

MAX_SHOWN = 20_000


@dataclass(frozen=True)
class Row:
    """One line of a page. `heading` rows (groups and rows of lists) have no value; `level` is how deep they stand.

    A value that the form gives the words of (a choice) is a phrase; what a person wrote is plain text.
    """

    path: f.Path
    label: str
    value: str
    field: f.Field
    level: int = 0
    heading: bool = False


@dataclass(frozen=True)
class Reading:
    """What stays the same while a form's answers are put into words."""

    hidden: frozenset[f.Path]
    context: Mapping[str, object]
    language: str

    def rows(self, fields: tuple[f.Field, ...], data: Mapping[object, object], path: f.Path = (), level: int = 0
             ) -> Iterator[Row]:
        """The rows of `fields`, hidden ones left out. Answers of another shape than the form's are shown as text."""
        for part in fields:
            here = (*path, part.step)
            if here in self.hidden:
                continue
            if isinstance(part, f.Group):
                yield from self._group(part, data, path, level)
            elif isinstance(part, f.DynamicList):
                yield from self._list(part, data.get(part.key), here, level)
            elif part.key:
                yield Row(here, part.label, self.words(part, data.get(part.key)), part, level)

    def _group(self, part: f.Group, data: Mapping[object, object], path: f.Path, level: int) -> Iterator[Row]:
        here = (*path, part.step)
        below = data.get(part.key) if part.key else data
        if part.label:
            yield Row(here, part.label, "", part, level, heading=True)
        inside = below if isinstance(below, Mapping) else {}
        yield from self.rows(part.fields, inside, here if part.key else path, level + bool(part.label))

    def _list(self, part: f.DynamicList, found: object, here: f.Path, level: int) -> Iterator[Row]:
        listed = found if isinstance(found, list) else []
        if not listed:
            yield Row(here, part.label, words.BLANK, part, level)
        for index, row in enumerate(listed):
            yield Row((*here, index), part.heading(index), "", part, level, heading=True)
            inside = row if isinstance(row, Mapping) else {}
            yield from self.rows(part.fields, inside, (*here, index), level + 1)

    def words(self, part: f.Field, raw: object) -> str:
        """One answer in words."""
        try:
            value = values.typed(part, raw)
        except values.Unreadable:
            return clean(str(raw)[:MAX_SHOWN], lines=True) if isinstance(raw, str | float | bool) else words.BLANK
        if isinstance(value, bool):
            return words.YES_NO[self.language][0 if value else 1]
        if value is None or value == []:
            return words.BLANK
        if isinstance(value, Decimal):
            return words.number(value, self.language)
        if isinstance(value, dt.date | dt.time):
            return words.moment(value, self.language)
        if isinstance(part, f.Choice):
            labels = {option.value: worded(option.label) for option in part.choices(self.context)}
            chosen: list[object] = value if isinstance(value, list) else [value]
            return listed(labels.get(str(item), str(item)) for item in chosen)
        if isinstance(value, list):
            return ", ".join(str(item["name"]) for item in value)
        return str(value)

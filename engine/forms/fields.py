"""What a form is made of: one frozen dataclass for each kind of field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar

from engine.feel import Expression
from engine.phrases import Phrase, worded

Path = tuple[str | int, ...]
Limit = Decimal | Expression | None
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, eq=False)
class Field:
    """One part of a form. `key` is "" where a part holds no data; `step` names the part within its path."""

    kind: ClassVar[str] = ""
    id: str
    key: str = ""
    label: str = ""
    help: str = ""
    required: bool = False
    readonly: bool = False
    disabled: bool = False
    hide: Expression | bool | None = None
    default: object = None
    properties: Mapping[str, str] = field(default_factory=lambda: _NONE)
    columns: int | None = None

    @property
    def step(self) -> str:
        """The key, or "#" and the id for a part without data."""
        return self.key or f"#{self.id}"

    @property
    def example(self) -> str:
        """An example answer shown as a placeholder, or ""."""
        return self.properties.get("example", "")


@dataclass(frozen=True, kw_only=True, eq=False)
class Text(Field):
    """One line of text. `max_length` always stands (the author's or our own bound), in characters."""

    kind = "text"
    min_length: Limit = None
    max_length: Limit = None
    pattern: re.Pattern[str] | None = None
    warn_pattern: re.Pattern[str] | None = None
    validation: str = ""  # "email", "phone" or ""


@dataclass(frozen=True, kw_only=True, eq=False)
class TextArea(Field):
    """Several lines of text."""

    kind = "textarea"
    min_length: Limit = None
    max_length: Limit = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Number(Field):
    """A number. `digits`: at most so many after the point (None: any); `as_text`: kept as text, exactly."""

    kind = "number"
    min: Limit = None
    max: Limit = None
    digits: int | None = None
    increment: Decimal | None = None
    as_text: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Date(Field):
    """A date, a time or both (`subtype`), in the wall time of the region, without a zone."""

    kind = "date"
    subtype: str = "date"  # "date", "time" or "datetime"
    not_before: Expression | None = None
    not_after: Expression | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Checkbox(Field):
    """Yes or no; required means: must be yes."""

    kind = "checkbox"


@dataclass(frozen=True)
class Option:
    """One choice: the value kept and the label shown."""

    value: str
    label: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Choice(Field):
    """A choice from `options`, or from what `options_from` names in the context."""

    options: tuple[Option, ...] = ()
    options_from: Expression | None = None

    def choices(self, context: Mapping[str, object] | None = None) -> tuple[Option, ...]:
        """The options that stand in `context`; () when the context does not know them (yet)."""
        if self.options_from is None:
            return self.options
        found = self.options_from.evaluate(context or {})
        listed = (_option(item) for item in found) if isinstance(found, list) else ()
        return tuple(option for option in listed if option is not None)


@dataclass(frozen=True, kw_only=True, eq=False)
class Radio(Choice):
    """One choice, all shown."""

    kind = "radio"


@dataclass(frozen=True, kw_only=True, eq=False)
class Select(Choice):
    """One choice from a list that opens."""

    kind = "select"


@dataclass(frozen=True, kw_only=True, eq=False)
class Checklist(Choice):
    """Any number of choices; the value is a list in the order of the options."""

    kind = "checklist"


@dataclass(frozen=True, kw_only=True, eq=False)
class File(Field):
    """Files, kept as {"sha256", "name", "size", "type"}. `accept`: lower-case ".ext", "type/*" or "type/subtype"."""

    kind = "file"
    accept: tuple[str, ...] = ()
    min_files: int = 0
    max_files: int = 1
    max_size: int = 0  # bytes
    capture: str = ""  # "", "environment" or "user"
    of: str = ""  # "photo", "document" or ""

    @property
    def multiple(self) -> bool:
        """Whether more than one file may be given."""
        return self.max_files > 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Group(Field):
    """Fields shown together. With a key their data lies in an object of that name, else beside the group."""

    kind = "group"
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class DynamicList(Field):
    """Rows of the same fields. `fixed`: people may neither add nor remove rows; `rows`: how many stand at first."""

    kind = "list"
    fields: tuple[Field, ...] = ()
    min_items: int = 0
    max_items: int = 100
    rows: int = 1
    fixed: bool = False
    row_label: str = ""  # {n} is the row's number, beginning with 1

    @property
    def readable(self) -> int:
        """So many rows are read at most, empty ones too; no page sends more."""
        return 2 * max(self.max_items, self.rows) + 10

    @property
    def row_template(self) -> str:
        """The heading of a row as the template of a phrase, e.g. "Kunjungan %(n)s"; "" without one of its own."""
        return self.row_label.replace("%", "%%").replace("{n}", "%(n)s")

    def heading(self, index: int) -> Phrase:
        """The heading of row `index` (from 0), e.g. "Kunjungan 1"."""
        number = str(index + 1)
        if self.row_label:
            return Phrase(self.row_template, n=number)
        return Phrase("%(label)s %(n)s", label=worded(self.label), n=number)


@dataclass(frozen=True, kw_only=True, eq=False)
class TextView(Field):
    """Text to read (Markdown), or what `shown_from` gives in the context."""

    kind = "view"
    text: str = ""
    shown_from: Expression | None = None

    def shown(self, context: Mapping[str, object] | None = None) -> str:
        """The text to show in `context`; "" when the context does not know it."""
        if self.shown_from is None:
            return self.text
        found = self.shown_from.evaluate(context or {})
        return "" if found is None else str(found)


@dataclass(frozen=True, kw_only=True, eq=False)
class Separator(Field):
    """A line between parts."""

    kind = "separator"


def inner(part: Field) -> tuple[Field, ...]:
    """The fields inside a group or list; () for the others."""
    return part.fields if isinstance(part, Group | DynamicList) else ()


def level(fields: tuple[Field, ...]) -> Iterator[Field]:
    """The fields whose keys lie in the same object: groups without a key are looked through."""
    for part in fields:
        if isinstance(part, Group) and not part.key:
            yield from level(part.fields)
        elif part.key:
            yield part


def walk(fields: tuple[Field, ...], path: Path = ()) -> Iterator[tuple[Path, Field]]:
    """Every part with its path (without row numbers), parents first, in the order of the page."""
    for part in fields:
        yield (*path, part.step), part
        yield from walk(inner(part), (*path, part.key) if part.key else path)


def _option(item: object) -> Option | None:
    """An option out of the context: a text, or an object with "value" and "label"."""
    if isinstance(item, str):
        return Option(item, item)
    if isinstance(item, Mapping) and isinstance(item.get("value"), str):
        return Option(item["value"], str(item.get("label") or item["value"]))
    return None

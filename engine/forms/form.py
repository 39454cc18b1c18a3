"""A form: read once from its file, then asked many times. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.errors import FormRefused
from engine.feel import Expression
from engine.forms import checking, display, document, naming, schema, values, visibility
from engine.forms import fields as f
from engine.forms.cleaning import clean
from engine.forms.document import problem
from engine.forms.kinds import BUILDERS
from engine.forms.reader import Reader


@dataclass(frozen=True, eq=False)
class Form:
    """`fields` is the tree of the page; `fingerprint` the SHA-256 of the content; `names` the keys at the top."""

    id: str
    fields: tuple[f.Field, ...]
    fingerprint: str

    @property
    def names(self) -> frozenset[str]:
        """The names that conditions in the drawing and in other fields may use."""
        return frozenset(part.key for part in f.level(self.fields))

    @property
    def needs(self) -> frozenset[str]:
        """The names its formulas ask of the context, such as "body" or "today": all that are not its own keys."""
        own = {part.key for _, part in self.walk()} | {"this", "parent", "i"}
        return frozenset(name for _, part in self.walk() for formula in _formulas(part) for name in formula.names) - own

    def walk(self) -> Iterator[tuple[f.Path, f.Field]]:
        """Every part with its path (keys, without row numbers; "#" and the id for a part without data)."""
        return f.walk(self.fields)

    def field(self, path: Iterable[str | int]) -> f.Field | None:
        """The part at `path`, row numbers being looked over; None when there is none."""
        wanted = tuple(step for step in path if isinstance(step, str))
        return next((part for place, part in self.walk() if place == wanted), None)

    def check(
        self, data: object, *, context: Mapping[str, object] | None = None, complete: bool = True
    ) -> checking.Checked:
        """Afterwards `data` holds the visible answers, cleaned and JSON-safe, and `errors` what is wrong with them.

        `context`: the names formulas may use (a date `today` among them); a formula that cannot be answered does not
        bind. With `complete=False` (a draft) types, lengths, options and files are judged, nothing is required.
        Never raises, whatever `data` is. Hidden answers are neither required nor kept; unknown keys are errors;
        empty rows are left out (not of a list with a fixed number of rows).
        """
        return checking.Check(self.fields, context or {}, complete=complete).run(data)

    def hidden(self, data: object, *, context: Mapping[str, object] | None = None) -> frozenset[f.Path]:
        """The paths (with row numbers) of the parts that `data` hides; what lies inside them is not listed."""
        tree = checking.Check(self.fields, context or {}, complete=False).read(data)
        return visibility.hide(self.fields, tree, context or {})

    def typed(self, data: object, *, context: Mapping[str, object] | None = None) -> dict[str, object]:
        """The visible answers as FEEL computes with them: dates as dates, numbers as Decimal."""
        tree = checking.Check(self.fields, context or {}, complete=False).read(data)
        visibility.hide(self.fields, tree, context or {})
        return tree

    def parse(self, pairs: Iterable[tuple[str, str]]) -> dict[str, object]:
        """The posted pairs as nested data for `check`; files as {"sha256"} for `attach`. See `naming`."""
        return naming.parse(self.fields, pairs)

    def attach(self, data: Mapping[str, Any], known: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
        """`data` with its files described: `known` maps a SHA-256 to its name, size and type."""
        return naming.attach(self.fields, data, known)

    def files(self, data: Mapping[str, Any]) -> Iterator[tuple[f.Path, str]]:
        """The path and SHA-256 of every file in `data`."""
        return naming.files(self.fields, data)

    def blank(self) -> dict[str, object]:
        """The data a new page begins with: default values, and the rows that stand at first."""
        return _blank(self.fields)

    def describe(
        self, data: object, *, context: Mapping[str, object] | None = None, language: str = "id"
    ) -> tuple[display.Row, ...]:
        """The answers in words, in the order of the page; `language` is "id" or "en". Never raises on data."""
        reading = display.Reading(self.hidden(data, context=context), context or {}, language)
        return tuple(reading.rows(self.fields, data if isinstance(data, Mapping) else {}))

    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema (draft 2020-12) of the data."""
        found = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:tapak:form:{self.id}"}
        return found | schema.of_fields(self.fields)


@lru_cache(maxsize=512)
def load(text: str) -> Form:
    """The form in `text`, form-js JSON as Camunda Modeler's form editor writes it.

    Refused (FormRefused, every problem with its element's id): JSON that is broken, too large, too deep or has a word
    twice; a form without id or fields; types, rules and properties that are not supported; keys used twice; labels or
    options missing; formulas and patterns that cannot be read or would run too long.
    """
    raw = document.parse(text)
    name = raw.get("id")
    problems = []
    if raw.get("type", "default") != "default":
        problems.append(problem("form.shape", part="type"))
    if not isinstance(name, str) or not clean(name) or len(name) > 200:
        problems.append(problem("form.id"))
    reader = Reader(BUILDERS)
    found = reader.fields(raw.get("components"))
    reader.problems[:0] = problems
    if not reader.problems and not any(True for _ in f.level(found)):
        reader.problems.append(problem("form.empty", label=name))
    reader.unique_keys(found)
    reader.refuse()
    if not isinstance(name, str):
        raise FormRefused([problem("form.id")])
    return Form(clean(name), found, document.fingerprint(raw))


def _blank(fields: tuple[f.Field, ...]) -> dict[str, object]:
    found: dict[str, object] = {}
    for part in f.level(fields):
        if isinstance(part, f.Group):
            found[part.key] = _blank(part.fields)
        elif isinstance(part, f.DynamicList):
            found[part.key] = [_blank(part.fields) for _ in range(part.rows)]
        elif part.default is not None:
            found[part.key] = values.plain(part, part.default)
    return found


def _formulas(part: f.Field) -> Iterator[Expression]:
    for name in ("hide", "min_length", "max_length", "min", "max", "not_before", "not_after", "options_from",
                 "shown_from"):
        found = getattr(part, name, None)
        if isinstance(found, Expression):
            yield found

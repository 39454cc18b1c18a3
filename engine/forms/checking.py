"""One check of one set of answers: read, hide, judge, write down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.errors import FieldError
from engine.forms import fields as f
from engine.forms import rules, values, visibility
from engine.forms.cleaning import clean
from engine.forms.messages import say
from engine.forms.visibility import Scope, Tree

MAX_UNKNOWN = 20
# What an author's own sentence (property "error") does not replace: there the general sentence helps more.
_GENERAL = frozenset({"required", "required.checked", "required.choice", "required.choices", "required.file",
                      "unknown", "shape", "options.none", "minItems", "maxItems"})


@dataclass(frozen=True)
class FormError(FieldError):
    """A FieldError that also speaks English."""

    message_en: str = ""


@dataclass(frozen=True)
class Checked:
    """The outcome of a check.

    `data`: the visible answers that are right, as JSON; scalar fields without an answer are left out.
    `errors`: what refuses the answers; `warnings`: what is allowed but unusual. Paths hold row numbers as given.
    """

    data: dict[str, object]
    errors: tuple[FormError, ...]
    warnings: tuple[FormError, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing refuses the answers."""
        return not self.errors


class Check:
    """Runs one check; see `Form.check`."""

    def __init__(self, fields: tuple[f.Field, ...], context: Mapping[str, object], *, complete: bool) -> None:
        self.fields, self.context, self.complete = fields, context, complete
        self.unread: dict[f.Path, FormError] = {}
        self.errors: list[FormError] = []
        self.warnings: list[FormError] = []
        self.hidden: frozenset[f.Path] = frozenset()

    def run(self, data: object) -> Checked:
        """The outcome for `data`."""
        tree = self.read(data)
        self.hidden = visibility.hide(self.fields, tree, self.context)
        written = self._judge(self.fields, tree, Scope(self.context, tree), ())
        return Checked(written, tuple(self.errors), tuple(self.warnings))

    def read(self, data: object) -> Tree:
        """`data` as typed values, hidden ones too; what cannot be read is noted and left out."""
        if not isinstance(data, Mapping):
            self.errors.append(error((), "shape"))
            data = {}
        return self._read(self.fields, data, ())

    def _read(self, fields: tuple[f.Field, ...], raw: Mapping[object, object], path: f.Path) -> Tree:
        here = list(f.level(fields))
        known = {part.key for part in here}
        for key in [key for key in raw if key not in known][:MAX_UNKNOWN]:
            shown = clean(key[:200])[:60] if isinstance(key, str) else "?"
            self.errors.append(error((*path, shown), "unknown", key=shown))
        return {part.key: self._value(part, raw.get(part.key), (*path, part.key)) for part in here}

    def _value(self, part: f.Field, raw: object, path: f.Path) -> object:
        if isinstance(part, f.Group):
            return self._read(part.fields, self._object(raw, path), path)
        if isinstance(part, f.DynamicList):
            return self._rows(part, raw, path)
        if part.disabled or part.readonly:
            return part.default if part.readonly else values.typed(part, None)
        try:
            return values.typed(part, raw)
        except values.Unreadable as wrong:
            self.unread[path] = error(path, wrong.code, part, **wrong.values)
            return values.typed(part, None)

    def _rows(self, part: f.DynamicList, raw: object, path: f.Path) -> list[Tree]:
        if raw is None or raw == "":
            return []
        if not isinstance(raw, list | tuple):
            self.unread[path] = error(path, "shape")
            return []
        if len(raw) > part.readable:  # far more than the page could send: not worth reading
            self.unread[path] = error(path, "maxItems", limit=part.max_items, now=len(raw))
            return []
        return [self._read(part.fields, self._object(row, (*path, index)), (*path, index))
                for index, row in enumerate(raw)]

    def _object(self, raw: object, path: f.Path) -> Mapping[object, object]:
        if raw is None or isinstance(raw, Mapping):
            return raw or {}
        self.unread[path] = error(path, "shape")
        return {}

    def _judge(self, fields: tuple[f.Field, ...], holder: Tree, scope: Scope, path: f.Path) -> Tree:
        """What is kept of `fields`; everything wrong with them is added to the errors."""
        kept: Tree = {}
        for part in fields:
            here = (*path, part.step)
            if here in self.hidden:
                continue
            if isinstance(part, f.Group):
                self._note(here)
                below = holder[part.key] if part.key else holder
                inside = self._judge(part.fields, _tree(below), scope, here if part.key else path)
                kept.update({part.key: inside} if part.key else inside)
            elif isinstance(part, f.DynamicList):
                kept[part.key] = self._judge_rows(part, holder[part.key], scope, here)
            elif part.key:
                self._judge_value(part, holder[part.key], scope, here, kept)
        return kept

    def _judge_rows(self, part: f.DynamicList, found: object, scope: Scope, path: f.Path) -> list[Tree]:
        rows = [_tree(row) for row in found] if isinstance(found, list) else []
        filled = [index for index, row in enumerate(rows) if part.fixed or not _empty(part.fields, row)]
        unreadable = {step[len(path)] for step in self.unread if step[:len(path)] == path and len(step) > len(path)}
        filled = sorted({*filled, *(index for index in unreadable if isinstance(index, int))})
        least = max(part.min_items, 1 if part.required else 0)
        if not self._note(path):
            if len(filled) > part.max_items:
                self.errors.append(error(path, "maxItems", part, limit=part.max_items, now=len(filled)))
            elif self.complete and len(filled) < least:
                self.errors.append(error(path, "minItems", part, limit=least, now=len(filled)))
        kept = []
        for index in filled:
            self._note((*path, index))
            kept.append(self._judge(part.fields, rows[index], scope.row(rows[index], index), (*path, index)))
        return kept

    def _judge_value(self, part: f.Field, value: object, scope: Scope, path: f.Path, kept: Tree) -> None:
        """Adds `value` to `kept` when it is right (or, with only completeness missing, as far as it goes)."""
        if self._note(path):
            return
        names = scope.names() if _looks_around(part) else scope.context
        broken = list(rules.bounds(part, value, names))
        absent = None if part.readonly or part.disabled else rules.missing(part, value)
        if not broken and self.complete and (absent or not rules.blank(value)):
            broken = [absent] if absent else list(rules.rules(part, value, names))
        self.errors.extend(error(path, code, part, **shown) for code, shown in broken)
        doubt = rules.doubtful(part, value)
        if doubt and not broken:
            message = part.properties.get("warnMessage")
            warning = error(path, doubt[0])
            self.warnings.append(replace(warning, message=message, message_en=message) if message else warning)
        if value is not None and not broken:
            kept[part.key] = values.plain(part, value)

    def _note(self, path: f.Path) -> bool:
        """Adds what was unreadable at `path` to the errors; whether there was anything."""
        unread = self.unread.get(path)
        if unread is not None:
            self.errors.append(unread)
        return unread is not None


def error(path: f.Path, code: str, part: f.Field | None = None, **shown: object) -> FormError:
    """The error of `code` at `path`, in the author's own words where the form has them."""
    words = say(code, **shown)
    own = None
    if part is not None and code not in _GENERAL:
        own = part.properties.get("patternErrorMessage") if code.startswith("pattern") else None
        own = own or part.properties.get("error")
    plain_code = "pattern" if code == "pattern.example" else "required" if code.startswith("required.") else code
    return FormError(path, plain_code, own or words.id, own or words.en)


def _looks_around(part: f.Field) -> bool:
    """Whether the part's rules may hold formulas, so that the names around it are worth gathering."""
    return isinstance(part, f.Text | f.TextArea | f.Number | f.Date | f.Choice)


def _tree(found: object) -> Tree:
    return found if isinstance(found, dict) else {}


def _empty(fields: tuple[f.Field, ...], row: Tree) -> bool:
    return all(rules.blank(value) for value in _leaves(fields, row))


def _leaves(fields: tuple[f.Field, ...], tree: Tree) -> Iterator[object]:
    for part in f.level(fields):
        value = tree.get(part.key)
        if isinstance(part, f.Group):
            yield from _leaves(part.fields, _tree(value))
        elif isinstance(part, f.DynamicList):
            for row in value if isinstance(value, list) else ():
                yield from _leaves(part.fields, _tree(row))
        elif not (part.readonly or part.disabled):
            yield value

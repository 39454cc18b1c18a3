"""From a form's JSON to its fields. Everything wrong is gathered, then refused together, part by part."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.errors import ExpressionRefused, FormRefused, Problem
from engine.feel import Expression
from engine.feel import compile as compile_feel
from engine.forms import fields as f
from engine.forms import properties as own
from engine.forms import values
from engine.forms.cleaning import SlowPattern, clean, pattern
from engine.forms.document import problem
from engine.forms.messages import MENDS, say

MAX_PARTS = 300
MAX_ROWS = 200
MAX_FILES = 30
MAX_TEXT = {"textfield": 1_000, "textarea": 10_000}
MAX_MEGABYTES = 25
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_IGNORED = frozenset({"spacer"})
_VALIDATE: dict[str, frozenset[str]] = {
    "textfield": frozenset({"required", "minLength", "maxLength", "pattern", "validationType"}),
    "textarea": frozenset({"required", "minLength", "maxLength"}),
    "number": frozenset({"required", "min", "max"}),
}


class Part:
    """One component while it is read: its words taken out one by one, its problems gathered in the reader's list."""

    def __init__(self, raw: Mapping[str, Any], problems: list[Problem], number: int) -> None:
        self.raw, self.problems = raw, problems
        self.type = raw["type"] if isinstance(raw.get("type"), str) else ""
        name = raw.get("id") or raw.get("key") or raw.get("path") or f"{self.type}_{number}"
        self.element = clean(str(name))[:80]
        self.validate: Mapping[str, Any] = self.mapping("validate")
        self.properties = self._own()

    def wrong(self, code: str, *, why: str = "", **shown: object) -> None:
        """Gathers one problem of this part; `why` is its reason."""
        short = {name: clean(str(value))[:120] for name, value in shown.items()}
        self.problems.append(problem(code, self.element, None, why, **short))

    def mapping(self, name: str) -> Mapping[str, Any]:
        """The object `name`, {} when absent."""
        found = self.raw.get(name)
        if found is None:
            return {}
        if not isinstance(found, dict):
            self.wrong("form.shape", part=name)
            return {}
        return found

    def words(self, name: str, *, lines: bool = False) -> str:
        """The plain text `name`, "" when absent. Formulas and templates are refused."""
        found = self.raw.get(name)
        if found is None:
            return ""
        if not isinstance(found, str):
            self.wrong("form.shape", part=name)
            return ""
        if found.lstrip().startswith("=") or "{{" in found:
            self.wrong("form.template", part=name)
        return clean(found, lines=lines)

    def truth(self, source: Mapping[str, Any], name: str, default: bool = False) -> bool:
        """The boolean `name`."""
        found = source.get(name)
        if found is None or isinstance(found, bool):
            return default if found is None else found
        self.wrong("form.rule", part=name, now=found, limit="true / false")
        return default

    def whole(self, source: Mapping[str, Any], name: str, default: int, most: int) -> int:
        """The whole number `name` from 0 to `most`; digits as text are read too."""
        found = source.get(name)
        if found is None or found == "":
            return default
        text = str(found) if isinstance(found, int | str) and not isinstance(found, bool) else ""
        if re.fullmatch(r"[0-9]{1,9}", text) and int(text) <= most:
            return int(text)
        self.wrong("form.rule", part=name, now=found, limit=f"0–{most}")
        return default

    def bound(self, name: str, most: int | None = None) -> f.Limit:
        """The number or formula `validate.name`. With `most`: a whole number up to it."""
        found = self.validate.get(name)
        if isinstance(found, str) and found.lstrip().startswith("="):
            return self.formula(name, found)
        if most is not None:
            return Decimal(self.whole(self.validate, name, most, most)) if found not in (None, "") else None
        return self.decimal(self.validate, name)

    def decimal(self, source: Mapping[str, Any], name: str) -> Decimal | None:
        """The number `name`, None when absent."""
        found = source.get(name)
        if found is None or found == "":
            return None
        try:
            number = values.typed(f.Number(id=""), found)
        except values.Unreadable:
            self.wrong("form.rule", part=name, now=found, limit="angka")
            return None
        return number if isinstance(number, Decimal) else None

    def formula(self, name: str, text: object) -> Expression | None:
        """`text` compiled as FEEL; None when it cannot be read."""
        if not isinstance(text, str) or len(text) > 2_000:
            self.wrong("form.shape", part=name)
            return None
        try:
            return compile_feel(text, dialect="feel")
        except ExpressionRefused as refused:
            self.wrong("form.expression", part=name, why=refused.why)
            return None

    def pattern(self, name: str, text: object) -> re.Pattern[str] | None:
        """`text` compiled as a pattern; None when absent or refused."""
        if text is None or text == "":
            return None
        if not isinstance(text, str) or len(text) > 500:
            self.wrong("form.shape", part=name)
            return None
        try:
            return pattern(text)
        except SlowPattern:
            self.wrong("form.pattern_slow", part=name)
        except (re.error, OverflowError, RecursionError) as wrong:
            self.wrong("form.pattern", part=name, reason=wrong)
        return None

    def default(self, part: f.Field) -> object:
        """The typed default value of `part`."""
        try:
            return values.typed(part, self.raw.get("defaultValue"))
        except values.Unreadable as wrong:
            self.wrong("form.default", reason=say(wrong.code, **wrong.values).id)
            return None

    def common(self, *, key: str = "key") -> dict[str, Any]:
        """The words every part has, as keyword arguments of its dataclass."""
        self._known_rules()
        layout = self.mapping("layout")
        columns = layout.get("columns")
        return {
            "id": self.element,
            "key": self._key(key) if key else "",
            "label": self.words("label"),
            "help": clean(self.properties.get("help", ""), lines=True) or self.words("description", lines=True),
            "required": self.truth(self.validate, "required"),
            "readonly": self.truth(self.raw, "readonly"),
            "disabled": self.truth(self.raw, "disabled"),
            "hide": self._hide(),
            "properties": self.properties,
            "columns": columns if isinstance(columns, int) and 0 < columns <= 16 else None,
        }

    def labelled(self, *, key: str = "key") -> dict[str, Any]:
        """As `common`; an empty label is a problem."""
        found = self.common(key=key)
        if not found["label"]:
            self.wrong("form.label")
        return found

    def _key(self, name: str) -> str:
        key = self.raw.get(name)
        if name == "path" and (key is None or key == "") and self.type == "group":
            return ""
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            self.wrong("form.key", key=key or "")
            return ""
        return key

    def _hide(self) -> Expression | bool | None:
        hide = self.mapping("conditional").get("hide")
        if hide is None or isinstance(hide, bool) or hide == "":
            return hide or None
        return self.formula("conditional.hide", hide)

    def _own(self) -> dict[str, str]:
        found: dict[str, str] = {}
        allowed = own.allowed(self.type)
        for name, value in self.mapping("properties").items():
            if name not in allowed and not name.startswith("x-"):
                self.wrong("form.rule_unknown", part=f"properties.{name}", limit=", ".join(sorted(allowed)))
            elif not isinstance(value, str | int) or isinstance(value, bool):
                self.wrong("form.shape", part=f"properties.{name}")
            else:
                found[name] = str(value)
        return found

    def _known_rules(self) -> None:
        allowed = _VALIDATE.get(self.type, frozenset({"required"}))
        for name in self.validate:
            if name not in allowed:
                self.wrong("form.rule_unknown", part=f"validate.{name}", limit=", ".join(sorted(allowed)))


class Reader:
    """Reads components into fields, counting them and watching that ids and keys are used once."""

    def __init__(self, builders: Mapping[str, Callable[[Reader, Part], f.Field]]) -> None:
        self.problems: list[Problem] = []
        self._builders, self._ids, self._count = builders, set[str](), 0

    def fields(self, raw: object, name: str = "components") -> tuple[f.Field, ...]:
        """The components in `raw`, in order; those refused are left out and their problems kept."""
        if not isinstance(raw, list):
            self.problems.append(problem("form.shape", part=name))
            return ()
        found = tuple(part for item in raw if (part := self._field(item)) is not None)
        return found

    def unique_keys(self, fields: tuple[f.Field, ...]) -> None:
        """Gathers a problem for each key used twice within one object."""
        seen: set[str] = set()
        for part in f.level(fields):
            if part.key in seen:
                self.problems.append(problem("form.key_twice", part.id, key=part.key))
            seen.add(part.key)
            if isinstance(part, f.Group | f.DynamicList):
                self.unique_keys(part.fields)

    def refuse(self) -> None:
        """Refuses (FormRefused) when anything is wrong."""
        if self.problems:
            raise FormRefused(self.problems)

    def _field(self, item: object) -> f.Field | None:
        self._count += 1
        if self._count > MAX_PARTS:
            if self._count == MAX_PARTS + 1:
                self.problems.append(problem("form.many", limit=MAX_PARTS))
            return None
        if not isinstance(item, dict):
            self.problems.append(problem("form.shape", part="components"))
            return None
        part = Part(item, self.problems, self._count)
        if part.type in _IGNORED or (part.type == "button" and item.get("action", "submit") in ("submit", "reset")):
            return None
        if part.type not in self._builders:
            self._refuse_type(part)
            return None
        if isinstance(item.get("id"), str):
            if part.element in self._ids:
                part.wrong("form.id_twice", key=part.element)
            self._ids.add(part.element)
        return self._builders[part.type](self, part)

    def _refuse_type(self, part: Part) -> None:
        if part.type in MENDS:
            mend = MENDS[part.type]
            part.wrong("form.type_refused", type=part.type, mend=mend.id, mend_en=mend.en)
        else:
            part.wrong("form.type_unknown", type=part.type or "?", limit=", ".join(sorted(self._builders)))

"""How each form-js component becomes a field: one builder for each type."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.forms import fields as f
from engine.forms import properties as own
from engine.forms.cleaning import clean
from engine.forms.reader import MAX_FILES, MAX_MEGABYTES, MAX_ROWS, MAX_TEXT, Part, Reader

VALIDATIONS = ("email", "phone")


def _text(_: Reader, part: Part) -> f.Field:
    chosen = part.validate.get("validationType")
    if chosen not in (None, "", "custom", *VALIDATIONS):
        part.wrong("form.rule", part="validationType", now=chosen, limit="email, phone, custom")
    field = f.Text(
        **part.labelled(),
        pattern=part.pattern("validate.pattern", part.validate.get("pattern")),
        warn_pattern=part.pattern("properties.warnPattern", part.properties.get("warnPattern")),
        validation=chosen if chosen in VALIDATIONS else "",
        **_lengths(part),
    )
    return dataclasses.replace(field, default=part.default(field))


def _textarea(_: Reader, part: Part) -> f.Field:
    field = f.TextArea(**part.labelled(), **_lengths(part))
    return dataclasses.replace(field, default=part.default(field))


def _lengths(part: Part) -> dict[str, Any]:
    most = MAX_TEXT[part.type]
    least, longest = part.bound("minLength", most), part.bound("maxLength", most)
    if isinstance(least, Decimal) and isinstance(longest, Decimal) and least > longest:
        part.wrong("form.bounds", part="minLength")
    return {"min_length": least, "max_length": Decimal(most) if longest is None else longest}


def _number(_: Reader, part: Part) -> f.Field:
    least, most = part.bound("min"), part.bound("max")
    if isinstance(least, Decimal) and isinstance(most, Decimal) and least > most:
        part.wrong("form.bounds", part="min")
    step = part.decimal(part.raw, "increment")
    if step is not None and step <= 0:
        part.wrong("form.rule", part="increment", now=step, limit="> 0")
    digits = part.whole(part.raw, "decimalDigits", 0, 20) if part.raw.get("decimalDigits") is not None else None
    field = f.Number(**part.labelled(), min=least, max=most, digits=digits, increment=step,
                     as_text=part.truth(part.raw, "serializeToString"))
    return dataclasses.replace(field, default=part.default(field))


def _date(_: Reader, part: Part) -> f.Field:
    common = part.common()
    subtype = part.raw.get("subtype", "date")
    if subtype not in ("date", "time", "datetime"):
        part.wrong("form.rule", part="subtype", now=subtype, limit="date, time, datetime")
        subtype = "date"
    label = common["label"] or part.words("timeLabel" if subtype == "time" else "dateLabel")
    if not label:
        part.wrong("form.label")
    earliest = part.properties.get("notBefore")
    if earliest is None and part.truth(part.raw, "disallowPassedDates"):
        earliest = "= today"
    latest = part.properties.get("notAfter")
    field = f.Date(**{**common, "label": label}, subtype=subtype,
                   not_before=part.formula("properties.notBefore", earliest) if earliest else None,
                   not_after=part.formula("properties.notAfter", latest) if latest else None)
    return dataclasses.replace(field, default=part.default(field))


def _checkbox(_: Reader, part: Part) -> f.Field:
    field = f.Checkbox(**part.labelled())
    return dataclasses.replace(field, default=part.default(field))


def _choice(kind: type[f.Radio] | type[f.Select] | type[f.Checklist]) -> Callable[[Reader, Part], f.Field]:
    def build(_: Reader, part: Part) -> f.Field:
        formula, key = part.raw.get("valuesExpression"), part.raw.get("valuesKey")
        source: dict[str, Any] = {}
        if formula or key:
            source["options_from"] = part.formula("valuesExpression", formula or f"= {key}")
        else:
            source["options"] = _options(part)
        field = kind(**part.labelled(), **source)
        default = part.default(field)
        chosen = default if isinstance(default, list) else [default] if default is not None else []
        if "options" in source and not {option.value for option in field.options}.issuperset(chosen):
            part.wrong("form.default", reason=chosen)
        return dataclasses.replace(field, default=default)

    return build


def _options(part: Part) -> tuple[f.Option, ...]:
    listed = part.raw.get("values")
    if not isinstance(listed, list) or not listed or len(listed) > MAX_ROWS:
        part.wrong("form.options")
        return ()
    options: list[f.Option] = []
    for number, item in enumerate(listed, start=1):
        value, label = (item.get("value"), item.get("label")) if isinstance(item, dict) else (None, None)
        option = f.Option(clean(value), clean(label)) if isinstance(value, str) and isinstance(label, str) else None
        taken = {chosen.value for chosen in options}
        if option is None or not option.value or not option.label or option.value in taken or len(option.value) > 200:
            part.wrong("form.option", now=number)
        else:
            options.append(option)
    return tuple(options)


def _file(_: Reader, part: Part) -> f.Field:
    common = part.labelled()
    multiple = part.truth(part.raw, "multiple")
    most = part.whole(part.properties, "maxFiles", 10 if multiple else 1, MAX_FILES)
    least = part.whole(part.properties, "minFiles", 1 if common["required"] else 0, MAX_FILES)
    if least > most or (most > 1 and not multiple):
        part.wrong("form.bounds", part="minFiles" if least > most else "maxFiles")
    kind, capture = part.properties.get("kind", ""), part.properties.get("capture", "")
    if kind and kind not in own.ACCEPTED_BY_KIND:
        part.wrong("form.rule", part="properties.kind", now=kind, limit=", ".join(own.ACCEPTED_BY_KIND))
    if capture not in ("", "environment", "user"):
        part.wrong("form.rule", part="properties.capture", now=capture, limit="environment, user")
    accept = tuple(token.strip().lower() for token in part.words("accept").split(",") if token.strip())
    megabytes = part.whole(part.properties, "maxSize", MAX_MEGABYTES, 100)
    return f.File(**common, accept=accept or own.ACCEPTED_BY_KIND.get(kind, ()), min_files=least, max_files=most,
                  max_size=megabytes * 1_000_000, capture=capture, of=kind)


def _group(reader: Reader, part: Part) -> f.Field:
    common = part.common(key="path")
    inside = reader.fields(part.raw.get("components"), "components")
    if not inside:
        part.wrong("form.empty", label=common["label"])
    return f.Group(**common, fields=inside)


def _list(reader: Reader, part: Part) -> f.Field:
    common = part.labelled(key="path")
    if not part.truth(part.raw, "isRepeating", default=True):
        part.wrong("form.not_repeating")
    fixed = not part.truth(part.raw, "allowAddRemove", default=True)
    rows = part.whole(part.raw, "defaultRepetitions", 1, MAX_ROWS)
    least = part.whole(part.properties, "minItems", rows if fixed else 0, MAX_ROWS)
    most = part.whole(part.properties, "maxItems", max(rows, least) if fixed else MAX_ROWS, MAX_ROWS)
    if least > most:
        part.wrong("form.bounds", part="minItems")
    inside = reader.fields(part.raw.get("components"), "components")
    if not any(True for _ in f.level(inside)):
        part.wrong("form.empty", label=common["label"])
    return f.DynamicList(**common, fields=inside, min_items=least, max_items=most, rows=min(max(rows, least), most),
                         fixed=fixed, row_label=clean(part.properties.get("rowLabel", "")))


def _view(_: Reader, part: Part) -> f.Field:
    text = part.raw.get("text", "")
    common = part.common(key="")
    if isinstance(text, str) and text.lstrip().startswith("="):
        return f.TextView(**common, shown_from=part.formula("text", text))
    return f.TextView(**common, text=part.words("text", lines=True))


def _separator(_: Reader, part: Part) -> f.Field:
    return f.Separator(**part.common(key=""))


BUILDERS: dict[str, Callable[[Reader, Part], f.Field]] = {
    "textfield": _text, "textarea": _textarea, "number": _number, "datetime": _date, "checkbox": _checkbox,
    "checklist": _choice(f.Checklist), "radio": _choice(f.Radio), "select": _choice(f.Select), "filepicker": _file,
    "dynamiclist": _list, "group": _group, "text": _view, "separator": _separator,
}

"""Whatever arrives, a form answers: no stack trace, JSON-safe data, and nothing changes on the second look."""

from __future__ import annotations

import json
from typing import Any

from form_samples import CONTEXT, GOOD, PHOTO, SHA, sowan
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import FormRefused
from engine.forms import load, naming

TEXT = st.text(st.characters(exclude_categories=()), max_size=30)  # lone surrogates and NUL included
SCALAR = (st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.sampled_from(
    ["camat", "met", "deputy", "2024-05-20", "09:30", "2024-05-20T09:30", "true", "12,5", SHA, PHOTO]))
ANYTHING = st.recursive(SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
                        max_leaves=12)
KEYS = sorted(field.key for _, field in sowan().walk() if field.key)
ROW = st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=6)
DATA = st.dictionaries(st.sampled_from(KEYS), ANYTHING | st.lists(ROW, max_size=3) | ROW, max_size=10)
MEASURED = settings(max_examples=100, deadline=None)


def settled(data: Any) -> dict[str, object]:
    """What is kept of a draft once what could not be read has been dropped."""
    first = sowan().check(data, context=CONTEXT, complete=False).data
    return sowan().check(first, context=CONTEXT, complete=False).data


@MEASURED
@given(ANYTHING | DATA, st.booleans())
def test_check_never_raises_and_gives_json(data: Any, complete: bool) -> None:
    checked = sowan().check(data, context=CONTEXT, complete=complete)
    json.dumps(checked.data, allow_nan=False, ensure_ascii=False).encode("utf-8")
    for error in checked.errors:
        assert "" not in (error.message, error.message_en)
        "".join(map(str, error.path)).encode("utf-8")


@MEASURED
@given(DATA)
def test_what_a_check_kept_is_kept_by_the_next_one(data: Any) -> None:
    kept = settled(data)
    again = sowan().check(kept, context=CONTEXT, complete=False)
    assert again.errors == ()
    assert again.data == kept


@MEASURED
@given(ANYTHING | DATA)
def test_every_answer_can_be_shown(data: Any) -> None:
    for row in sowan().describe(data, context=CONTEXT):
        row.value.encode("utf-8")
    assert sowan().hidden(data, context=CONTEXT) is not None


@MEASURED
@given(st.lists(st.tuples(TEXT | st.sampled_from(["visits-0-name", "visits-2-topics", "office-phone", "place"]), TEXT)))
def test_whatever_is_posted_can_be_parsed_and_checked(posted: list[tuple[str, str]]) -> None:
    data = sowan().parse(posted)
    assert all(error.code != "unknown" for error in sowan().check(data, context=CONTEXT).errors)


@MEASURED
@given(DATA)
def test_checked_data_comes_back_from_its_page(data: Any) -> None:
    form = sowan()
    kept = settled(data)
    posted = form.attach(form.parse(naming.pairs(form.fields, kept)), {SHA: PHOTO})
    assert form.check(posted, context=CONTEXT, complete=False).data == kept


@MEASURED
@given(TEXT | ANYTHING.map(json.dumps))
def test_a_file_of_anything_is_refused_in_words(text: str) -> None:
    try:
        load(text)
    except FormRefused as refused:
        assert refused.problems  # noqa: PT017 - either outcome is right, but only this refusal


COMPONENT = st.fixed_dictionaries({"type": st.sampled_from(
    ["textfield", "textarea", "number", "datetime", "checkbox", "radio", "select", "checklist", "filepicker", "text",
     "dynamiclist", "group", "separator", "html"])}, optional=dict.fromkeys(
        ("id", "key", "path", "label", "description", "validate", "properties", "values", "conditional",
         "defaultValue", "increment", "decimalDigits", "subtype", "accept", "multiple", "components", "layout", "text",
         "readonly", "defaultRepetitions"), ANYTHING))


@MEASURED
@given(st.lists(COMPONENT, max_size=3))
def test_a_form_of_strange_parts_is_read_or_refused(components: list[dict[str, Any]]) -> None:
    try:
        form = load(json.dumps({"id": "x", "components": components}, allow_nan=False, default=str))
    except (FormRefused, ValueError) as refused:
        assert isinstance(refused, FormRefused) or "JSON" in str(refused)  # noqa: PT017 - NaN has no JSON
        return
    form.check({}, context=CONTEXT)


def test_a_good_form_is_not_among_the_strange_ones() -> None:
    assert sowan().check(GOOD, context=CONTEXT).ok

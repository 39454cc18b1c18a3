"""Conditional parts: hidden answers are neither required, kept nor seen by other conditions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from form_samples import CONTEXT, GOOD, OPTIONS, form_of, part, sowan

MUST = {"required": True}


def hiding(text: str) -> dict[str, dict[str, str]]:
    return {"conditional": {"hide": text}}


def test_a_hidden_answer_is_neither_required_nor_kept_and_its_faults_do_not_count() -> None:
    form = form_of(part("select", "who", values=OPTIONS),
                   part("number", "more", validate=MUST, **hiding('= who != "camat"')))
    assert form.check({"who": "kapolsek", "more": "bukan angka"}).errors == ()
    assert form.check({"who": "kapolsek", "more": 3}).data == {"who": "kapolsek"}
    assert [error.code for error in form.check({"who": "camat"}).errors] == ["required"]
    assert form.check({"who": "camat", "more": 3}).data == {"who": "camat", "more": 3}


def test_true_hides_always_and_a_formula_without_an_answer_hides_nothing() -> None:
    form = form_of(part("textfield", "a", conditional={"hide": True}),
                   part("textfield", "b", **hiding("= nothing.here")))
    assert form.check({"a": "x", "b": "y"}).data == {"b": "y"}
    assert form.hidden({}) == {("a",)}


def test_a_row_sees_its_own_answers_first_then_the_form_and_the_context() -> None:
    form = form_of(
        part("textfield", "name"),
        part("dynamiclist", "rows", components=[
            {**part("textfield", "name"), "id": "Inner"},
            part("textfield", "own", **hiding('= name = "baris"')),
            part("textfield", "outer", **hiding('= parent.name = "formulir"')),
            part("textfield", "known", **hiding('= body.kind = "ppk"')),
        ]))
    row = {"name": "baris", "own": "1", "outer": "2", "known": "3"}
    given = {"name": "formulir", "rows": [row, {**row, "name": "lain"}]}
    checked = form.check(given, context={"body": {"kind": "ppk"}})
    assert checked.data["rows"] == [{"name": "baris"}, {"name": "lain", "own": "1"}]
    assert ("rows", 0, "own") in form.hidden({"rows": [row]})


def test_hidden_groups_hide_all_within_with_and_without_a_key() -> None:
    for more in ({}, {"path": "box"}):
        inside = {"type": "group", "id": "G", "components": [part("textfield", "b", validate=MUST)], **more,
                  **hiding('= a = "x"')}
        form = form_of(part("textfield", "a"), inside)
        given = {"a": "x", "box": {"b": "1"}} if more else {"a": "x", "b": "1"}
        assert form.check(given).data == {"a": "x"}
        assert form.check({**given, "a": "y"}).data == {**given, "a": "y"}
        assert form.hidden(given) == {(("box",) if more else ("#G",))}


def test_a_hidden_answer_reads_as_null_for_conditions_before_and_after_it() -> None:
    form = form_of(part("textfield", "first", validate=MUST, **hiding('= middle = "x"')),
                   part("textfield", "middle", **hiding('= last = "x"')),
                   part("textfield", "last"))
    assert form.check({"first": "a", "middle": "x", "last": "x"}).data == {"first": "a", "last": "x"}
    assert [e.path for e in form.check({"middle": "x", "last": "x"}).errors] == [("first",)]


def test_conditions_that_chase_each_other_come_to_an_end() -> None:
    form = form_of(part("textfield", "a", **hiding("= b != null")), part("textfield", "b", **hiding("= a != null")))
    assert form.check({"a": "1", "b": "2"}).data == {"b": "2"}
    liar = form_of(part("textfield", "a", **hiding("= a != null")))
    assert liar.check({"a": "1"}).errors == ()


def test_a_condition_inside_a_hidden_group_keeps_its_own_answer_when_the_group_returns() -> None:
    inside = {"type": "group", "id": "G", **hiding('= c = "x"'), "components": [
        part("textfield", "a"), part("textfield", "b", **hiding('= a = "x"'))]}
    form = form_of(inside, part("textfield", "c", **hiding('= d = "x"')), part("textfield", "d"))
    assert form.check({"a": "y", "b": "2", "c": "x", "d": "x"}).data == {"a": "y", "b": "2", "d": "x"}


def test_typed_gives_conditions_dates_and_numbers_not_texts() -> None:
    form = form_of(part("datetime", "on"), part("number", "count"),
                   part("textfield", "gone", conditional={"hide": True}))
    assert form.typed({"on": "2024-05-16", "count": "2,5", "gone": "x"}) == {
        "on": dt.date(2024, 5, 16), "count": Decimal("2.5")}


def test_the_deputy_is_asked_for_only_when_there_was_one() -> None:
    visits = [{**GOOD["visits"][0], "deputy": "tersisa"}, {**GOOD["visits"][1], "deputy": ""}]
    checked = sowan().check({**GOOD, "visits": visits}, context=CONTEXT)
    assert [error.path for error in checked.errors] == [("visits", 1, "deputy")]
    assert "deputy" not in checked.data["visits"][0]  # type: ignore[index]

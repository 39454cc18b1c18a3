"""Each kind of field and each rule: what is accepted and as what it is kept, what is refused with which code."""

from __future__ import annotations

from typing import Any

import pytest
from form_samples import CONTEXT, GOOD, OPTIONS, PHOTO, SHA, form_of, one, part, sowan

from engine.forms import Form

RULES: dict[str, dict[str, Any]] = {
    "text": {"type": "textfield"},
    "short": {"type": "textfield", "validate": {"minLength": 3, "maxLength": 5}},
    "nip": {"type": "textfield", "validate": {"pattern": "^[0-9]{18}$"}},
    "email": {"type": "textfield", "validate": {"validationType": "email"}},
    "phone": {"type": "textfield", "validate": {"validationType": "phone"}},
    "area": {"type": "textarea"},
    "number": {"type": "number"},
    "whole": {"type": "number", "decimalDigits": 0},
    "money": {"type": "number", "decimalDigits": 2, "serializeToString": True},
    "range": {"type": "number", "validate": {"min": 0, "max": "100"}},
    "fives": {"type": "number", "increment": "0.5"},
    "date": {"type": "datetime"},
    "time": {"type": "datetime", "subtype": "time"},
    "datetime": {"type": "datetime", "subtype": "datetime"},
    "after_oath": {"type": "datetime", "properties": {"notBefore": "= body.oath_on", "notAfter": "= today"}},
    "moment_after_oath": {"type": "datetime", "subtype": "datetime", "properties": {"notBefore": "= body.oath_on",
                                                                                    "notAfter": "= today"}},
    "coming": {"type": "datetime", "disallowPassedDates": True},
    "yes": {"type": "checkbox"},
    "radio": {"type": "radio", "values": OPTIONS},
    "select": {"type": "select", "values": OPTIONS},
    "list": {"type": "checklist", "values": OPTIONS},
    "members": {"type": "checklist", "valuesExpression": "= body.members"},
    "nobody": {"type": "select", "valuesKey": "nothing"},
    "file": {"type": "filepicker"},
    "photos": {"type": "filepicker", "multiple": True,
               "properties": {"kind": "photo", "minFiles": "2", "maxFiles": "3", "maxSize": "1"}},
    "papers": {"type": "filepicker", "accept": ".pdf, image/*"},
}


def form(name: str) -> Form:
    rule = dict(RULES[name])
    return one(rule.pop("type"), **rule)


def photo(**more: Any) -> dict[str, Any]:
    return {**PHOTO, **more}


@pytest.mark.parametrize(("name", "given", "kept"), [
    ("text", "  Sri \t Rahayu\n", "Sri Rahayu"), ("text", "e\u0301", "é"), ("text", "a\x00b\u0007", "ab"),
    ("text", "\ud800halo\udfff", "halo"), ("text", "\u202egnp.exe", "gnp.exe"),
    ("text", "👩‍👩‍👧 مرحبا", "👩‍👩‍👧 مرحبا"),
    ("text", "x" * 1000, "x" * 1000), ("short", "abcde", "abcde"), ("nip", "1" * 18, "1" * 18),
    ("email", "a.b+c@kpu.go.id", "a.b+c@kpu.go.id"), ("phone", "+62 812-3456 789", "+62 812-3456 789"),
    ("area", " a \r\n\tb \r c ", "a\n b\n c"), ("area", "x" * 10_000, "x" * 10_000),
    ("number", "12,5", 12.5), ("number", "12.50", 12.5), ("number", " 7 ", 7), ("number", 7, 7), ("number", 7.25, 7.25),
    ("number", "-0,5", -0.5), ("number", 0, 0), ("number", "007", 7), ("whole", "12,0", 12), ("whole", 1e3, 1000),
    ("money", "1250,50", "1250.50"), ("range", "100", 100), ("fives", 2.5, 2.5),
    ("date", "2024-05-16", "2024-05-16"), ("time", "09:30", "09:30"), ("time", "23:59:59.5", "23:59"),
    ("datetime", "2024-05-16 09:30", "2024-05-16T09:30"), ("datetime", "2024-05-16T09:30:15", "2024-05-16T09:30"),
    ("after_oath", "2024-05-16", "2024-05-16"), ("after_oath", "2024-06-01", "2024-06-01"),
    ("moment_after_oath", "2024-05-16T00:00", "2024-05-16T00:00"),
    ("moment_after_oath", "2024-06-01T23:59", "2024-06-01T23:59"), ("coming", "2024-06-01", "2024-06-01"),
    ("yes", True, True), ("yes", "on", True), ("yes", "false", False), ("yes", "", False), ("yes", None, False),
    ("radio", "camat", "camat"), ("select", " camat ", "camat"), ("list", ["camat", "camat"], ["camat"]),
    ("list", "camat", ["camat"]), ("list", [], []), ("members", ["m1", "m2"], ["m1", "m2"]),
    ("file", [PHOTO], [PHOTO]), ("file", [], []), ("papers", [photo(name="a.PDF", type="x/y")],
                                                    [photo(name="a.PDF", type="x/y")]),
    ("photos", [photo(), photo(sha256="cd" * 32)], [photo(), photo(sha256="cd" * 32)]),
    ("file", [photo(name="../../etc/\x00passwd")], [photo(name=".._.._etc_passwd")]),
])
def test_a_right_answer_is_kept_cleaned(name: str, given: object, kept: object) -> None:
    checked = form(name).check({"answer": given}, context=CONTEXT)
    assert checked.errors == ()
    assert checked.data == {"answer": kept}


@pytest.mark.parametrize(("name", "given", "code"), [
    ("text", 3, "text"), ("text", ["a"], "text"), ("text", "x" * 1001, "maxLength"),
    ("text", "x" * 5_000_000, "maxLength"), ("short", "ab", "minLength"), ("short", "abcdef", "maxLength"),
    ("nip", "1" * 17, "pattern"), ("nip", "١" * 18, "pattern"),
    ("email", "a@b", "email"), ("email", "a b@c.id", "email"),
    ("email", "a@b..id", "email"), ("phone", "08", "phone"), ("phone", "0812x3456789", "phone"),
    ("area", "x" * 10_001, "maxLength"),
    ("number", "dua", "number"), ("number", "1.250,5", "number"), ("number", True, "number"),
    ("number", float("nan"), "number"), ("number", float("inf"), "number"), ("number", "1e5", "number"),
    pytest.param("number", 10**5000, "number.huge", id="number-5000-digits"),
    ("number", "9" * 40, "number.huge"), ("number", "9" * 5000, "number.huge"),
    ("number", 1e300, "number.huge"), ("number", {}, "number"), ("whole", "1,5", "number.whole"),
    ("money", "1,125", "number.digits"), ("range", -1, "min"), ("range", 101, "max"),
    ("fives", 2.3, "number.increment"), ("fives", "0." + "1" * 40, "number.increment"),
    ("date", "16-05-2024", "date"), ("date", "2024-02-30", "date"), ("date", "2024-05-16T09:00", "date"),
    ("date", 20240516, "date"), ("date", "0000-01-01", "date"), ("date", "٢٠٢٤-05-16", "date"),
    ("time", "24:00", "time"), ("time", "9.30", "time"),
    ("datetime", "2024-05-16", "datetime"), ("datetime", "2024-05-16T09:30+07:00", "datetime"),
    ("after_oath", "2024-05-15", "notBefore"), ("after_oath", "2024-06-02", "notAfter"),
    ("moment_after_oath", "2024-05-15T23:59", "notBefore"), ("moment_after_oath", "2024-06-02T00:00", "notAfter"),
    ("coming", "2024-05-31", "notBefore"),
    ("yes", "maybe", "boolean"), ("yes", 1, "boolean"), ("yes", [], "boolean"),
    ("radio", "lurah", "option"), ("select", 1, "option"), ("select", ["camat"], "option"), ("list", ["x"], "option"),
    ("list", [["camat"]], "option"), ("list", {"camat": 1}, "option"), ("list", ["camat"] * 2000, "option"),
    ("members", ["m3"], "option"), ("nobody", "x", "options.none"),
    ("file", "x", "file"), ("file", [SHA], "file"), ("file", [{"sha256": SHA}], "file"),
    ("file", [photo(sha256="AB" * 32)], "file"), ("file", [photo(size=-1)], "file"),
    ("file", [photo(size="1")], "file"),
    ("file", [photo(name="")], "file"), ("file", [photo(more=1)], "file"), ("file", [photo(size=0)], "file.empty"),
    ("file", [photo(), photo(sha256="cd" * 32)], "maxFiles"), ("photos", [photo()], "minFiles"),
    ("photos", [photo(), photo()], "file.twice"),
    ("photos", [photo(), photo(sha256="cd" * 32, size=1_000_001)], "file.size"),
    ("papers", [photo(name="a.exe", type="application/x-msdownload")], "file.type"),
])
def test_a_wrong_answer_is_refused_with_a_sentence(name: str, given: object, code: str) -> None:
    checked = form(name).check({"answer": given}, context=CONTEXT)
    assert [(error.path, error.code) for error in checked.errors] == [(("answer",), code)]
    assert checked.errors[0].message != checked.errors[0].message_en != ""
    assert "answer" not in checked.data


@pytest.mark.parametrize("name", sorted(RULES))
@pytest.mark.parametrize("given", [{}, {"answer": None}, {"answer": ""}], ids=["absent", "null", "empty"])
def test_an_answer_is_missed_only_where_it_is_required(name: str, given: dict[str, Any]) -> None:
    rule = dict(RULES[name])
    kind, rules = rule.pop("type"), rule.pop("validate", {})
    properties = {key: value for key, value in rule.pop("properties", {}).items() if key != "minFiles"}
    optional = one(kind, **rule, validate=rules, properties=properties)
    required = one(kind, **rule, validate={**rules, "required": True}, properties=properties)
    assert optional.check(given, context=CONTEXT).errors == ()
    assert [error.code for error in required.check(given, context=CONTEXT).errors] == ["required"]
    assert required.check(given, context=CONTEXT, complete=False).errors == ()


@pytest.mark.parametrize(("kind", "message"), [
    ("textfield", "Wajib diisi."), ("checkbox", "Wajib dicentang bila benar."),
    ("radio", "Wajib dipilih salah satu."), ("filepicker", "Lampirkan paling sedikit satu berkas."),
])
def test_what_is_missing_is_said_in_words_that_fit_the_kind(kind: str, message: str) -> None:
    more = {"values": OPTIONS} if kind == "radio" else {}
    checked = one(kind, validate={"required": True}, **more).check({})
    assert [error.message for error in checked.errors] == [message]


def test_messages_say_the_limit_and_what_stands_now() -> None:
    message = form("short").check({"answer": "ab"}).errors[0]
    assert message.message == "Tulis paling sedikit 3 huruf; sekarang 2."
    assert message.message_en == "Write at least 3 characters; now 2."
    early = form("after_oath").check({"answer": "2024-05-15"}, context=CONTEXT).errors[0]
    assert early.message == "Tidak boleh sebelum 16 Mei 2024. Periksa kembali tanggalnya."


def test_the_authors_own_sentences_stand_in_for_the_general_ones() -> None:
    own = one("textfield", validate={"pattern": "^a", "minLength": 3, "required": True},
              properties={"patternErrorMessage": "Awali dengan a.", "error": "Tulis dengan benar."})
    assert [error.message for error in own.check({"answer": "bbb"}).errors] == ["Awali dengan a."]
    assert [error.message for error in own.check({"answer": "a"}).errors] == ["Tulis dengan benar."]
    assert [error.message for error in own.check({}).errors] == ["Wajib diisi."]
    shown = one("textfield", validate={"pattern": "^a"}, properties={"example": "abc"})
    assert shown.check({"answer": "b"}).errors[0].message == "Penulisannya belum sesuai. Contoh: abc"


def test_an_unusual_answer_is_kept_with_a_warning() -> None:
    soft = one("textfield", properties={"warnPattern": "^[0-9]+/", "warnMessage": "Nomor surat tidak lazim."})
    checked = soft.check({"answer": "tanpa nomor"})
    assert (checked.ok, checked.data) == (True, {"answer": "tanpa nomor"})
    assert [(w.path, w.code, w.message) for w in checked.warnings] == [
        (("answer",), "warnPattern", "Nomor surat tidak lazim.")]
    assert soft.check({"answer": "12/PP"}).warnings == ()


def test_a_draft_is_judged_by_what_can_be_kept_only() -> None:
    draft = {"held_on": "2024-01-01", "place": "K", "visits": [{"name": "x"}], "office": {"phone": "1"}}
    checked = sowan().check(draft, context=CONTEXT, complete=False)
    assert checked.errors == ()
    assert checked.data["place"] == "K"
    assert [e.code for e in sowan().check({"place": "x" * 201, "guests": "banyak"}, complete=False).errors] == [
        "maxLength", "number"]


def test_a_whole_form_is_kept_as_given_and_a_second_check_changes_nothing() -> None:
    checked = sowan().check(GOOD, context=CONTEXT)
    assert checked.errors == ()
    assert checked.data == GOOD
    assert sowan().check(checked.data, context=CONTEXT).data == checked.data


def test_errors_lead_to_the_row_and_field() -> None:
    wrong = {**GOOD, "visits": [GOOD["visits"][0], {"official": "camat", "photos": "x"}], "office": {"phone": "1"}}
    assert [(e.path, e.code) for e in sowan().check(wrong, context=CONTEXT).errors] == [
        (("visits", 1, "name"), "required"), (("visits", 1, "photos"), "file"), (("office", "phone"), "phone")]


@pytest.mark.parametrize(("data", "path"), [
    ({**GOOD, "nik": "1"}, ("nik",)), ({**GOOD, "visits": [{**GOOD["visits"][0], "x": 1}]}, ("visits", 0, "x")),
    ({**GOOD, "office": {"\ud800\x00": 1}}, ("office", "")), ({**GOOD, 3: 1}, ("?",)),
])
def test_unknown_keys_are_errors_and_are_not_kept(data: dict[Any, Any], path: tuple[str | int, ...]) -> None:
    checked = sowan().check(data, context=CONTEXT)
    assert [(error.path, error.code) for error in checked.errors] == [(path, "unknown")]


@pytest.mark.parametrize("data", [None, [], "x", 3, {"visits": {}}, {"visits": [3]}, {"office": []}])
def test_another_shape_is_an_error(data: object) -> None:
    assert "shape" in [error.code for error in sowan().check(data, context=CONTEXT).errors]


def rows(**more: Any) -> Form:
    return form_of(part("dynamiclist", "rows", components=[part("textfield", "a"), part("checkbox", "b")], **more))


@pytest.mark.parametrize(("more", "given", "codes", "kept"), [
    ({}, [{"a": ""}, {"a": "x"}, {}], [], [{"a": "x", "b": False}]),
    ({"properties": {"minItems": "2"}}, [{"a": "x"}, {"a": " "}], ["minItems"], None),
    ({"properties": {"maxItems": "1"}}, [{"a": "x"}, {"a": "y"}], ["maxItems"], None),
    ({"properties": {"maxItems": "1"}}, [{"a": "x"}, {}], [], [{"a": "x", "b": False}]),
    ({"properties": {"maxItems": "1"}}, [{}] * 100_000, ["maxItems"], None),
    ({"validate": {"required": True}}, [], ["minItems"], None),
    ({"allowAddRemove": False, "defaultRepetitions": 2}, [{"a": "x"}, {}], [],
     [{"a": "x", "b": False}, {"b": False}]),
    ({"allowAddRemove": False, "defaultRepetitions": 2}, [{"a": "x"}], ["minItems"], None),
])
def test_rows(more: dict[str, Any], given: object, codes: list[str], kept: object) -> None:
    checked = rows(**more).check({"rows": given})
    assert [error.code for error in checked.errors] == codes
    if kept is not None:
        assert checked.data == {"rows": kept}


def test_a_read_only_answer_is_the_default_whatever_is_sent_and_a_disabled_one_is_not_kept() -> None:
    form = form_of(part("textfield", "fixed", readonly=True, defaultValue="KPU", validate={"required": True}),
                   part("textfield", "off", disabled=True, validate={"required": True}))
    checked = form.check({"fixed": "saya", "off": "x"})
    assert (checked.errors, checked.data) == ((), {"fixed": "KPU"})


def test_limits_may_be_formulas_and_do_not_bind_when_the_context_is_silent() -> None:
    form = one("number", validate={"max": "= seats"})
    assert [e.message for e in form.check({"answer": 6}, context={"seats": 5}).errors] == ["Angkanya paling besar 5."]
    assert form.check({"answer": 6}).errors == ()


def test_the_pattern_that_backtracks_is_never_asked_about_megabytes() -> None:
    slow = one("textfield", validate={"pattern": "^.*.*x$", "maxLength": 1000})
    assert [e.code for e in slow.check({"answer": "a" * 1000}).errors] == ["pattern"]

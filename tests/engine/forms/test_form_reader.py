"""Which form files are read, and how those that are not are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from form_samples import OPTIONS, form_of, one, part, sowan, text_of

from engine.errors import FormRefused
from engine.forms import Choice, DynamicList, Group, Text, load


def codes(text: str) -> list[str]:
    with pytest.raises(FormRefused) as refused:
        load(text)
    assert all(problem.message and problem.message_en for problem in refused.value.problems)
    return [problem.code for problem in refused.value.problems]


def test_every_supported_component_becomes_a_field_with_its_path() -> None:
    assert [("/".join(map(str, path)), field.kind) for path, field in sowan().walk()] == [
        ("#Intro", "view"), ("held_on", "date"), ("held_at", "date"), ("noted_at", "date"), ("place", "text"),
        ("story", "textarea"), ("guests", "number"), ("#Line", "separator"), ("visits", "list"),
        ("visits/official", "select"), ("visits/name", "text"), ("visits/manner", "radio"), ("visits/deputy", "text"),
        ("visits/topics", "checklist"), ("visits/photos", "file"), ("office", "group"), ("office/address", "text"),
        ("office/phone", "text"), ("#Plain", "group"), ("neutral", "checkbox"),
    ]


def test_names_are_the_keys_at_the_top_and_needs_what_the_context_must_give() -> None:
    form = sowan()
    assert form.names == {"held_on", "held_at", "noted_at", "place", "story", "guests", "visits", "office", "neutral"}
    assert form.needs == {"body", "today"}


def test_field_is_found_by_the_path_of_an_error() -> None:
    form = sowan()
    official = form.field(("visits", 3, "official"))
    assert isinstance(official, Choice)
    assert [option.value for option in official.options] == ["camat", "kapolsek", "danramil"]
    assert isinstance(form.field(("visits",)), DynamicList)
    assert isinstance(form.field(("office",)), Group)
    assert form.field(("nothing",)) is None


def test_the_words_of_a_field_are_read() -> None:
    field = one("textfield", description="Petunjuk", properties={"example": "Sri", "x-own": "1"},
                layout={"row": "Row_1", "columns": 8}).fields[0]
    assert (field.label, field.help, field.example, field.columns) == ("Label answer", "Petunjuk", "Sri", 8)
    assert field.properties["x-own"] == "1"
    assert one("textfield", description="a", properties={"help": "b"}).fields[0].help == "b"


def test_load_gives_the_same_form_for_the_same_text() -> None:
    assert load(text_of(part("textfield"))) is load(text_of(part("textfield")))


def test_fingerprint_ignores_layout_of_the_file_and_marks_of_the_editor_only() -> None:
    components = [part("textfield")]
    plain = load(text_of(*components))
    spaced = load(json.dumps({"components": components, "id": "submit_test", "type": "default", "schemaVersion": 19,
                              "exporter": {"name": "Camunda Modeler", "version": "5"}}, indent=4))
    other = load(text_of(part("textfield", validate={"required": True})))
    assert plain.fingerprint == spaced.fingerprint != other.fingerprint
    assert len(plain.fingerprint) == 64


@pytest.mark.parametrize(("text", "code"), [
    ("", "form.json"),
    ("{", "form.json"),
    ("[]", "form.shape"),
    ("null", "form.shape"),
    ('{"id": NaN}', "form.json"),
    ('{"id": ' + "9" * 5000 + "}", "form.json"),
    ('{"id": "a", "id": "b"}', "form.duplicate_key"),
    ('{"id": "a", "components": [{"type": "text", "type": "html"}]}', "form.duplicate_key"),
    ("[" * 100_000, "form.deep"),
    ('{"a":' * 30 + "1" + "}" * 30, "form.deep"),
    (" " * 300_000, "form.size"),
])
def test_hostile_files_are_refused(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_brackets_within_text_are_not_depth() -> None:
    assert one("textfield", description="[" * 60 + '"{' * 60).fields[0].help.startswith("[[[")


@pytest.mark.parametrize(("more", "code"), [
    ({"type": "html"}, "form.type_refused"), ({"type": "image"}, "form.type_refused"),
    ({"type": "iframe"}, "form.type_refused"), ({"type": "expression"}, "form.type_refused"),
    ({"type": "table"}, "form.type_refused"), ({"type": "documentPreview"}, "form.type_refused"),
    ({"type": "taglist"}, "form.type_refused"), ({"type": "multipage"}, "form.type_refused"),
    ({"type": "page"}, "form.type_refused"), ({"type": "button", "action": "explode"}, "form.type_refused"),
    ({"type": "hologram"}, "form.type_unknown"), ({"type": None}, "form.type_unknown"),
    ({"key": ""}, "form.key"), ({"key": "a.b"}, "form.key"), ({"key": "a-b"}, "form.key"), ({"key": 3}, "form.key"),
    ({"key": "k" * 65}, "form.key"), ({"label": ""}, "form.label"), ({"label": "\u0000 "}, "form.label"),
    ({"label": "= name"}, "form.template"), ({"description": "Halo {{name}}"}, "form.template"),
    ({"description": 3}, "form.shape"), ({"validate": []}, "form.shape"), ({"properties": {"help": []}}, "form.shape"),
    ({"properties": {"minFiles": "1"}}, "form.rule_unknown"), ({"properties": {"notbefore": "1"}}, "form.rule_unknown"),
    ({"validate": {"min": 1}}, "form.rule_unknown"), ({"validate": {"required": "= x"}}, "form.rule"),
    ({"readonly": "= x"}, "form.rule"), ({"validate": {"minLength": -1}}, "form.rule"),
    ({"validate": {"maxLength": 1001}}, "form.rule"), ({"validate": {"minLength": 5, "maxLength": 4}}, "form.bounds"),
    ({"validate": {"validationType": "fax"}}, "form.rule"), ({"validate": {"pattern": "("}}, "form.pattern"),
    ({"validate": {"pattern": "(?<a>b)"}}, "form.pattern"), ({"validate": {"pattern": "(a+)+$"}}, "form.pattern_slow"),
    ({"validate": {"pattern": "(a|aa)*$"}}, "form.pattern_slow"), ({"validate": {"pattern": r"(a)\1"}},
                                                                  "form.pattern_slow"),
    ({"validate": {"pattern": "((a+)b?){2,}"}}, "form.pattern_slow"),
    ({"validate": {"pattern": "(a?){30}a{30}"}}, "form.pattern_slow"),
    ({"validate": {"pattern": "(?:a{1,50}){1,50}b"}}, "form.pattern_slow"),
    ({"validate": {"pattern": "^(.*),(.*),(.*)$"}}, "form.pattern_slow"),
    ({"conditional": {"hide": "= ("}}, "form.expression"), ({"conditional": {"hide": 3}}, "form.shape"),
    ({"defaultValue": 3}, "form.default"),
])
def test_a_wrong_textfield_is_refused_by_its_id(more: dict[str, Any], code: str) -> None:
    with pytest.raises(FormRefused) as refused:
        load(text_of({**part("textfield"), **more}, part("textfield", "other")))
    assert [(problem.code, problem.element) for problem in refused.value.problems] == [(code, "Field_answer")]


@pytest.mark.parametrize(("kind", "more", "code"), [
    ("select", {}, "form.options"), ("radio", {"values": []}, "form.options"),
    ("checklist", {"values": "camat"}, "form.options"), ("select", {"values": [{"label": "A"}]}, "form.option"),
    ("select", {"values": [*OPTIONS, OPTIONS[0]]}, "form.option"), ("select", {"values": ["a"]}, "form.option"),
    ("select", {"values": OPTIONS, "defaultValue": "lurah"}, "form.default"),
    ("select", {"valuesExpression": "= ("}, "form.expression"),
    ("number", {"validate": {"min": 3, "max": 2}}, "form.bounds"), ("number", {"increment": 0}, "form.rule"),
    ("number", {"validate": {"min": "dua"}}, "form.rule"), ("number", {"decimalDigits": 1.5}, "form.rule"),
    ("number", {"defaultValue": True}, "form.default"),
    ("datetime", {"subtype": "year"}, "form.rule"), ("datetime", {"properties": {"notBefore": "= ("}},
                                                     "form.expression"),
    ("filepicker", {"properties": {"maxFiles": "3"}}, "form.bounds"),
    ("filepicker", {"multiple": True, "properties": {"minFiles": "3", "maxFiles": "2"}}, "form.bounds"),
    ("filepicker", {"properties": {"kind": "video"}}, "form.rule"),
    ("filepicker", {"properties": {"capture": "now"}}, "form.rule"),
    ("dynamiclist", {"components": []}, "form.empty"),
    ("dynamiclist", {"components": [part("textfield", "a")], "isRepeating": False}, "form.not_repeating"),
    ("dynamiclist", {"components": [part("textfield", "a")], "properties": {"minItems": "3", "maxItems": "2"}},
     "form.bounds"),
    ("dynamiclist", {"components": [part("textfield", "a")], "path": ""}, "form.key"),
    ("group", {"components": []}, "form.empty"), ("group", {"components": [part("textfield", "a")], "path": "a.b"},
                                                  "form.key"),
])
def test_a_wrong_rule_is_refused_by_the_id_of_its_part(kind: str, more: dict[str, Any], code: str) -> None:
    with pytest.raises(FormRefused) as refused:
        load(text_of({**part(kind), **more}))
    assert (code, "Field_answer") in [(problem.code, problem.element) for problem in refused.value.problems]


def test_the_refusal_says_in_indonesian_which_part_and_how_to_mend_it() -> None:
    with pytest.raises(FormRefused) as refused:
        load(text_of(part("taglist", "topics")))
    assert str(refused.value) == "- Field_topics: Jenis “taglist” tidak dapat dipakai. Ganti dengan “checklist”."


def test_all_problems_are_told_together() -> None:
    assert codes(text_of(part("html", "a"), part("textfield", "b", label=""), part("select", "c"), id="")) == [
        "form.id", "form.type_refused", "form.label", "form.options"]


def test_keys_may_repeat_in_different_objects_but_not_within_one() -> None:
    row = part("dynamiclist", "rows", components=[part("textfield", "name")])
    row["components"][0]["id"] = "Other"
    assert form_of(row, part("textfield", "name")).names == {"rows", "name"}
    twice = {"type": "group", "id": "G", "components": [{**part("textfield", "name"), "id": "Inner"}]}
    assert codes(text_of(twice, part("textfield", "name"))) == ["form.key_twice"]
    assert codes(text_of(part("textfield", "a"), {**part("textfield", "b"), "id": "Field_a"})) == ["form.id_twice"]


def test_too_many_parts_and_no_parts_are_refused() -> None:
    assert codes(text_of(*(part("textfield", f"f{n}") for n in range(301)))) == ["form.many"]
    assert codes(text_of()) == ["form.empty"]
    assert codes(text_of({"type": "text", "text": "Halo"})) == ["form.empty"]
    assert codes('{"id": "a", "components": {}}') == ["form.shape"]
    assert codes('{"id": "a", "components": [1]}') == ["form.shape"]
    assert codes(text_of(part("textfield"), type="page")) == ["form.shape"]


def test_buttons_and_spacers_are_left_out() -> None:
    form = form_of({"type": "spacer", "id": "S", "height": 60}, part("textfield"),
                   {"type": "button", "label": "Ulang", "action": "reset"})
    assert [field.kind for field in form.fields] == ["text"]


def test_a_text_always_has_a_longest_length() -> None:
    text, area = one("textfield").fields[0], one("textarea").fields[0]
    assert isinstance(text, Text)
    assert (text.max_length, area.max_length) == (1_000, 10_000)  # type: ignore[attr-defined]


def test_patterns_that_people_really_write_are_read() -> None:
    for pattern in (r"^[0-9]{18}$", r"^\d+/[A-Z.]+-\d{2}/\d{4}/20\d\d$", "^(PPK|PPS) .+$", r"^[^()|+]*$", r"^\(0\d+\)$",
                    r"^https?:\/\/\S+$", r"^(\d{3}-)?\d+$", r"^(\+62|0)8\d{8,12}$", r"^(?:[A-Z]{2}\.){1,3}\d+$",
                    "^.+/.+$"):
        assert one("textfield", validate={"pattern": pattern}).fields[0].pattern  # type: ignore[attr-defined]

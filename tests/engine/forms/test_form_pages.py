"""What pages need: names of inputs, posted pairs, first values, answers in words, files, JSON Schema."""

from __future__ import annotations

import json
from typing import Any

import pytest
from form_samples import CONTEXT, GOOD, OPTIONS, PHOTO, SHA, form_of, one, part, sowan

from engine.forms import html_name, naming


def test_posted_pairs_become_nested_data_and_foreign_names_are_left_out() -> None:
    posted = [("csrf_token", "t"), ("place", "Kantor"), ("neutral", "false"), ("neutral", "true"),
              ("visits-4-official", "camat"), ("visits-4-topics", "safety"), ("visits-4-topics", "secretariat"),
              ("visits-0-name", "A"), ("visits-10-name", "C"), ("visits-4-photos", SHA), ("visits-01-name", "?"),
              ("visits-x-name", "?"), ("visits--name", "?"), ("office-address", "Jalan"), ("office-x", "?"),
              ("address", "?"), ("place-x", "?"), ("-", "?"), ("", "?"), ("a" * 600, "?")]
    assert sowan().parse(posted) == {
        "place": "Kantor", "neutral": "true", "office": {"address": "Jalan"},
        "visits": [{"name": "A"}, {"official": "camat", "topics": ["safety", "secretariat"],
                                   "photos": [{"sha256": SHA}]}, {"name": "C"}]}


def test_what_a_page_posts_is_what_it_showed() -> None:
    form = sowan()
    posted = list(naming.pairs(form.fields, GOOD))
    assert ("visits-1-deputy", "Serma Budi") in posted
    data = form.attach(form.parse(posted), {SHA: PHOTO})
    assert form.check(data, context=CONTEXT).data == GOOD


def test_html_name_joins_the_path() -> None:
    assert html_name(("visits", 0, "official")) == "visits-0-official"


def test_a_file_that_is_not_known_stays_undescribed_and_is_refused() -> None:
    form = one("filepicker")
    data = form.attach(form.parse([("answer", SHA)]), {})
    assert [error.code for error in form.check(data).errors] == ["file"]
    assert form.attach({"answer": "x"}, {}) == {"answer": "x"}


def test_files_are_found_wherever_they_lie() -> None:
    assert list(sowan().files(GOOD)) == [(("visits", 0, "photos", 0), SHA)]
    assert list(sowan().files({"visits": [3, {"photos": [3, {"sha256": 3}]}]})) == []


def test_a_new_page_begins_with_defaults_and_first_rows() -> None:
    form = form_of(part("textfield", "a", defaultValue=" x "), part("number", "n", defaultValue=2.5),
                   part("checkbox", "c", defaultValue=True), part("checklist", "l", values=OPTIONS,
                                                                  defaultValue=["camat"]),
                   part("datetime", "d"), part("group", "g", components=[part("textfield", "b")]),
                   part("dynamiclist", "rows", defaultRepetitions=2, components=[
                       part("select", "s", values=OPTIONS, defaultValue="camat")]))
    assert form.blank() == {"a": "x", "n": 2.5, "c": True, "l": ["camat"], "g": {},
                            "rows": [{"s": "camat"}, {"s": "camat"}]}
    assert form.check(form.blank(), complete=False).errors == ()


def test_answers_in_words() -> None:
    rows = [("  " * row.level + row.label, row.value) for row in sowan().describe(GOOD, context=CONTEXT)]
    assert rows == [
        ("Label held_on", "Senin, 20 Mei 2024"), ("Label held_at", "09.30"),
        ("Label noted_at", "Senin, 20 Mei 2024 pukul 13.05"), ("Label place", "Kantor Kecamatan"),
        ("Label story", "Camat menyambut dengan baik."), ("Label guests", "12"),
        ("Kunjungan 1", ""), ("  Label official", "Camat"), ("  Label name", "Bapak Camat"),
        ("  Label manner", "Tatap muka"), ("  Label topics", "Keamanan"), ("  Label photos", "foto.jpg"),
        ("Kunjungan 2", ""), ("  Label official", "Danramil"), ("  Label name", "Danramil"),
        ("  Label manner", "Diwakili"), ("  Label deputy", "Serma Budi"), ("  Label topics", "–"),
        ("  Label photos", "–"), ("Kantor", ""), ("  Label address", "Jalan Raya 1"),
        ("  Label phone", "0812-3456-7890"), ("Pernyataan", ""), ("  Label neutral", "Ya")]
    paths = {row.label: row.path for row in sowan().describe(GOOD)}
    assert paths["Label deputy"] == ("visits", 1, "deputy")


@pytest.mark.parametrize(("kind", "more", "given", "indonesian", "english"), [
    ("datetime", {}, "2024-05-16", "Kamis, 16 Mei 2024", "Thursday, 16 May 2024"),
    ("datetime", {"subtype": "datetime"}, "2024-05-16T09:05", "Kamis, 16 Mei 2024 pukul 09.05",
     "Thursday, 16 May 2024 at 09:05"),
    ("checkbox", {}, False, "Tidak", "No"), ("checkbox", {}, None, "Tidak", "No"),
    ("number", {}, 1250.5, "1.250,5", "1,250.5"), ("number", {}, -1000, "-1.000", "-1,000"),
    ("select", {"values": OPTIONS}, "lurah", "lurah", "lurah"), ("textfield", {}, None, "–", "–"),
    ("checklist", {"valuesExpression": "= body.members"}, ["m2", "m1"], "Joko, Sri", "Joko, Sri"),
    ("datetime", {}, "besok", "besok", "besok"), ("number", {}, [], "–", "–"),
])
def test_words_in_both_languages(kind: str, more: dict[str, Any], given: object, indonesian: str, english: str) -> None:
    form = one(kind, **more)
    assert [row.value for row in form.describe({"answer": given}, context=CONTEXT)] == [indonesian]
    assert [row.value for row in form.describe({"answer": given}, context=CONTEXT, language="en")] == [english]


def test_an_empty_list_is_one_row_that_says_so() -> None:
    assert [(row.label, row.value) for row in sowan().describe({})][6] == ("Label visits", "–")


def test_text_to_read_may_come_from_the_context() -> None:
    form = form_of({"type": "text", "id": "T", "text": "= hint"}, part("textfield"))
    assert form.fields[0].shown({"hint": "Halo"}) == "Halo"  # type: ignore[attr-defined]
    assert form.fields[0].shown() == ""  # type: ignore[attr-defined]


def test_json_schema_says_what_is_asked() -> None:
    schema = sowan().json_schema()
    assert json.loads(json.dumps(schema)) == schema
    assert schema["required"] == ["held_on", "place", "visits", "neutral"]
    assert schema["properties"]["place"] == {"title": "Label place", "type": "string", "minLength": 3, "maxLength": 200}
    assert schema["properties"]["guests"] == {"title": "Label guests", "type": "integer", "minimum": 0, "maximum": 500}
    assert schema["properties"]["held_on"] == {"title": "Label held_on", "type": "string", "format": "date"}
    visits = schema["properties"]["visits"]
    assert (visits["minItems"], visits["maxItems"], visits["items"]["required"]) == (1, 200, ["official", "name"])
    assert visits["items"]["properties"]["official"]["enum"] == ["camat", "kapolsek", "danramil"]
    assert visits["items"]["properties"]["photos"]["maxItems"] == 3

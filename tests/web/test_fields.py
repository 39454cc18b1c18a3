"""Forms as HTML: every kind of field, errors beside their fields, row buttons that need no script."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from lxml import html

from engine.errors import FieldError
from engine.forms import Form, load, messages
from web import fields
from web.config import ROOT
from workflows.field_names import named

PAGE = """{% from "macros/form.html" import form_fields, error_summary %}
{% set page = {"errors": errors, "hidden": hidden, "context": {}} %}
{{ error_summary(form, errors) }}<form>{{ form_fields(form.fields, data, [], page) }}</form>"""
FORMS = sorted(ROOT.glob("workflows/*/*.form"))

FORM = load(json.dumps({
    "id": "f", "type": "default", "components": [
        {"type": "textfield", "id": "a", "key": "name", "label": "Nama", "description": "Tulis **lengkap**.",
         "validate": {"required": True}},
        {"type": "checkbox", "id": "b", "key": "neutral", "label": "Netral"},
        {"type": "radio", "id": "c", "key": "manner", "label": "Cara",
         "values": [{"value": "face", "label": "Tatap muka"}, {"value": "online", "label": "Daring"}]},
        {"type": "dynamiclist", "id": "d", "path": "visits", "label": "Kunjungan", "allowAddRemove": True,
         "properties": {"rowLabel": "Kunjungan {n}", "maxItems": "3"},
         "components": [{"type": "textfield", "id": "e", "key": "official", "label": "Pejabat"}]},
    ],
}))


def render(app: Flask, form: Form, data: dict[str, object], errors: list[FieldError] | None = None) -> html.HtmlElement:
    with app.test_request_context():
        return html.fromstring(render_template_string(
            PAGE, form=form, data=data, errors=errors or [], hidden=form.hidden(data),
        ))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_form_of_ours_is_drawn_with_a_label_for_each_input(app: Flask, path: Path) -> None:
    form = load(path.read_text())
    page = render(app, form, form.blank())
    labelled = {label.get("for") for label in page.iter("label")}
    inputs = [part for part in page.iter("input", "select", "textarea") if part.get("type") != "hidden"]
    assert inputs
    for part in inputs:
        assert part.get("id") in labelled or part.getparent().tag == "label", part.get("name")


def test_a_field_is_named_by_its_row_and_where_two_are_alike_by_their_group() -> None:
    form = load((ROOT / "workflows/pps/submit_secretariat.form").read_text())
    assert named(form, ("local_decree_number",)) == "2. Keputusan kepala desa/lurah, Nomor keputusan"
    assert named(form, ("kpu_decree_number",)) == "3. Keputusan KPU, Nomor keputusan"
    assert named(form, ("secretary_name",)) == "Nama sekretaris"
    assert named(form, ("photos", 0)) == "Foto"
    assert named(FORM, ("visits", 1, "official")) == "Kunjungan 2, Pejabat"
    assert named(FORM, ("visits", 0)) == "Kunjungan 1"
    assert named(FORM, ("visits",)) == "Kunjungan"
    assert named(FORM, ()) == named(FORM, ("unknown",)) == ""


def test_the_summary_tells_two_rows_apart(app: Flask) -> None:
    wrong = [FieldError(("visits", place, "official"), "required", "Isi nama pejabat.") for place in range(2)]
    page = render(app, FORM, {"visits": [{}, {}]}, wrong)
    said = [line.text_content().strip() for line in page.xpath("//div[@role='alert']//li")]
    assert said == ["Kunjungan 1, Pejabat: Isi nama pejabat.", "Kunjungan 2, Pejabat: Isi nama pejabat."]


def test_what_was_answered_stands_in_the_page(app: Flask) -> None:
    visits = [{"official": "Camat"}, {"official": "Kapolsek"}]
    data = {"name": "<Ani>", "neutral": True, "manner": "online", "visits": visits}
    page = render(app, FORM, data)
    posted = [(part.get("name"), part.get("value")) for part in page.iter("input")
              if part.get("type") == "text" or part.get("checked") is not None]
    own = [pair for pair in posted if "__" not in pair[0]]
    assert FORM.parse(own) == {**data, "neutral": "true"}


def test_an_error_stands_at_its_field_and_on_top(app: Flask) -> None:
    errors = [FieldError(("name",), "required", "Wajib diisi."), FieldError(("visits", 0, "official"), "x", "Siapa?")]
    page = render(app, FORM, {"visits": [{}]}, errors)
    links = {link.get("href"): link.text_content() for link in page.iter("a")}
    assert links == {"#name": "Nama: Wajib diisi.", "#visits-0-official": "Kunjungan 1, Pejabat: Siapa?"}
    for name in ("name", "visits-0-official"):
        part = page.get_element_by_id(name)
        assert part.get("aria-invalid") == "true"
        assert page.get_element_by_id(part.get("aria-describedby").split()[-1]).text_content().strip()


def test_help_is_escaped_but_for_stars() -> None:
    assert fields.emphasised("**a** <b>") == "<strong>a</strong> &lt;b&gt;"


@pytest.mark.parametrize(("data", "button", "rows"), [
    ({}, {"_add": "visits"}, [{}]),
    ({"visits": [{"official": "a"}]}, {"_add": "visits"}, [{"official": "a"}, {}]),
    ({"visits": [{}, {}, {}]}, {"_add": "visits"}, [{}, {}, {}]),
    ({"visits": [{"official": "a"}, {"official": "b"}]}, {"_remove": "visits-0"}, [{"official": "b"}]),
    ({"visits": [{"official": "a"}]}, {"_remove": "visits-7"}, [{"official": "a"}]),
    ({"visits": [{"official": "a"}]}, {"_remove": "visits"}, [{"official": "a"}]),
    ({"visits": [{"official": "a"}]}, {"_add": "name"}, [{"official": "a"}]),
    ({"visits": [{"official": "a"}]}, {"_add": "visits-0-official"}, [{"official": "a"}]),
])
def test_row_buttons(data: dict[str, object], button: dict[str, str], rows: list[object]) -> None:
    before = json.dumps(data)
    changed = fields.press(FORM, data, button)
    assert changed is not None
    assert changed.get("visits", []) == rows
    assert json.dumps(data) == before


def test_without_a_row_button_the_form_was_handed_in() -> None:
    assert fields.press(FORM, {}, {"_draft": ""}) is None


def test_the_forms_own_sentences_are_read_in_english_too() -> None:
    for code, words in messages.FILLING.items():
        assert messages.in_english(words.id) == words.en, code
    few = messages.say("minItems", limit=3, now=1)
    assert messages.in_english(few.id) == few.en
    assert messages.in_english("Sowan ke camat belum ada.") == "Sowan ke camat belum ada."

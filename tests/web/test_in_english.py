"""What is refused and what letters ask, to readers of English: whole sentences, their values in place."""

from __future__ import annotations

import io

import pytest
from flask import Flask

from engine import feel, timers
from engine.errors import DrawingRefused, ExpressionRefused, FieldError, NotFound, Problem, Refused, TapakError
from engine.host import Actor, Grant
from engine.phrases import Phrase
from tests.web import desk_world
from tests.web.conftest import Browser
from tests.web.desk_world import signed_in
from web import db, pace
from web.errors import sentence_of, translated
from web.fields import said
from workflows import versions
from workflows.papers import numbering


def in_english(app: Flask, error: TapakError) -> str:
    with app.test_request_context(headers={"Cookie": "tapak_language=en"}):
        return sentence_of(error)


def refusal(act: object, *args: object, **named: object) -> TapakError:
    with pytest.raises(TapakError) as refused:
        act(*args, **named)  # type: ignore[operator]
    return refused.value


def test_a_refusal_with_values_is_said_in_both_languages(app: Flask) -> None:
    error = NotFound("Alur “%(key)s” belum diterbitkan.", key="pps")
    assert error.message == "Alur “pps” belum diterbitkan."
    assert in_english(app, error) == "The flow “pps” is not published yet."
    with app.test_request_context():
        assert sentence_of(error) == error.message


def test_parts_of_a_sentence_are_translated_too(app: Flask) -> None:
    unread = refusal(timers.timer_expression, "date", "Lusa!")
    assert "Tulis tanggal seperti 2024-11-27T00:00:00" in unread.message
    assert in_english(app, unread) == (
        "This clock cannot be read. Write a date such as 2024-11-27T00:00:00, or an expression that begins with “=” "
        "(at character 1 of: Lusa!)"
    )
    roles = refusal(versions.require, Actor("7", "Sri", (Grant("operator", "33.23"),)), ("admin", "commissioner"))
    assert in_english(app, roles) == "This is the work of System administrator or KPU commissioner. Ask one of them."


def test_values_are_taken_as_they_are(app: Flask) -> None:
    for value in ("100 %", "%(key)s", "<b>", "", "%"):
        assert in_english(app, NotFound("Alur “%(key)s” belum diterbitkan.", key=value)) == (
            f"The flow “{value}” is not published yet."
        )
    assert in_english(app, Refused("100 % salah")) == "100 % salah"
    assert translated("") == ""


def test_a_long_expression_and_a_drawing_say_their_mend(app: Flask) -> None:
    long = refusal(feel.compile, "1" * 100_000)
    assert isinstance(long, ExpressionRefused)
    assert in_english(app, long).startswith("The expression is too long; at most ")
    problem = Problem("x", "Gambar ini salah. Betulkan.", message_en="This drawing is wrong. Mend it.")
    assert in_english(app, DrawingRefused([problem])).endswith("This drawing is wrong. Mend it.")


def test_what_is_wrong_with_a_field_is_said_in_english(app: Flask) -> None:
    [wrong] = numbering.faults("{nomer}/{nomor}")
    assert wrong == "Isian {nomer} tidak dikenal. Maksudnya {nomor}?"
    with app.test_request_context(headers={"Cookie": "tapak_language=en"}):
        assert said(FieldError(("x",), "pattern", wrong)) == "There is no placeholder {nomer}. Do you mean {nomor}?"
        assert said(FieldError(("x",), "x", Phrase("tidak ada dalam katalog"))) == "tidak ada dalam katalog"


def test_the_desk_of_letters_speaks_english_and_letters_do_not(app: Flask, browser: Browser) -> None:
    with db.transaction(app.extensions["tapak.engine"]) as session:
        desk_world.lay(session)
    signed_in(browser, "operator")
    browser.send("/bahasa", {"language": "en", "next": "/"})
    asked = browser.get("/surat/terbitkan?jenis=oath_minutes").text
    assert "Official who inaugurates" in asked
    assert "One person a line: name; office." in asked
    assert ">Minutes of the oath</option>" in asked
    text = browser.get("/surat/naskah/oath_minutes").text
    assert "Witnesses (filled in when issuing): serial number, full name, office." in text
    assert "Full name: Panitia Pemungutan Suara" in text
    assert "BERITA ACARA" in text
    settings = browser.get("/surat/pengaturan").text
    assert "Address and contact of the office" in settings
    assert "Serial number. {nomor:03} writes it" in settings
    wrong = browser.send("/surat/pengaturan", {
        "seen": "0", "oath_minutes-pattern": "{nomer}", "secretary_nip": "12", "oath_minutes-last": "x",
        "logo": (io.BytesIO(b"<svg/>"), "x.png"),
    })
    assert "The logo must be a PNG or JPEG picture" in wrong.text
    wrong = browser.send("/surat/pengaturan", {"seen": "0", "oath_minutes-pattern": "{nomer}", "secretary_nip": "12"})
    assert "Do you mean {nomor}?" in wrong.text
    assert "A NIP has 18 digits." in wrong.text
    wrong = browser.send("/surat/naskah/oath_minutes", {"text": "# {badn}\n{ketua", "seen": "0"})
    assert "Line 1: there is no placeholder {badn}. Do you mean {badan}?" in wrong.text
    assert "Line 2: a brace has no partner." in wrong.text


def test_one_day_is_one_day(app: Flask) -> None:
    with app.test_request_context(headers={"Cookie": "tapak_language=en"}):
        assert [pace.days_of(days) for days in (1.0, 0.96, 1.1, 2.0, 0.0, None)] == [
            "1 day", "1 day", "1.1 days", "2 days", "0 days", "–",
        ]
    with app.test_request_context():
        assert [pace.days_of(days) for days in (1.0, 2.5)] == ["1 hari", "2,5 hari"]

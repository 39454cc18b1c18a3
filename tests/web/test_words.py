"""Dates and spans as people read them, in both languages and in the region's zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask, g
from flask_babel import force_locale

from web import words

MIDNIGHT = datetime(2024, 5, 23, 17, 0, tzinfo=UTC)  # in WIB the midnight that ends 23 May


@pytest.fixture
def page(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        g.now = datetime(2024, 5, 26, 3, 0, tzinfo=UTC)
        yield


@pytest.mark.parametrize(("language", "said"), [
    ("id", ["Kamis, 16 Mei 2024", "16 Mei 2024", "26 Mei 2024 pukul 10.00 WIB", "4,2 MB"]),
    ("en", ["Thursday, 16 May 2024", "16 May 2024", "26 May 2024, 10:00 WIB", "4.2 MB"]),
])
@pytest.mark.usefixtures("page")
def test_dates_in_both_languages(language: str, said: list[str]) -> None:
    with force_locale(language):
        day = date(2024, 5, 16)
        assert [words.long_date(day), words.short_date(day), words.clock(g.now), words.file_size(4_200_000)] == said


@pytest.mark.parametrize(("zone", "said"), [
    ("Asia/Jakarta", "26 Mei 2024 pukul 10.00 WIB"),
    ("Asia/Makassar", "26 Mei 2024 pukul 11.00 WITA"),
    ("Asia/Jayapura", "26 Mei 2024 pukul 12.00 WIT"),
])
@pytest.mark.usefixtures("page")
def test_times_in_the_regions_zone(zone: str, said: str) -> None:
    g.zone = zone
    assert words.clock(g.now) == said


@pytest.mark.usefixtures("page")
def test_a_deadline_is_shown_as_the_day_its_midnight_ends() -> None:
    assert words.due_day(MIDNIGHT) == date(2024, 5, 23)
    assert words.due_day(date(2024, 5, 23)) == date(2024, 5, 23)
    g.zone = "Asia/Jayapura"
    assert words.due_day(MIDNIGHT) == date(2024, 5, 24)


@pytest.mark.parametrize(("on", "late", "indonesian", "english"), [
    (date(2024, 5, 26), 3, "terlambat 3 hari", "3 days late"),
    (date(2024, 5, 24), 1, "terlambat 1 hari", "1 day late"),
    (date(2024, 5, 23), 0, "hari ini", "today"),
    (date(2024, 5, 22), -1, "besok", "tomorrow"),
    (date(2024, 5, 20), -3, "3 hari lagi", "in 3 days"),
])
@pytest.mark.usefixtures("page")
def test_how_late_it_is(on: date, late: int, indonesian: str, english: str) -> None:
    assert words.days_late(MIDNIGHT, on) == late
    assert words.lateness(MIDNIGHT, on) == indonesian
    with force_locale("en"):
        assert words.lateness(MIDNIGHT, on) == english


@pytest.mark.parametrize(("moment", "indonesian", "english"), [
    (datetime(2024, 5, 26, 3, 0, tzinfo=UTC), "baru saja", "just now"),
    (datetime(2024, 5, 26, 1, 0, tzinfo=UTC), "2 jam yang lalu", "2 hours ago"),
    (datetime(2024, 5, 23, 3, 0, tzinfo=UTC), "3 hari yang lalu", "3 days ago"),
    (None, "–", "–"),
])
@pytest.mark.usefixtures("page")
def test_how_long_ago(moment: datetime | None, indonesian: str, english: str) -> None:
    assert words.ago(moment) == indonesian
    with force_locale("en"):
        assert words.ago(moment) == english

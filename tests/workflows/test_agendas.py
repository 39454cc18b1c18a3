"""Settings are read whole or refused by field; dues follow the oath and the agenda's way of counting."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from engine import feel
from engine.errors import EvidenceRefused
from tests.workflows.conftest import new_agenda
from workflows import settings
from workflows.agendas import dues, load_almanac, save_settings, surroundings
from workflows.calendar import WorkingHours
from workflows.models import Agenda, AgendaDay, Body
from workflows.settings import Level, Settings

WIB = ZoneInfo("Asia/Jakarta")
NOW = datetime(2024, 5, 20, 3, tzinfo=UTC)


def test_settings_come_back_as_they_were_saved() -> None:
    raw: dict[str, Any] = {
        "inauguration_on": {"ppk": "2024-05-16"},
        "term_ends": {"kpps": "2024-12-08"},
        "periods": {"sowan": 21, "bimtek": {"pps": 2}},
        "levels": [{"after_days": 0, "told": "body"}, {"after_days": 5, "told": "province"}],
        "levels_day_type": "working",
        "working_hours": {"opens": "07:30", "closes": "15:30"},
        "labels": {"ppk": "PPD", "kecamatan": "Distrik"},
    }
    read = settings.read(raw)
    assert settings.read(settings.write(read)) == read
    assert read.periods.sowan == 21
    assert (read.periods.secretariat, read.periods.bimtek) == (7, {"ppk": 14, "pps": 2, "kpps": 0, "pantarlih": 0})
    assert read.levels == (Level(0, "body"), Level(5, "province"))
    assert read.working_hours == WorkingHours(time(7, 30), time(15, 30))
    assert (read.labels["ppk"], read.labels["pps"]) == ("PPD", "PPS")


def test_nothing_set_gives_the_defaults_of_law_and_practice() -> None:
    read = settings.read({})
    assert read == Settings()
    assert [(level.after_days, level.told) for level in read.levels] == [
        (0, "body"), (3, "ppk"), (7, "sdm"), (10, "ketua_hukum"), (14, "province"),
    ]


@pytest.mark.parametrize(
    ("raw", "path", "code"),
    [
        ({"inauguration_on": {"ppk": "16 Mei"}}, ("inauguration_on", "ppk"), "date"),
        ({"inauguration_on": {"rw": "2024-05-16"}}, ("inauguration_on", "rw"), "kind"),
        ({"periods": {"sowan": 0}}, ("periods", "sowan"), "count"),
        ({"periods": {"sowan": "14"}}, ("periods", "sowan"), "count"),
        ({"periods": {"sowen": 14}}, ("periods", "sowen"), "unknown"),
        ({"periods": {"bimtek": {"pps": -1}}}, ("periods", "bimtek", "pps"), "count"),
        ({"levels": []}, ("levels",), "required"),
        ({"levels": [{"after_days": 0, "told": "boss"}]}, ("levels", 0, "told"), "told"),
        (
            {"levels": [{"after_days": 3, "told": "body"}, {"after_days": 3, "told": "ppk"}]},
            ("levels", 1, "after_days"), "order",
        ),
        ({"working_hours": {"opens": "16:00", "closes": "08:00"}}, ("working_hours", "closes"), "order"),
        ({"working_hours": {"opens": "pagi"}}, ("working_hours", "opens"), "time"),
        ({"levels_day_type": "lunar"}, ("levels_day_type",), "day_type"),
        ({"number_pattern": "("}, ("number_pattern",), "pattern"),
        ({"labels": {"ppk": ""}}, ("labels", "ppk"), "text"),
        ({"colour": "red"}, ("colour",), "unknown"),
    ],
)
def test_each_wrong_setting_is_named(raw: dict[str, Any], path: tuple[str | int, ...], code: str) -> None:
    with pytest.raises(EvidenceRefused) as refused:
        settings.read(raw)
    assert [(error.path, error.code) for error in refused.value.errors] == [(path, code)]


def test_a_planned_day_outside_the_term_is_refused_and_nothing_changes() -> None:
    agenda = new_agenda()
    save_settings(agenda, {"periods": {"sowan": 21}})
    before = dict(agenda.settings)
    with pytest.raises(EvidenceRefused) as refused:
        save_settings(agenda, {"inauguration_on": {"ppk": "2023-01-04"}})
    assert [error.path for error in refused.value.errors] == [("inauguration_on", "ppk")]
    assert agenda.settings == before


@pytest.mark.parametrize(
    ("kind", "oath", "secretariat", "sowan", "bimtek", "monitoring"),
    [
        ("ppk", date(2024, 5, 16), date(2024, 5, 23), date(2024, 5, 30), date(2024, 5, 30), date(2024, 6, 15)),
        ("pps", date(2024, 5, 26), date(2024, 6, 2), date(2024, 6, 9), date(2024, 5, 26), date(2024, 6, 25)),
    ],
)
def test_dues_count_from_the_oath(
    session: Session, agenda: Agenda, kind: str, oath: date, secretariat: date, sowan: date, bimtek: date,
    monitoring: date,
) -> None:
    last = dues(load_almanac(session, agenda), kind, oath)
    assert (last.inauguration, last.secretariat, last.sowan) == (oath, secretariat, sowan)
    assert (last.bimtek, last.monitoring) == (bimtek, monitoring)


def test_working_days_skip_national_and_own_holidays(session: Session) -> None:
    agenda = new_agenda(day_type="working")
    session.add(agenda)
    session.flush()
    assert dues(load_almanac(session, agenda), "ppk", date(2024, 5, 16)).secretariat == date(2024, 5, 29)
    session.add(AgendaDay(agenda_id=agenda.id, on=date(2024, 5, 29), name="Hari jadi kantor"))
    session.flush()
    assert dues(load_almanac(session, agenda), "ppk", date(2024, 5, 16)).secretariat == date(2024, 5, 30)


def test_dues_before_the_oath_follow_the_plan_or_are_unknown(session: Session, agenda: Agenda) -> None:
    almanac = load_almanac(session, agenda)
    assert dues(almanac, "ppk", None).secretariat == date(2024, 5, 23)
    assert dues(almanac, "kpps", None).inauguration is None


def test_monitoring_comes_round_again(session: Session, agenda: Agenda) -> None:
    almanac = load_almanac(session, agenda)
    assert dues(almanac, "ppk", date(2024, 5, 16), date(2024, 6, 10)).monitoring == date(2024, 7, 17)


def test_drawings_can_ask_for_every_name(session: Session, agenda: Agenda) -> None:
    body = Body(kind="ppk", name="PPK Kranggan", region_code="33.23.13", oath_on=date(2024, 5, 16))
    names = surroundings(load_almanac(session, agenda), body, NOW)
    assert names["body"]["secretariat_due"] == datetime(2024, 5, 24, tzinfo=WIB)
    assert names["agenda"]["term_ends"] == datetime(2025, 1, 28, tzinfo=WIB)
    assert names["agenda"]["monitoring_every"] == timedelta(days=30)
    assert names["today"] == date(2024, 5, 20)
    for text in ("= body.sowan_due > body.secretariat_due", "= body.oath_on < today", "= agenda.voting_day > today"):
        assert feel.compile(text).evaluate(names) is True, text
    assert feel.compile("= agenda.monitoring_every = duration(\"P30D\")").evaluate(names) is True


@pytest.mark.parametrize(
    ("level", "at"),
    [
        (0, datetime(2024, 5, 27, 8, tzinfo=WIB)),  # due at the end of Waisak, Thursday 23 May: told on Monday
        (1, datetime(2024, 5, 27, 8, tzinfo=WIB)),
        (2, datetime(2024, 5, 31, 8, tzinfo=WIB)),
        (3, datetime(2024, 6, 3, 8, tzinfo=WIB)),
        (4, datetime(2024, 6, 7, 8, tzinfo=WIB)),
        (5, None),
    ],
)
def test_levels_climb_in_working_hours(
    session: Session, agenda: Agenda, level: int, at: datetime | None
) -> None:
    due_at = datetime(2024, 5, 24, tzinfo=WIB)
    assert load_almanac(session, agenda).level_at(due_at, level) == at

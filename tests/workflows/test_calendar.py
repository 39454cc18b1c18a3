"""Working days, ends of periods and hours of telling, on real days of 2024."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from workflows.calendar import (
    WorkingHours,
    due,
    first_moment,
    holidays_between,
    is_working_day,
    last_moment,
    local_date,
    may_tell,
    next_telling,
)

WIB, WIT = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Jayapura")
HOLIDAYS = holidays_between(date(2024, 1, 1), date(2024, 12, 31))


@pytest.mark.parametrize(
    ("start", "days", "day_type", "last"),
    [
        (date(2024, 5, 16), 7, "calendar", date(2024, 5, 23)),  # PPK: PKPU 8/2022 jo. Kpt 476/2024
        (date(2024, 5, 26), 7, "calendar", date(2024, 6, 2)),  # PPS
        (date(2024, 5, 26), 0, "calendar", date(2024, 5, 26)),
        (date(2024, 5, 26), 0, "working", date(2024, 5, 26)),
        (date(2024, 5, 16), 7, "working", date(2024, 5, 29)),  # Waisak 23 May, its cuti bersama 24 May, two weekends
        (date(2024, 4, 5), 1, "working", date(2024, 4, 16)),  # the long rest of Idulfitri
        (date(2024, 12, 31), 1, "calendar", date(2025, 1, 1)),
    ],
)
def test_a_period_ends_on_its_last_day(start: date, days: int, day_type: str, last: date) -> None:
    assert due(start, days, day_type, HOLIDAYS) == last  # type: ignore[arg-type]  # a word of the table


def test_a_negative_period_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 days"):
        due(date(2024, 5, 16), -1, "calendar", HOLIDAYS)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2024, 5, 22), True),
        (date(2024, 5, 23), False),  # Waisak
        (date(2024, 5, 24), False),  # cuti bersama
        (date(2024, 5, 25), False),  # Saturday
        (date(2024, 11, 27), False),  # voting day
    ],
)
def test_national_holidays_and_joint_leave_are_no_working_days(day: date, working: bool) -> None:
    assert is_working_day(day, HOLIDAYS) is working


def test_the_office_adds_its_own_days() -> None:
    own = date(2024, 11, 11)
    assert is_working_day(own, HOLIDAYS)
    assert not is_working_day(own, holidays_between(own, own, [own]))


def test_a_day_ends_at_its_local_midnight() -> None:
    assert last_moment(date(2024, 5, 23), WIB) == datetime(2024, 5, 23, 17, tzinfo=UTC)
    assert last_moment(date(2024, 5, 23), WIT) == datetime(2024, 5, 23, 15, tzinfo=UTC)
    assert first_moment(date(2024, 5, 24), WIB) == last_moment(date(2024, 5, 23), WIB)


def test_the_same_moment_is_another_date_elsewhere() -> None:
    moment = datetime(2024, 5, 23, 15, 30, tzinfo=UTC)
    assert (local_date(moment, WIB), local_date(moment, WIT)) == (date(2024, 5, 23), date(2024, 5, 24))
    with pytest.raises(ValueError, match="time zone"):
        local_date(datetime(2024, 5, 23), WIB)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (datetime(2024, 5, 22, 10, tzinfo=WIB), datetime(2024, 5, 22, 10, tzinfo=WIB)),
        (datetime(2024, 5, 22, 0, tzinfo=WIB), datetime(2024, 5, 22, 8, tzinfo=WIB)),
        (datetime(2024, 5, 22, 16, tzinfo=WIB), datetime(2024, 5, 27, 8, tzinfo=WIB)),  # over Waisak and a weekend
        (datetime(2024, 5, 25, 9, tzinfo=WIB), datetime(2024, 5, 27, 8, tzinfo=WIB)),
    ],
)
def test_people_are_told_in_working_hours(moment: datetime, told: datetime) -> None:
    assert next_telling(moment, WIB, WorkingHours(), HOLIDAYS) == told
    assert may_tell(moment, WIB, WorkingHours(), HOLIDAYS) is (moment == told)

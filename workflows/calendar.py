"""Days and hours: what is a working day, when a period ends, when people may be told. Pure functions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

import holidays as national

DayType = Literal["calendar", "working"]
SATURDAY = 5
LONGEST_REST = 60


@dataclass(frozen=True)
class WorkingHours:
    """The hours of a working day in which people are told, local time: from `opens` up to, not including, `closes`."""

    opens: time = time(8)
    closes: time = time(16)


@lru_cache(maxsize=32)
def national_holidays(year: int) -> frozenset[date]:
    """Indonesia's public holidays and cuti bersama of one year.

    Source: the `holidays` package, from the yearly joint decrees of three ministers (SKB). Years without a decree yet
    have estimated Islamic and Buddhist days and no cuti bersama: the office adds those to its own days.
    """
    return frozenset(national.country_holidays("ID", years=year, categories=("public", "government")))


def holidays_between(first: date, last: date, own: Collection[date] = ()) -> frozenset[date]:
    """The national holidays of the years from `first` to `last`, and the office's own days off."""
    return frozenset(own).union(*(national_holidays(year) for year in range(first.year, last.year + 1)))


def is_working_day(day: date, holidays: Collection[date]) -> bool:
    """Monday to Friday, and no holiday."""
    return day.weekday() < SATURDAY and day not in holidays


def due(start: date, days: int, day_type: DayType, holidays: Collection[date]) -> date:
    """The last day of a period of `days` days; the day after `start` is the first. Zero days end on `start` itself.

    Counted in working days, only those count. PKPU 8/2022 jo. Kpt 476/2024: the oath of 16 May 2024 and seven
    calendar days give 23 May 2024. A negative number of days is refused with ValueError.
    """
    if days < 0:
        raise ValueError(f"a period cannot be {days} days long")
    if day_type == "calendar":
        return start + timedelta(days=days)
    day = start
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day, holidays)
    return day


def first_moment(day: date, tz: ZoneInfo) -> datetime:
    """The local midnight that begins `day`."""
    return datetime.combine(day, time.min, tzinfo=tz)


def last_moment(day: date, tz: ZoneInfo) -> datetime:
    """The local midnight that ends `day`: what is due on that day is late from this moment on."""
    return first_moment(day + timedelta(days=1), tz)


def local_date(moment: datetime, tz: ZoneInfo) -> date:
    """The date on the wall in `tz` at an aware `moment`. A naive moment is refused with ValueError."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs its time zone: {moment!r}")
    return moment.astimezone(tz).date()


def may_tell(moment: datetime, tz: ZoneInfo, hours: WorkingHours, holidays: Collection[date]) -> bool:
    """Whether `moment` lies in the working hours of a working day."""
    local = moment.astimezone(tz)
    return is_working_day(local.date(), holidays) and hours.opens <= local.time() < hours.closes


def next_telling(moment: datetime, tz: ZoneInfo, hours: WorkingHours, holidays: Collection[date]) -> datetime:
    """The first moment from `moment` on at which people may be told: itself, or when the office next opens."""
    if may_tell(moment, tz, hours, holidays):
        return moment
    local = moment.astimezone(tz)
    day = local.date() if local.time() < hours.opens else local.date() + timedelta(days=1)
    for _ in range(LONGEST_REST):
        if is_working_day(day, holidays):
            return datetime.combine(day, hours.opens, tzinfo=tz)
        day += timedelta(days=1)
    raise ValueError(f"no working day within {LONGEST_REST} days of {local.date()}")

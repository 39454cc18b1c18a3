"""Moments and durations beyond what Python's own can hold: years before 1 and after 9999, parts of a second finer than
a millionth, durations over 999,999,999 days.

A value that Python's `date`, `time`, `datetime` or `timedelta` can hold exactly is always one of those; `date_of`,
`time_of`, `datetime_of` and `duration_of` see to it. What is asked of both sorts is answered by the functions here:
days are counted from 0001-01-01 (which is 1), clocks and durations in nanoseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TypeAlias

DAY = 86_400 * 10**9
"""Nanoseconds of a day."""
FARTHEST = 999_999_999
"""The last year, and before 0 the first."""
LONGEST = 2**63 * 10**9
"""Nanoseconds of a duration."""
_ERA = 146_097  # days of 400 years
_SECOND = 10**9


class _Dated:
    """What has a day: its year, month and day of the month."""

    __slots__ = ()
    ordinal: int

    @property
    def year(self) -> int:
        return civil(self.ordinal)[0]

    @property
    def month(self) -> int:
        return civil(self.ordinal)[1]

    @property
    def day(self) -> int:
        return civil(self.ordinal)[2]


@dataclass(frozen=True, slots=True, order=True)
class FarDate(_Dated):
    """A date by its day."""

    ordinal: int


@dataclass(frozen=True, slots=True)
class FineTime:
    """A time of day by its nanoseconds."""

    nanos: int
    tzinfo: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class FarDateTime(_Dated):
    """A date and time by its day and the nanoseconds in it, on the wall clock of its zone."""

    ordinal: int
    nanos: int
    tzinfo: tzinfo | None = None


@dataclass(frozen=True, slots=True, order=True)
class LongDuration:
    """A days and time duration by its nanoseconds."""

    nanos: int


AnyDate: TypeAlias = date | FarDate
AnyTime: TypeAlias = time | FineTime
AnyDateTime: TypeAlias = datetime | FarDateTime
AnyDuration: TypeAlias = timedelta | LongDuration
FAR = (FarDate, FineTime, FarDateTime, LongDuration)
DATES = (date, FarDate, FarDateTime)
"""Dates, and dates and times."""
DATETIMES = (datetime, FarDateTime)
TIMES = (time, FineTime)
DURATIONS = (timedelta, LongDuration)


def ordinal(year: int, month: int, day: int) -> int:
    """The day's number. ValueError where there is no such day."""
    if not 1 <= month <= 12 or abs(year) > FARTHEST:
        raise ValueError(year, month)
    eras, within = divmod(year - 1, 400)
    return date(within + 1, month, day).toordinal() + eras * _ERA


def civil(number: int) -> tuple[int, int, int]:
    """Year, month and day of a day's number."""
    eras, within = divmod(number - 1, _ERA)
    found = date.fromordinal(within + 1)
    return found.year + 400 * eras, found.month, found.day


def near(number: int) -> date:
    """A date that Python can hold and that falls on the same day of the week and the year."""
    return date.fromordinal((number - 1) % _ERA + 1 + 4 * _ERA)


def day_number(value: AnyDate | AnyDateTime) -> int:
    return value.toordinal() if isinstance(value, date) else value.ordinal


def nanos(value: AnyTime | AnyDateTime) -> int:
    """The time on the clock."""
    if isinstance(value, FineTime | FarDateTime):
        return value.nanos
    return ((value.hour * 60 + value.minute) * 60 + value.second) * _SECOND + value.microsecond * 1000


def length(value: AnyDuration) -> int:
    """A duration in nanoseconds."""
    if isinstance(value, LongDuration):
        return value.nanos
    return (value.days * 86_400 + value.seconds) * _SECOND + value.microseconds * 1000


def date_of(number: int) -> AnyDate:
    """The date of a day's number. ValueError outside the years."""
    if 1 <= number <= date.max.toordinal():
        return date.fromordinal(number)
    if abs(number) > 366 * (FARTHEST + 1):
        raise ValueError(number)
    return FarDate(number)


def time_of(count: int, zone: tzinfo | None) -> AnyTime:
    """The time of day, round the clock."""
    count %= DAY
    if count % 1000:
        return FineTime(count, zone)
    return _clock(count, zone)


def _clock(count: int, zone: tzinfo | None) -> time:
    seconds, rest = divmod(count, _SECOND)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60, rest // 1000, tzinfo=zone)


def datetime_of(number: int, count: int, zone: tzinfo | None) -> AnyDateTime:
    """The moment of a day and the nanoseconds since its midnight, which may be more than a day holds."""
    days, count = divmod(count, DAY)
    on = date_of(number + days)
    if isinstance(on, date) and not count % 1000:
        return datetime.combine(on, _clock(count, zone))
    return FarDateTime(number + days, count, zone)


def duration_of(count: int) -> AnyDuration:
    """The duration of so many nanoseconds. OverflowError beyond LONGEST."""
    if count % 1000 == 0 and abs(count // DAY) <= timedelta.max.days:
        return timedelta(days=count // DAY, microseconds=count % DAY // 1000)
    if abs(count) > LONGEST:
        raise OverflowError(count)
    return LongDuration(count)


def offset(value: AnyDateTime) -> int | None:
    """The offset from UTC in nanoseconds, by a zone's rules of the same time of year where years are out of range."""
    if value.tzinfo is None:
        return None
    if isinstance(value, FarDateTime):
        on = date_of(value.ordinal)
        plain = datetime.combine(on if isinstance(on, date) else near(value.ordinal), _clock(value.nanos, None))
        found = plain.replace(tzinfo=value.tzinfo).utcoffset()
    else:
        found = value.utcoffset()
    return None if found is None else length(found)


def instant(value: AnyDateTime) -> int:
    """Nanoseconds since the first midnight, in UTC where there is a zone."""
    return day_number(value) * DAY + nanos(value) - (offset(value) or 0)


def moved(value: AnyDateTime, count: int) -> AnyDateTime:
    """So many nanoseconds later, on the wall clock of the same zone."""
    if value.tzinfo is None:
        return datetime_of(day_number(value), nanos(value) + count, None)
    utc = datetime_of(0, instant(value) + count, UTC)
    if isinstance(utc, datetime) and date.min.toordinal() < utc.toordinal() < date.max.toordinal():
        return utc.astimezone(value.tzinfo)
    on, clock = day_number(utc), nanos(utc)
    beside = date.fromordinal(on) if 1 < on < date.max.toordinal() else near(on)
    local = datetime.combine(beside, _clock(clock, UTC)).astimezone(value.tzinfo)
    return datetime_of(on, clock + length(local.utcoffset() or timedelta()), value.tzinfo)

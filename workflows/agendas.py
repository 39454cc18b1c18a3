"""One agenda with everything its clocks and expressions ask: settings, days off, dues, names for the drawings."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, Protocol, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Select, Text, bindparam, func, literal_column, select
from sqlalchemy import cast as cast_in_sql
from sqlalchemy.orm import Session

from engine.base import table_of
from engine.errors import EvidenceRefused, FieldError
from engine.phrases import Phrase
from engine.statements import Statement
from workflows import settings as agenda_settings
from workflows.calendar import DayType, due, holidays_between, last_moment, local_date, next_telling
from workflows.models import Agenda, AgendaDay, Body
from workflows.settings import Settings


@dataclass(frozen=True)
class Almanac:
    """An agenda read for use: load it once in a request or a job and pass it on; it does not follow later changes."""

    agenda: Agenda
    settings: Settings
    tz: ZoneInfo
    day_type: DayType
    holidays: frozenset[date]

    def today(self, now: datetime) -> date:
        """The local date of the office at `now`."""
        return local_date(now, self.tz)

    def term_ends(self, kind: str) -> date:
        """The last day of office of this kind of body."""
        return self.settings.term_ends.get(kind, self.agenda.term_ends)

    def level_at(self, due_at: datetime, level: int) -> datetime | None:
        """When this escalation level is told of a task that was due at `due_at`: the first working hour from the
        level's day on. None when there is no such level.
        """
        if level >= len(self.settings.levels):
            return None
        day = due(
            local_date(due_at, self.tz),
            self.settings.levels[level].after_days,
            self.settings.levels_day_type,
            self.holidays,
        )
        moment = datetime.combine(day, due_at.astimezone(self.tz).time(), tzinfo=self.tz)
        return next_telling(moment, self.tz, self.settings.working_hours, self.holidays)


@dataclass(frozen=True)
class Dues:
    """The last day for each stage's evidence; None while not even a planned inauguration is known."""

    inauguration: date | None
    sowan: date | None
    secretariat: date | None
    bimtek: date | None
    monitoring: date | None


def load_almanac(session: Session, agenda: Agenda) -> Almanac:
    """The agenda with its settings and days off. Settings that cannot be read are refused with EvidenceRefused."""
    own = session.scalars(select(AgendaDay.on).where(AgendaDay.agenda_id == agenda.id)).all()
    return _almanac(agenda, agenda.settings or {}, own)


def _almanac(agenda: Agenda, settings: Mapping[str, Any], own: Collection[date]) -> Almanac:
    first, last = agenda.term_begins - timedelta(days=366), agenda.term_ends + timedelta(days=366)
    return Almanac(
        agenda=agenda,
        settings=agenda_settings.read(settings),
        tz=ZoneInfo(agenda.timezone),
        day_type=cast(DayType, agenda.day_type),
        holidays=holidays_between(first, last, own),
    )


class Registered(Protocol):
    """What most questions about a body need: a `Body`, or a row with these columns."""

    @property
    def id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def region_code(self) -> str: ...
    @property
    def oath_on(self) -> date | None: ...
    @property
    def monitored_on(self) -> date | None: ...


_agenda, _day, _body = table_of(Agenda), table_of(AgendaDay), table_of(Body)
_OF_AGENDA = [column for column in _agenda.columns if column.key != "settings"]
_OF_BODY = [_body.c[name] for name in ("id", "kind", "name", "region_code", "oath_on", "monitored_on")]


def _body_and_agenda(dialect: str) -> Select[*tuple[Any, ...]]:
    joined = func.string_agg if dialect == "postgresql" else func.group_concat
    days = select(joined(cast_in_sql(_day.c.day, Text), literal_column("','"))).where(_day.c.agenda_id == _agenda.c.id)
    return (
        select(
            *(column.label(f"body_{column.key}") for column in _OF_BODY), *_OF_AGENDA,
            cast_in_sql(_agenda.c.settings, Text).label("settings"), days.scalar_subquery().label("days"),
        )
        .join_from(_body, _agenda, _body.c.agenda_id == _agenda.c.id)
    )


_BODY_AND_AGENDA = Statement(lambda dialect: _body_and_agenda(dialect).where(_body.c.id == bindparam("body")))


def of_body(session: Session, body_id: int) -> tuple[Registered, Almanac] | None:
    """The body's row and its agenda's almanac as they stand now, in one question; None when there is no such body.

    The almanac is made anew only when something in the agenda, its settings or its days off has changed.
    """
    found = _BODY_AND_AGENDA.first(session, {"body": body_id})
    return None if found is None else _registered(found)


def of_bodies(session: Session, body_ids: Collection[int]) -> dict[int, tuple[Registered, Almanac]]:
    """What `of_body` answers for each of these that there is, by id."""
    asked = _body_and_agenda(session.get_bind().dialect.name).where(_body.c.id.in_(body_ids))
    return {row.body_id: _registered(tuple(row)) for row in session.execute(asked)}


def _registered(found: tuple[Any, ...]) -> tuple[Registered, Almanac]:
    return _Body(*found[:len(_OF_BODY)]), _known_almanac(tuple(found[len(_OF_BODY):]))


class _Body(NamedTuple):
    id: int
    kind: str
    name: str
    region_code: str
    oath_on: date | None
    monitored_on: date | None


@lru_cache(maxsize=64)
def _known_almanac(said: tuple[Any, ...]) -> Almanac:
    """The almanac of an agenda whose columns, settings and days off say exactly this."""
    *columns, settings, days = said
    read = json.loads(settings or "{}") or {}
    agenda = Agenda(settings=read, **dict(zip((column.key for column in _OF_AGENDA), columns, strict=True)))
    return _almanac(agenda, read, [date.fromisoformat(day) for day in (days or "").split(",") if day])


def save_settings(agenda: Agenda, raw: Mapping[str, Any]) -> Settings:
    """The agenda's settings are what `raw` says, with defaults for what it leaves out; refused as by `read_for`."""
    settings = read_for(agenda, raw)
    agenda.settings = agenda_settings.write(settings)
    return settings


def read_for(agenda: Agenda, raw: Mapping[str, Any]) -> Settings:
    """The settings that `raw` says, fit for this agenda.

    Refused with EvidenceRefused when a value cannot be read or a planned inauguration or a term's end lies outside the
    agenda's term.
    """
    settings = agenda_settings.read(raw)
    planned = [
        (key, kind, day)
        for key, days in (("inauguration_on", settings.inauguration_on), ("term_ends", settings.term_ends))
        for kind, day in days.items()
    ]
    outside = [
        FieldError((key, kind), "term", Phrase(
            "Tanggal harus antara %(begin)s dan %(end)s, yaitu masa kerja pada agenda ini.",
            begin=f"{agenda.term_begins:%d-%m-%Y}", end=f"{agenda.term_ends:%d-%m-%Y}",
        ))
        for key, kind, day in planned
        if not agenda.term_begins <= day <= agenda.term_ends
    ]
    if outside:
        raise EvidenceRefused(outside, "Pengaturan belum disimpan. Perbaiki bagian yang ditandai.")
    return settings


def dues(almanac: Almanac, kind: str, oath_on: date | None, monitored_on: date | None = None) -> Dues:
    """The last days counted from the oath, by the agenda's day type.

    Until the oath is recorded they are counted from the planned inauguration. Monitoring is counted in calendar days:
    the first from the oath, each further one from the last, plus its grace. Secretariat: PKPU 8/2022 jo. Kpt 476/2024.
    """
    periods, planned = almanac.settings.periods, almanac.settings.inauguration_on.get(kind)
    start = oath_on or planned

    def after(days: int, begin: date | None = start, day_type: DayType = almanac.day_type) -> date | None:
        return None if begin is None else due(begin, days, day_type, almanac.holidays)

    again = periods.monitoring + periods.monitoring_grace
    return Dues(
        inauguration=after(periods.inauguration, planned or oath_on),
        sowan=after(periods.sowan),
        secretariat=after(periods.secretariat),
        bimtek=after(periods.bimtek[kind]),
        monitoring=after(*((again, monitored_on) if monitored_on else (periods.monitoring, start)), "calendar"),
    )


def surroundings(almanac: Almanac, body: Registered, now: datetime) -> dict[str, Any]:
    """The names a drawing's expressions may use: `agenda`, `body`, `today`.

    Dues and `agenda.term_ends` are aware: the local midnight that ends the last day. `agenda.monitoring_every` and
    `agenda.approval_within` are timedeltas of whole days.
    """
    agenda, periods = almanac.agenda, almanac.settings.periods
    last = dues(almanac, body.kind, body.oath_on, body.monitored_on)

    def ends(day: date | None) -> datetime | None:
        return None if day is None else last_moment(day, almanac.tz)

    return {
        "today": almanac.today(now),
        "agenda": {
            "code": agenda.code,
            "kind": agenda.kind,
            "voting_day": agenda.voting_day,
            "term_begins": agenda.term_begins,
            "term_ends": ends(almanac.term_ends(body.kind)),
            "monitoring_every": timedelta(days=periods.monitoring),
            "approval_within": timedelta(days=periods.approval),
        },
        "body": {
            "kind": body.kind,
            "name": body.name,
            "region_code": body.region_code,
            "oath_on": body.oath_on,
            "inauguration_due": ends(last.inauguration),
            "sowan_due": ends(last.sowan),
            "secretariat_due": ends(last.secretariat),
            "bimtek_due": ends(last.bimtek),
            "monitoring_due": ends(last.monitoring),
        },
    }

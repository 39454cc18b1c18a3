"""What an office may set for one agenda: periods, escalation, hours, names. Numbers of the law are defaults here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from engine.errors import EvidenceRefused, FieldError
from engine.phrases import Phrase
from workflows.calendar import DayType, WorkingHours
from workflows.regions import LABELS
from workflows.stakeholders.kinds import KINDS as OFFICES
from workflows.stakeholders.kinds import USUAL_DAYS

KINDS = ("ppk", "pps", "kpps", "pantarlih")
TOLD = ("body", "ppk", "korwil", "sdm", "teknis", "data", "hukum", "ketua", "ketua_hukum", "province")
LONGEST_PERIOD = 366
LONGEST_UNDO, LARGEST_SAMPLE = 60, 50
NUMBER_PATTERN = r"\d{1,5}/[A-Z]{2}\.\d{2}(\.\d{1,2})?-[A-Za-z.]{1,5}/\d{4}/\d{4}"

# By the codes that the forms and memberships use; a member may hold several.
DIVISIONS: Mapping[str, Mapping[str, str]] = {
    "ppk": {
        "chair": "Ketua: umum, keuangan dan logistik",
        "data": "Data dan informasi",
        "technical": "Teknis penyelenggaraan",
        "outreach": "Sosialisasi, partisipasi masyarakat dan SDM",
        "legal": "Hukum dan pengawasan",
    },
    "pps": {
        "chair": "Ketua: umum, keuangan dan logistik",
        "data": "Data pemilih",
        "technical": "Teknis, sosialisasi dan SDM",
    },
}


@dataclass(frozen=True)
class Level:
    """One step of escalation: so many days after the due day, this circle is told (see `TOLD`)."""

    after_days: int
    told: str


@dataclass(frozen=True)
class Periods:
    """Days; all but `inauguration` and `approval` are counted from the oath.

    `secretariat` is law (PKPU 8/2022 jo. Kpt 476/2024: 7 days from the oath); the others are the office's policy.
    `inauguration` are days of grace after the planned day, `monitoring` how often a body is monitored,
    `monitoring_grace` how long a further round may take once it has come, `approval` how long a commissioner may take.
    A PPS is trained on the day of its oath: 0.

    Of the registers: `suggestion` until KPU answers Bawaslu (for its decisions UU 7/2017 ps. 462 gives three working
    days; for a saran perbaikan no number of the law is known to us: to be confirmed by KPU's legal division), `report`
    after the month a monthly report is about (Kpt 476/2022 Bab VI: at least once a month; the day is the office's),
    `issue` until an issue is taken up, `handling` until it is settled, `legal` for what has turned legal, `neutrality`
    until a report in confidence is taken up: all the office's policy.

    `replacement_oath` and `replacement_training` after a replacement was approved, until the new member has taken the
    oath and the bimtek: the office's policy.
    """

    inauguration: int = 0
    sowan: int = 14
    secretariat: int = 7
    bimtek: Mapping[str, int] = field(default_factory=lambda: {"ppk": 14, "pps": 0, "kpps": 0, "pantarlih": 0})
    monitoring: int = 30
    monitoring_grace: int = 7
    approval: int = 3
    suggestion: int = 3
    report: int = 5
    issue: int = 3
    handling: int = 7
    legal: int = 7
    neutrality: int = 3
    replacement_oath: int = 7
    replacement_training: int = 14


OF_REGISTERS = ("suggestion", "report", "issue", "handling", "legal", "neutrality")
OF_REPLACEMENT = ("replacement_oath", "replacement_training")


@dataclass(frozen=True)
class Settings:
    """Everything an office may set for one agenda. `Settings()` is what holds where nothing was set.

    `inauguration_on` is the planned day by kind; `term_ends` the last day of office of a kind whose term ends before
    the agenda's. `number_pattern` is matched against a whole letter number, and only warns: each office has its guide.
    A decision may be taken back for `undo_minutes`; of many decided at once `bulk_sample` are looked at first.
    After `contact_within` days without contact with an office of this kind a body is warned; 0 warns never.
    """

    inauguration_on: Mapping[str, date] = field(default_factory=dict)
    term_ends: Mapping[str, date] = field(default_factory=dict)
    periods: Periods = field(default_factory=Periods)
    levels: tuple[Level, ...] = (
        Level(0, "body"),
        Level(3, "ppk"),
        Level(7, "sdm"),
        Level(10, "ketua_hukum"),
        Level(14, "province"),
    )
    levels_day_type: DayType = "calendar"
    working_hours: WorkingHours = field(default_factory=WorkingHours)
    labels: Mapping[str, str] = field(default_factory=lambda: dict(LABELS))
    divisions: Mapping[str, Mapping[str, str]] = field(
        default_factory=lambda: {kind: dict(names) for kind, names in DIVISIONS.items()}
    )
    number_pattern: str = NUMBER_PATTERN
    undo_minutes: int = 10
    bulk_sample: int = 3
    contact_within: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(OFFICES, USUAL_DAYS))


def read(raw: Mapping[str, Any]) -> Settings:
    """The settings that `raw` (JSON values) says, with the defaults for what it leaves out.

    Everything that is wrong is refused at once with EvidenceRefused, each field by its path.
    """
    reader = _Reader()
    settings = _settings(reader, raw)
    if reader.errors:
        raise EvidenceRefused(reader.errors, "Pengaturan belum disimpan. Perbaiki bagian yang ditandai.")
    return settings


def write(settings: Settings) -> dict[str, Any]:
    """The same settings as JSON values: `read(write(s)) == s`."""
    periods = settings.periods
    return {
        "inauguration_on": {kind: day.isoformat() for kind, day in settings.inauguration_on.items()},
        "term_ends": {kind: day.isoformat() for kind, day in settings.term_ends.items()},
        "periods": {
            "inauguration": periods.inauguration,
            "sowan": periods.sowan,
            "secretariat": periods.secretariat,
            "bimtek": dict(periods.bimtek),
            "monitoring": periods.monitoring,
            "monitoring_grace": periods.monitoring_grace,
            "approval": periods.approval,
            **{name: getattr(periods, name) for name in (*OF_REGISTERS, *OF_REPLACEMENT)},
        },
        "levels": [{"after_days": level.after_days, "told": level.told} for level in settings.levels],
        "levels_day_type": settings.levels_day_type,
        "working_hours": {
            "opens": settings.working_hours.opens.strftime("%H:%M"),
            "closes": settings.working_hours.closes.strftime("%H:%M"),
        },
        "labels": dict(settings.labels),
        "divisions": {kind: dict(names) for kind, names in settings.divisions.items()},
        "number_pattern": settings.number_pattern,
        "undo_minutes": settings.undo_minutes,
        "bulk_sample": settings.bulk_sample,
        "contact_within": dict(settings.contact_within),
    }


def _settings(reader: _Reader, raw: Mapping[str, Any]) -> Settings:
    usual = Settings()
    reader.known(raw, tuple(write(usual)), ())
    labels = {
        key: reader.words(value, ("labels", key)) for key, value in reader.mapping(raw.get("labels"), ("labels",))
    }
    divisions = {
        kind: {
            code: reader.words(name, ("divisions", kind, code))
            for code, name in reader.mapping(names, ("divisions", kind))
        }
        for kind, names in reader.by_kind(raw.get("divisions"), ("divisions",))
    }
    contact_within = {
        kind: reader.count(days, ("contact_within", kind), 0)
        for kind, days in reader.among(raw.get("contact_within"), OFFICES, ("contact_within",))
    }
    return Settings(
        inauguration_on=_days(reader, raw, "inauguration_on"),
        term_ends=_days(reader, raw, "term_ends"),
        periods=_periods(reader, raw.get("periods"), usual.periods),
        levels=_levels(reader, raw["levels"]) if "levels" in raw else usual.levels,
        levels_day_type=reader.day_type(raw.get("levels_day_type", usual.levels_day_type), ("levels_day_type",)),
        working_hours=_hours(reader, raw.get("working_hours"), usual.working_hours),
        labels={**usual.labels, **labels},
        divisions={**usual.divisions, **divisions},
        number_pattern=reader.pattern(raw.get("number_pattern", usual.number_pattern), ("number_pattern",)),
        undo_minutes=reader.up_to(raw.get("undo_minutes", usual.undo_minutes), ("undo_minutes",), LONGEST_UNDO),
        bulk_sample=reader.up_to(raw.get("bulk_sample", usual.bulk_sample), ("bulk_sample",), LARGEST_SAMPLE),
        contact_within={**usual.contact_within, **contact_within},
    )


def _days(reader: _Reader, raw: Mapping[str, Any], key: str) -> dict[str, date]:
    read_days = ((kind, reader.day(value, (key, kind))) for kind, value in reader.by_kind(raw.get(key), (key,)))
    return {kind: day for kind, day in read_days if day is not None}


def _periods(reader: _Reader, raw: Any, usual: Periods) -> Periods:
    given = dict(reader.mapping(raw, ("periods",)))
    names = (
        "inauguration", "sowan", "secretariat", "monitoring", "monitoring_grace", "approval", *OF_REGISTERS,
        *OF_REPLACEMENT,
    )
    reader.known(given, (*names, "bimtek"), ("periods",))
    least = {
        "monitoring": 1, "approval": 1, "sowan": 1, "secretariat": 1,
        **dict.fromkeys((*OF_REGISTERS, *OF_REPLACEMENT), 1),
    }
    counts = {
        name: reader.count(given.get(name, getattr(usual, name)), ("periods", name), least.get(name, 0))
        for name in names
    }
    bimtek = {
        kind: reader.count(value, ("periods", "bimtek", kind), 0)
        for kind, value in reader.by_kind(given.get("bimtek"), ("periods", "bimtek"))
    }
    return Periods(**counts, bimtek={**usual.bimtek, **bimtek})


def _levels(reader: _Reader, raw: Any) -> tuple[Level, ...]:
    if not reader.is_list(raw, ("levels",)):
        return ()
    levels: list[Level] = []
    for place, row in enumerate(raw):
        given = dict(reader.mapping(row, ("levels", place)))
        told = given.get("told")
        if told not in TOLD:
            reader.wrong(("levels", place, "told"), "told", Phrase(
                "Pilih salah satu penerima: %(told)s.", told=", ".join(TOLD)
            ))
        after = reader.count(given.get("after_days"), ("levels", place, "after_days"), 0)
        if levels and after <= levels[-1].after_days:
            reader.wrong(
                ("levels", place, "after_days"), "order",
                Phrase("Jumlah hari harus lebih besar dari tingkat sebelumnya."),
            )
        levels.append(Level(after, str(told)))
    if not levels:
        reader.wrong(("levels",), "required", Phrase("Isi paling sedikit satu tingkat eskalasi."))
    return tuple(levels)


def _hours(reader: _Reader, raw: Any, usual: WorkingHours) -> WorkingHours:
    given = dict(reader.mapping(raw, ("working_hours",)))
    opens = reader.clock(given["opens"], ("working_hours", "opens")) if "opens" in given else usual.opens
    closes = reader.clock(given["closes"], ("working_hours", "closes")) if "closes" in given else usual.closes
    if opens >= closes:
        mend = Phrase("Jam tutup harus sesudah jam buka, misalnya 08:00–16:00.")
        reader.wrong(("working_hours", "closes"), "order", mend)
    return WorkingHours(opens, closes)


Path = tuple[str | int, ...]


class _Reader:
    """Reads JSON values as what they should be, and gathers what is wrong instead of stopping at the first."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def wrong(self, path: Path, code: str, message: Phrase) -> None:
        self.errors.append(FieldError(path, code, message))

    def known(self, raw: Mapping[str, Any], names: tuple[str, ...], path: Path) -> None:
        for name in raw:
            if name not in names:
                self.wrong((*path, name), "unknown", Phrase(
                    "Pengaturan “%(name)s” tidak dikenal. Hapus bagian ini.", name=name
                ))

    def mapping(self, raw: Any, path: Path) -> list[tuple[str, Any]]:
        if raw is None:
            return []
        if not isinstance(raw, Mapping):
            self.wrong(path, "type", Phrase("Bagian ini harus berisi pasangan nama dan nilai."))
            return []
        return [(str(name), value) for name, value in raw.items()]

    def by_kind(self, raw: Any, path: Path) -> list[tuple[str, Any]]:
        pairs = self.mapping(raw, path)
        for kind, _ in pairs:
            if kind not in KINDS:
                self.wrong((*path, kind), "kind", Phrase(
                    "“%(kind)s” bukan jenis badan. Pilih: %(kinds)s.", kind=kind, kinds=", ".join(KINDS)
                ))
        return [(kind, value) for kind, value in pairs if kind in KINDS]

    def among(self, raw: Any, names: tuple[str, ...], path: Path) -> list[tuple[str, Any]]:
        pairs = self.mapping(raw, path)
        self.known(dict(pairs), names, path)
        return [(name, value) for name, value in pairs if name in names]

    def is_list(self, raw: Any, path: Path) -> bool:
        if isinstance(raw, list | tuple):
            return True
        self.wrong(path, "type", Phrase("Bagian ini harus berupa daftar."))
        return False

    def count(self, raw: Any, path: Path, least: int) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int) or not least <= raw <= LONGEST_PERIOD:
            self.wrong(path, "count", Phrase(
                "Isi jumlah hari berupa angka bulat dari %(least)s sampai %(most)s.", least=str(least),
                most=str(LONGEST_PERIOD),
            ))
            return least
        return raw

    def up_to(self, raw: Any, path: Path, most: int) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= most:
            self.wrong(path, "count", Phrase("Isi angka bulat dari 0 sampai %(most)s.", most=str(most)))
            return 0
        return raw

    def day(self, raw: Any, path: Path) -> date | None:
        try:
            return date.fromisoformat(str(raw))
        except ValueError:
            self.wrong(path, "date", Phrase("Isi tanggal dengan bentuk tahun-bulan-hari, misalnya 2024-05-16."))
            return None

    def clock(self, raw: Any, path: Path) -> time:
        try:
            return time.fromisoformat(str(raw))
        except ValueError:
            self.wrong(path, "time", Phrase("Isi jam dengan bentuk jam:menit, misalnya 08:00."))
            return time(0)

    def words(self, raw: Any, path: Path) -> str:
        if isinstance(raw, str) and 0 < len(raw.strip()) <= 100:
            return raw.strip()
        self.wrong(path, "text", Phrase("Isi nama ini, paling banyak 100 huruf."))
        return ""

    def day_type(self, raw: Any, path: Path) -> DayType:
        if raw == "working":
            return "working"
        if raw != "calendar":
            self.wrong(path, "day_type", Phrase("Pilih “calendar” (hari kalender) atau “working” (hari kerja)."))
        return "calendar"

    def pattern(self, raw: Any, path: Path) -> str:
        try:
            return re.compile(raw).pattern if isinstance(raw, str) else self._no_pattern(path)
        except re.error:
            return self._no_pattern(path)

    def _no_pattern(self, path: Path) -> str:
        self.wrong(path, "pattern", Phrase("Pola nomor surat tidak dapat dibaca. Kosongkan untuk memakai pola bawaan."))
        return NUMBER_PATTERN

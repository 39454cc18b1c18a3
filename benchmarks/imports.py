"""An import of 10,000 members from an Excel file: read, tried row by row, applied; and again, when nothing changes."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
import xlsxwriter
from werkzeug.datastructures import FileStorage

from engine.host import Actor, Grant
from web import importing, jobs
from web.config import Config
from web.db import make_engine, transaction
from workflows import bodies, regions
from workflows.imports import columns, runs
from workflows.models import Account, Agenda, Assignment, Body, MemberImport, Membership

ROWS = 10_000
TARGET_SECONDS = 30.0
HEADINGS = ("Nama", "NIK", "L/P", "Tgl Lahir", "Pendidikan", "Alamat", "Jenis Badan", "Kode Wilayah", "TPS", "No WA",
            "Jabatan")
NOW = datetime(2024, 5, 6, 3, 0, tzinfo=UTC)


def run(url: str) -> dict[str, Any]:
    """Seconds of each step, and of all together, with the target. `url` names an empty database with the schema."""
    engine = make_engine(url)
    with tempfile.TemporaryDirectory() as folder:
        config = replace(Config.from_environment({"TAPAK_VAR": folder}), database_url=url)
        operator, agenda = _world(engine)
        content = _file(engine)
        first = _import(engine, config, content, operator, agenda)
        again = _import(engine, config, content, operator, agenda)
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(Membership)) == ROWS
    engine.dispose()
    return {
        "first": first | {"rows": ROWS, "target_seconds": TARGET_SECONDS}, "again": again | {"rows": ROWS},
    }


def _world(engine: sa.Engine) -> tuple[Actor, int]:
    """Temanggung with KPPS enough for 10,000 members."""
    with transaction(engine) as session:
        regions.load(session)
        agenda = Agenda(
            code="BENCH", name="Pilkada", kind="pilkada", scope=regions.TEMANGGUNG, voting_day=date(2024, 11, 27),
            term_begins=date(2024, 5, 16), term_ends=date(2025, 1, 27),
        )
        session.add(agenda)
        session.flush()
        formed = bodies.form(session, agenda)
        for pps in [body for body in formed if body.kind == "pps"]:
            bodies.form_units(session, pps, "kpps", range(1, 6))
        account = Account(
            login="operator", name="Operator", password_hash="-", created_at=NOW,
            assignments=[Assignment(role="operator", scope=regions.TEMANGGUNG, from_on=date(2024, 1, 1))],
        )
        session.add(account)
        session.flush()
        return Actor(str(account.id), account.name, (Grant("operator", regions.TEMANGGUNG),)), agenda.id


def _members(engine: sa.Engine) -> Iterator[tuple[int, Body]]:
    """So many seats of KPPS: (number of the person, body)."""
    with transaction(engine) as session:
        found = session.scalars(sa.select(Body).where(Body.kind == "kpps").order_by(Body.id)).all()
    number = 0
    for body in found:
        for _ in range(7):
            if number == ROWS:
                return
            number += 1
            yield number, body
    raise AssertionError("too few bodies")


def _file(engine: sa.Engine) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page, day = book.add_worksheet("Anggota"), book.add_format({"num_format": "dd/mm/yyyy"})
    page.write_row(0, 0, HEADINGS)
    for number, body in _members(engine):
        page.write_row(number, 0, (
            f"Anggota {_word(number)}", f"3323{number % 90 + 10:02d}010790{number % 10_000:04d}", "L", None, "SMA",
            "Dusun Krajan RT 01 RW 02", "KPPS", body.region_code, body.unit, f"08120{number:06d}", "Anggota",
        ))
        page.write_datetime(number, 3, datetime(1990, 7, 1), day)  # noqa: DTZ001 - a day, as Excel keeps it
    book.close()
    return out.getvalue()


def _word(number: int) -> str:
    """A name of letters alone, another one for each number."""
    return "".join(chr(97 + int(digit)) for digit in f"{number:06d}").title()


def _import(engine: sa.Engine, config: Config, content: bytes, operator: Actor, agenda: int) -> dict[str, float]:
    """The whole way of one file: as the pages and the worker go it."""
    began = time.perf_counter()
    table, sent = importing.receive(FileStorage(io.BytesIO(content), filename="anggota.xlsx"), config)
    read = time.perf_counter()
    begins = columns.beginning(table)
    with transaction(engine) as session:
        chosen = runs.begin(
            session, session.get_one(Agenda, agenda), sent, begins,
            columns.proposed(table, begins, frozenset(), frozenset()), key=str(began), actor=operator, now=NOW,
        )
        runs.choose(session, chosen, table, sheet=begins.sheet, header=begins.header, columns=chosen.columns,
                    options={}, actor=operator, now=NOW)
        number = chosen.id
    effects = importing.effects(lambda: config)
    jobs.drain_outbox(engine, effects)
    checked = time.perf_counter()
    with transaction(engine) as session:
        chosen = session.get_one(MemberImport, number)
        assert (chosen.status, chosen.counts["refused"]) == ("checked", 0), chosen.counts
        if chosen.counts["add"]:
            runs.apply(session, chosen, run=chosen.run, actor=operator, now=NOW)
    jobs.drain_outbox(engine, effects)
    over = time.perf_counter()
    return {"seconds": round(over - began, 1), "read": round(read - began, 1), "tried": round(checked - read, 1),
            "applied": round(over - checked, 1)}

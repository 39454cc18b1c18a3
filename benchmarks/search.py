"""Searching all of Indonesia: its bodies, their members and 300,000 letters, as a regency, a province and the nation.

What is timed is what the page of results asks the database, each part by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, insert, literal, select
from sqlalchemy.orm import Session

from benchmarks import measure, nation
from web.db import make_engine, reading, transaction
from workflows import search
from workflows.models import Agenda, Body, Letter, LetterBody, Membership

BODIES, LETTERS = 526_000, 300_000
RUNS, WARM = 15, 2
READERS = {"regency": ["33.23"], "province": ["33"], "nation": [""]}
TEXTS = {"bodies": "kpps rejosari 002", "people": "siti lestari", "letters": "rejosari"}


def run(url: str) -> dict[str, Any]:
    """{reader: {part: median milliseconds}}, and how many rows there are. `url` names an empty database with the
    schema; it is full afterwards."""
    engine = make_engine(url)
    began = time.perf_counter()
    bodies = nation.build(engine, datetime.now(UTC), BODIES)
    with transaction(engine) as session:
        if engine.dialect.name == "postgresql":
            session.execute(sa.text("SET LOCAL statement_timeout = 0"))
        _letters(session)
        people = session.scalar(select(func.count()).select_from(Membership))
    built = time.perf_counter() - began
    found: dict[str, Any] = {}
    with Session(reading(engine)) as session:
        for reader, scopes in READERS.items():
            ways = {part: _way(session, part, scopes, text) for part, text in TEXTS.items()}
            measured = measure.interleaved(ways, RUNS, WARM)
            found[reader] = {f"{part}_ms": round(one.median * 1000, 1) for part, one in measured.items()}
    engine.dispose()
    return {**found, "bodies": bodies, "people": people, "letters": LETTERS, "build_s": round(built, 1)}


def _way(session: Session, part: str, scopes: list[str], text: str) -> Callable[[], object]:
    look = getattr(search, part)
    if not look(session, scopes, text):
        raise RuntimeError(f"nothing is found in {part} of {scopes}")
    return lambda: look(session, scopes, text)


def _letters(session: Session) -> None:
    """A letter about each of the first bodies, by its regency."""
    agenda = session.scalars(select(Agenda.id)).one()
    number = sa.cast(Body.id, sa.String)
    session.execute(insert(Letter).from_select(
        ["id", "agenda_id", "kind", "number", "issuer_code", "dated", "subject"],
        select(Body.id, literal(agenda), literal("assignment"), number + "/PP.04.2-ST/2024",
               func.substr(Body.region_code, 1, 5), literal(date(2024, 6, 3)), "Surat tugas monitoring " + Body.name)
        .order_by(Body.id).limit(LETTERS),
    ))
    session.execute(insert(LetterBody).from_select(["letter_id", "body_id"], select(Letter.id, Letter.id)))
    session.execute(sa.text("ANALYZE"))

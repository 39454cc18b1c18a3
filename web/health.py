"""How the installation is, for `GET /healthz` and the health page."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from engine import outbox
from engine.models import Heartbeat, Message
from web import mailing_sending, queue
from web.config import ROOT, Config
from web.db import clock, reading

VERSION = "0.1"
SWEEP_LATE_SECONDS, WORKER_LATE_SECONDS, MESSAGE_LATE_SECONDS = 20, 40, 60


def health(engine: sa.Engine, config: Config) -> dict[str, Any]:
    """One JSON-ready answer; ages are seconds.

    `status` is "down" when the database does not answer (503), "degraded" when something is late or missing but no
    act is lost (200, with a sentence for each in `notes`), otherwise "ok".
    """
    answer: dict[str, Any] = {"status": "ok", "version": version(), "notes": []}
    notes: list[str] = answer["notes"]
    try:
        with Session(reading(engine)) as session:
            answer |= {"database": {"ok": True, "kind": engine.dialect.name}, **_ages(session, notes)}
    except SQLAlchemyError as error:
        answer["database"] = {"ok": False, "kind": engine.dialect.name}
        answer["status"] = "down"
        notes.append(f"Basis data tidak menjawab ({type(error).__name__}).")
        return answer
    answer |= _redis(config, notes)
    notes.extend(mailing_sending.lacking(config))
    if notes:
        answer["status"] = "degraded"
    return answer


def _ages(session: Session, notes: list[str]) -> dict[str, Any]:
    now = clock(session)
    beat = session.scalar(sa.select(Heartbeat.at).where(Heartbeat.name == "sweep"))
    waiting, oldest = outbox.waiting(session, now=now)
    failing = session.scalar(
        sa.select(sa.func.count()).select_from(Message).where(Message.done_at.is_(None), Message.attempts > 0)
    )
    sweep_age, oldest_age = _age(now, beat), _age(now, oldest)
    if sweep_age is None or sweep_age > SWEEP_LATE_SECONDS:
        notes.append("Penyapu (sweep) tidak berjalan: tenggat dan eskalasi terlambat.")
    if oldest_age is not None and oldest_age > MESSAGE_LATE_SECONDS:
        notes.append("Ada pesan yang menunggu lebih dari satu menit.")
    if failing:
        notes.append(f"{failing} pesan gagal dan akan dicoba lagi.")
    return {
        "sweep": {"ok": sweep_age is not None and sweep_age <= SWEEP_LATE_SECONDS, "heartbeat_age": sweep_age},
        "messages": {"waiting": waiting, "oldest_age": oldest_age or 0.0, "failing": failing},
    }


def _age(now: datetime, then: datetime | None) -> float | None:
    return None if then is None else round(max(now - then, timedelta()).total_seconds(), 1)


def _redis(config: Config, notes: list[str]) -> dict[str, Any]:
    answers = config.redis_url is not None and queue.answers(config.redis_url)
    alive = [
        {"name": worker.name, "pid": worker.pid, "state": worker.state, "heartbeat_age": round(worker.age, 1)}
        for worker in (queue.workers(config.redis_url) if answers and config.redis_url else ())
        if worker.age <= WORKER_LATE_SECONDS
    ]
    if not answers:
        notes.append("Redis tidak ada: pesan dikirim oleh penyapu, terlambat beberapa detik. Tidak ada yang hilang.")
    elif not alive:
        notes.append("Worker tidak berjalan: pesan dikirim oleh penyapu, terlambat beberapa detik.")
    return {"redis": {"ok": answers}, "worker": {"ok": bool(alive), "alive": alive}}


@lru_cache(maxsize=1)
def version() -> str:
    """The product's version, with the short commit where the code lies in a git checkout."""
    commit = _commit(ROOT / ".git")
    return f"{VERSION}+{commit[:9]}" if commit else VERSION


def _commit(git: Path) -> str:
    try:
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        loose = git / name
        if loose.exists():
            return loose.read_text().strip()
        packed = (git / "packed-refs").read_text().splitlines()
        return next((line.split()[0] for line in packed if line.endswith(f" {name}")), "")
    except OSError:
        return ""

"""Papers become files: one in the request that asks for it, many behind it, a few in each message of the outbox."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from datetime import datetime

from pypdf import PdfReader, PdfWriter
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from engine import checkpoints
from engine.outbox import Taken
from web.papers.drawing import Sheet, draw
from workflows.models import Letter, LetterSetting, LetterTemplate, Paper, PaperBatch, PaperFile
from workflows.papers import issuing

AT_ONCE = 8
"""So many are drawn in one transaction: about two seconds, in which on SQLite everybody else's writing waits."""


def draw_some(session: Session, batch: PaperBatch, now: datetime, most: int = AT_ONCE) -> bool:
    """Up to `most` reserved papers of the batch have their files; True when none was left to draw.

    One that was cancelled before it was drawn keeps its number and gets no file.
    """
    papers = session.scalars(
        select(Paper).where(Paper.batch_id == batch.id, Paper.status == "reserved").order_by(Paper.id).limit(most)
    ).all()
    logo = session.scalar(select(LetterSetting.logo).where(LetterSetting.agenda_id == batch.agenda_id))
    for paper in papers:
        _make(session, paper, logo, now)
    session.flush()
    return len(papers) < most or not _left(session, batch)


def _left(session: Session, batch: PaperBatch) -> int:
    return session.scalar(
        select(func.count()).select_from(Paper).where(Paper.batch_id == batch.id, Paper.status == "reserved")
    ) or 0


def _make(session: Session, paper: Paper, logo: bytes | None, now: datetime) -> None:
    letter = session.get_one(Letter, paper.letter_id)
    sheet = Sheet(
        tuple(paper.data["head"]), logo, paper.code, paper.data["address"], paper.data["draft"],
        f"{letter.subject} ({letter.number})", paper.issued_at, checkpoints.newest_code(session),
    )
    content, pages = draw(sheet, issuing.blocks(paper, session.get_one(LetterTemplate, paper.template_id)))
    paper.sha256 = keep(session, content, pages)
    paper.status, paper.made_at = "made", now


def keep(session: Session, content: bytes, pages: int) -> str:
    """The file stands under its SHA-256, which is the answer."""
    sha256 = hashlib.sha256(content).hexdigest()
    insert = postgres_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    session.execute(
        insert(PaperFile).values(sha256=sha256, content=content, pages=pages).on_conflict_do_nothing()
    )
    return sha256


def finish(session: Session, batch: PaperBatch, now: datetime) -> None:
    """The batch is done; many papers are also one file for the printer."""
    if batch.done_at is None:
        if batch.total > 1:
            batch.merged = _merged(session, batch)
        batch.done_at = now
        session.flush()


def _merged(session: Session, batch: PaperBatch) -> str | None:
    writer = PdfWriter()
    for _, content in files(session, batch.id):
        writer.append(PdfReader(io.BytesIO(content)), import_outline=False)
    if not len(writer.pages):
        return None
    writer.add_metadata({"/Producer": "Tapak"})
    target = io.BytesIO()
    writer.write(target)
    return keep(session, target.getvalue(), len(writer.pages))


def files(session: Session, batch_id: int) -> Iterator[tuple[Letter, bytes]]:
    """Each made paper of the batch that is not cancelled, with its bytes, in the order of their numbers."""
    found = session.execute(
        select(Letter, PaperFile.content).join(Paper, Paper.letter_id == Letter.id)
        .join(PaperFile, PaperFile.sha256 == Paper.sha256)
        .where(Paper.batch_id == batch_id, Paper.status == "made").order_by(Paper.id)
    )
    for row in found:
        yield row[0], row[1]


def carry_on(session: Session, taken: Taken, now: datetime) -> None:
    """The next few papers of the batch have their files, and the message after this one is asked for; the last one
    puts them together. Killed in between, the same message is taken again and nothing is drawn twice."""
    batch = session.get_one(PaperBatch, taken.payload["batch_id"])
    if batch.done_at is not None:
        return
    if not _left(session, batch):
        finish(session, batch, now)
        return
    draw_some(session, batch, now)
    issuing.ask_for_more(session, batch.id, f"papers:after:{taken.id}", now)

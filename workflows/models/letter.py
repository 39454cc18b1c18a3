"""Letters, decrees and minutes: registered once, attached to many bodies; and those that Tapak itself makes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId
from workflows.models.region import Code


class Letter(Base):
    """One letter. `issuer_code` is the region of the office that numbered it: two villages may use the same number."""

    __tablename__ = "letter"
    __table_args__ = (UniqueConstraint("agenda_id", "kind", "number", "issuer_code", "dated"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"))
    kind: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(100))
    on: Mapped[date] = mapped_column("dated")
    issuer_code: Mapped[str] = mapped_column(Code)
    subject: Mapped[str] = mapped_column(String(300))


class LetterBody(Base):
    """This letter concerns this body."""

    __tablename__ = "letter_body"
    __table_args__ = (Index("ix_letter_body_body_id", "body_id"),)

    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"), primary_key=True)


class LetterSetting(Base):
    """The office as its letters show it, and how each kind is numbered: what `workflows.papers.office` reads."""

    __tablename__ = "letter_setting"

    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"), primary_key=True, autoincrement=False)
    settings: Mapped[dict[str, Any]]
    logo: Mapped[bytes | None] = mapped_column(LargeBinary)
    edition: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(200))


class LetterTemplate(Base):
    """One version of the text of one kind of letter; never changed, for papers name the version they are made from."""

    __tablename__ = "letter_template"
    __table_args__ = (UniqueConstraint("agenda_id", "kind", "version"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"))
    kind: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    saved_by: Mapped[str] = mapped_column(String(200))
    saved_at: Mapped[datetime]


class LetterSeries(Base):
    """The last number given in one series of one office in one year; `year` 0 where numbers go on over the years."""

    __tablename__ = "letter_series"

    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"), primary_key=True, autoincrement=False)
    series: Mapped[str] = mapped_column(String(40), primary_key=True)
    issuer_code: Mapped[str] = mapped_column(Code, primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class PaperBatch(Base):
    """Papers that were asked for together, one or 289. `key` is the act's: asked twice, it is one batch.

    `bodies` are those asked for, `refused` those that got no paper: rows of {"body", "name", "reason"}. `merged` is the
    file with all of them for printing, once `done_at`.
    """

    __tablename__ = "paper_batch"
    __table_args__ = (Index("ix_paper_batch_agenda_id", "agenda_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"))
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(80), unique=True)
    total: Mapped[int]
    refused: Mapped[list[Any]]
    account: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    merged: Mapped[str | None] = mapped_column(ForeignKey("paper_file.sha256"))


class Paper(Base):
    """A letter that Tapak made: its place in the series, what it was made from, and the file it became.

    `serial` is the number within (agenda, series, issuer_code, year), there once. `code` leads to the public page that
    proves it genuine. `data` is {placeholder: value} as it was that day, and what the letterhead showed.
    status: "reserved" (the number is its own, the file not made yet) → "made" → "cancelled"; `replaced_by` is the paper
    that stands in its place. What is cancelled keeps its number.
    """

    __tablename__ = "paper"
    __table_args__ = (
        UniqueConstraint("letter_id"),
        UniqueConstraint("code"),
        UniqueConstraint("agenda_id", "series", "issuer_code", "year", "serial"),
        CheckConstraint("status in ('reserved', 'made', 'cancelled')", name="status"),
        Index("ix_paper_batch_id", "batch_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("paper_batch.id"))
    template_id: Mapped[int] = mapped_column(ForeignKey("letter_template.id"))
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"))
    series: Mapped[str] = mapped_column(String(40))
    issuer_code: Mapped[str] = mapped_column(Code)
    year: Mapped[int]
    serial: Mapped[int]
    code: Mapped[str] = mapped_column(String(12))
    data: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(10), default="reserved")
    sha256: Mapped[str | None] = mapped_column(ForeignKey("paper_file.sha256"))
    made_at: Mapped[datetime | None]
    issued_by: Mapped[str] = mapped_column(String(200))
    issued_at: Mapped[datetime]
    cancelled_by: Mapped[str | None] = mapped_column(String(200))
    cancelled_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(500))
    replaced_by: Mapped[int | None] = mapped_column(ForeignKey("paper.id"))


class PaperFile(Base):
    """The bytes of a made file by their SHA-256: in the database, so that number and file stand or fall together."""

    __tablename__ = "paper_file"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    pages: Mapped[int]

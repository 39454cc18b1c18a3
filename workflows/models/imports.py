"""Members brought in from a table: the file, what its columns mean, each row as read, what is wrong with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId

STATUSES = ("mapping", "checking", "checked", "applying", "applied", "discarded")


class MemberImport(Base):
    """One file of members, who sent it, and how far it is.

    `sha256` is of the file as it was sent; `original` and `content` name, in the store, that file and the table read
    from it, both sealed: they hold NIK. `sheet` and `header` (counted from 0) say where the table begins, `columns`
    maps a column's number (as text) to a field, `options` are {"kind", "district"} for rows that do not tell.
    `fingerprint` names the headings. `done` of `total` rows were checked. `counts` is what the check found: {"rows",
    "add", "change", "same", "refused", "warned", "kinds"}. `scopes` are where the sender was operator. `note` is the
    kind of what went wrong at the last try to apply, "" for nothing.
    """

    __tablename__ = "member_import"
    __table_args__ = (
        CheckConstraint(f"status in ({', '.join(repr(one) for one in STATUSES)})", name="status"),
        UniqueConstraint("account", "key"),
        Index("ix_member_import_agenda_id", "agenda_id"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"))
    status: Mapped[str] = mapped_column(String(12))
    file: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(8))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    original: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(String(64))
    sheet: Mapped[int]
    header: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(String(64))
    columns: Mapped[dict[str, Any]]
    options: Mapped[dict[str, Any]]
    scopes: Mapped[list[Any]]
    run: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(String(40), default="")
    key: Mapped[str] = mapped_column(String(36))
    account: Mapped[str] = mapped_column(String(100))
    account_name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    applied_by: Mapped[str | None] = mapped_column(String(100))
    applied_name: Mapped[str | None] = mapped_column(String(200))


class ImportRow(Base):
    """A row that could be read, until it is applied or put away. `line` is its number in the sheet, from 1.

    `particulars` are {"name", "gender", "born_on", "phone", "education", "domicile_code", "address"}; the NIK is
    sealed as in the register. `verdict` is "add", "change", "same" or "refused".
    """

    __tablename__ = "import_row"

    import_id: Mapped[int] = mapped_column(ForeignKey("member_import.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    verdict: Mapped[str] = mapped_column(String(8))
    body_id: Mapped[int | None] = mapped_column(ForeignKey("body.id"))
    nik_digest: Mapped[str | None] = mapped_column(String(64))
    nik_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    post: Mapped[str] = mapped_column(String(12))
    division: Mapped[str | None] = mapped_column(String(100))
    rank: Mapped[int | None]
    particulars: Mapped[dict[str, Any]]


class ImportFinding(Base):
    """One thing wrong (`hard`), or odd, in a row: its kind, and what its sentence names. Never a NIK.

    `column` is the number of the cell's column from 0, -1 for the row as a whole.
    """

    __tablename__ = "import_finding"
    __table_args__ = (Index("ix_import_finding_import_id", "import_id", "line", "id"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("member_import.id"))
    line: Mapped[int]
    column: Mapped[int] = mapped_column("cell_column")
    hard: Mapped[bool]
    kind: Mapped[str] = mapped_column(String(40))
    named: Mapped[dict[str, Any]]


class ImportMapping(Base):
    """What the columns under these headings mean, as it was last said for this agenda."""

    __tablename__ = "import_mapping"

    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    columns: Mapped[dict[str, Any]]
    options: Mapped[dict[str, Any]]
    account: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]

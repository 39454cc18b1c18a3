"""Tables for others: which columns they ask for, and who took which table out of the house."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId, Scope

KINDS = ("nominative", "recap")


class ExportTemplate(Base):
    """The columns of a table in their order, `columns` being rows of {"field", "heading"}; kept for all of `scope`.

    `edition` counts the savings; `sent` is the key of the last one. A template that was removed has `removed_at`.
    """

    __tablename__ = "export_template"
    __table_args__ = (
        CheckConstraint("kind in ('nominative', 'recap')", name="kind"), Index("ix_export_template_scope", "scope"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    scope: Mapped[str] = mapped_column(Scope)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(100))
    columns: Mapped[list[Any]]
    edition: Mapped[int] = mapped_column(default=1)
    account: Mapped[str] = mapped_column(String(100))
    account_name: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class ExportRecord(Base):
    """One table that left the house: who, when, which rows and columns, and whether with the whole NIK.

    The database neither changes nor removes it.
    """

    __tablename__ = "export_record"
    __table_args__ = (
        CheckConstraint("kind in ('nominative', 'recap')", name="kind"), Index("ix_export_record_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))
    format: Mapped[str] = mapped_column(String(4))
    template: Mapped[str] = mapped_column(String(100))
    fields: Mapped[list[Any]]
    filters: Mapped[dict[str, Any]]
    scopes: Mapped[list[Any]]
    whole_nik: Mapped[bool]
    rows: Mapped[int] = mapped_column("row_count")
    account: Mapped[str] = mapped_column(String(100))
    account_name: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]

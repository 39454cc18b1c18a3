"""Administrative regions by their Kemendagri code."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base

# Byte order, so that a range of codes is a range of the index on PostgreSQL too: its other collations skip the dots.
Code = String(24).with_variant(String(24, collation="C"), "postgresql")


class Region(Base):
    """One region: "33" province, "33.23" regency, "33.23.13" kecamatan, "33.23.13.2007" desa or kelurahan.

    Source: Kepmendagri 300.2.2-2138/2025. The parent is the code without its last part; the parent of a province is
    None. No foreign key leads there: a regency is loaded alone, without its province, when an office wants no more.
    """

    __tablename__ = "region"
    __table_args__ = (
        CheckConstraint(
            "level in ('provinsi', 'kabupaten', 'kota', 'kecamatan', 'desa', 'kelurahan', 'desa_adat')", name="level"
        ),
        Index("ix_region_parent_code", "parent_code"),
    )

    code: Mapped[str] = mapped_column(Code, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    level: Mapped[str] = mapped_column(String(10))
    parent_code: Mapped[str | None] = mapped_column(Code)

"""People, and where they serve."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId
from workflows.models.region import Code

SERVING = text("until_on IS NULL AND post <> 'cadangan'")


class Person(Base):
    """A natural person. The NIK is kept sealed (`workflows.people.NikKeys`); `nik_digest` keeps it unique.

    `name_key` is the name as it is compared: lower case, single spaces, no titles. `gender` is "L" or "P". Staff of a
    secretariat come with a NIP instead of a NIK, so both may be None.
    """

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("nik_digest"),
        CheckConstraint("gender in ('L', 'P')", name="gender"),
        Index("ix_person_name_key", "name_key"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200))
    nik_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    nik_digest: Mapped[str | None] = mapped_column(String(64))
    gender: Mapped[str | None] = mapped_column(String(1))
    born_on: Mapped[date | None]
    phone: Mapped[str | None] = mapped_column(String(30))
    education: Mapped[str | None] = mapped_column(String(40))
    domicile_code: Mapped[str | None] = mapped_column(Code)
    address: Mapped[str | None] = mapped_column(String(300))


class Membership(Base):
    """One person's service in one body, active while `until_on` is None.

    `post` is "ketua", "anggota", "sekretaris", "staf" or "cadangan" (on the reserve list, not serving); `rank` the
    place in the selection. A person serves once in an agenda, as a member or in a secretariat: the database refuses
    a second active row. `sworn_on` and `trained_on` are dates of the accepted evidence; `letter_id` the letter of
    appointment; `division` the codes of the divisions held ("data,technical") or of a staff member's duty;
    `replaced_by` the membership that took this one's place.
    """

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("post in ('ketua', 'anggota', 'sekretaris', 'staf', 'cadangan')", name="post"),
        CheckConstraint("until_on IS NULL OR from_on IS NULL OR until_on >= from_on", name="period"),
        Index(
            "uq_membership_serving", "agenda_id", "person_id", unique=True,
            postgresql_where=SERVING, sqlite_where=SERVING,
        ),
        Index(
            "uq_membership_nip", "agenda_id", "nip", unique=True, postgresql_where=SERVING, sqlite_where=SERVING
        ),
        Index("ix_membership_body_id", "body_id"),
        Index("ix_membership_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"))
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    post: Mapped[str] = mapped_column(String(12))
    division: Mapped[str | None] = mapped_column(String(100))
    rank: Mapped[int | None]
    is_asn: Mapped[bool] = mapped_column(default=False)
    nip: Mapped[str | None] = mapped_column(String(18))
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    sworn_on: Mapped[date | None]
    trained_on: Mapped[date | None]
    replaced_by: Mapped[int | None] = mapped_column(ForeignKey("membership.id"))
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"))

"""Activities: one inauguration, bimtek or meeting for many bodies, who was there, and what was handed in from it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base
from engine.columns import BigId, Scope

KINDS = ("inauguration", "bimtek", "rakor", "konsolidasi")
STATUSES = ("present", "late", "absent", "cancelled")
_KINDS = ", ".join(f"'{kind}'" for kind in KINDS)
_STATUSES = ", ".join(f"'{status}'" for status in STATUSES)


class Activity(Base):
    """One activity. `scope` is the region of whoever holds it, by which its holders are found.

    `data` are the answers of its form (workflows/activities/*.form), its files among them; `held_on` the first day,
    repeated for lists. `edition` counts the saves: a save with an older edition is refused. `makes_up_for` is the
    activity whose latecomers this one was held for; it hands in that one's evidence.
    """

    __tablename__ = "activity"
    __table_args__ = (
        CheckConstraint(f"kind in ({_KINDS})", name="kind"),
        Index("ix_activity_scope", "scope"),
        Index("ix_activity_makes_up_for", "makes_up_for"),
        UniqueConstraint("created_by", "begun"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    agenda_id: Mapped[int] = mapped_column(ForeignKey("agenda.id"))
    kind: Mapped[str] = mapped_column(String(20))
    scope: Mapped[str] = mapped_column(Scope)
    title: Mapped[str] = mapped_column(String(200))
    held_on: Mapped[date]
    data: Mapped[dict[str, Any]]
    edition: Mapped[int] = mapped_column(default=1)
    makes_up_for: Mapped[int | None] = mapped_column(ForeignKey("activity.id"))
    begun: Mapped[str] = mapped_column(String(100))
    created_by: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(100))
    changed_at: Mapped[datetime]


class ActivityFile(Base):
    """One file of an activity; the bytes stand once in the content-addressed store, whoever refers to them."""

    __tablename__ = "activity_file"
    __table_args__ = (UniqueConstraint("activity_id", "sha256"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    added_by: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime]


class ActivityBody(Base):
    """One body takes part. `data` is what only this body knows: {"chair", "divisions", "plenary_on", "plenary_number"}.

    `edition` counts its saves; `draft` is the edition of the evidence draft that was left for the body from here, and
    `digest` that of the evidence that was last handed in or prepared from here.
    """

    __tablename__ = "activity_body"
    __table_args__ = (UniqueConstraint("activity_id", "body_id"), Index("ix_activity_body_body_id", "body_id"))

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"))
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    data: Mapped[dict[str, Any]]
    edition: Mapped[int] = mapped_column(default=1)
    draft: Mapped[int | None]
    digest: Mapped[str | None] = mapped_column(String(64))


class ActivityAttendance(Base):
    """How one member took part; a member without a row was present.

    "late" waits for a make-up day until `made_up_on` says when it was (`made_up_in`: the activity held for it).
    """

    __tablename__ = "activity_attendance"
    __table_args__ = (
        UniqueConstraint("activity_id", "membership_id"),
        CheckConstraint(f"status in ({_STATUSES})", name="status"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    status: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(300))
    pact_signed: Mapped[bool] = mapped_column(default=True)
    made_up_on: Mapped[date | None]
    made_up_in: Mapped[int | None] = mapped_column(ForeignKey("activity.id"))
    noted_by: Mapped[str] = mapped_column(String(100))
    noted_at: Mapped[datetime]


class ActivityFollowUp(Base):
    """What was agreed to be done after the activity, by whom, until when; `done_at` is None while it is not."""

    __tablename__ = "activity_follow_up"
    __table_args__ = (Index("ix_activity_follow_up_activity_id", "activity_id"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"))
    what: Mapped[str] = mapped_column(String(500))
    owner: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(100))
    added_by: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime]


class ActivityRun(Base):
    """One handing in of an activity's evidence by one account; `ended_at` is None while bodies are left.

    `begun` is the key of the request: the same request asked twice is one run.
    """

    __tablename__ = "activity_run"
    __table_args__ = (UniqueConstraint("account", "begun"), Index("ix_activity_run_activity_id", "activity_id"))

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"))
    account: Mapped[str] = mapped_column(String(100))
    begun: Mapped[str] = mapped_column(String(100))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ActivityVerdict(Base):
    """What became of one body in one run. `verdict` is None while its turn has not come; `said` are sentences."""

    __tablename__ = "activity_verdict"
    __table_args__ = (Index("ix_activity_verdict_body_id", "body_id"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("activity_run.id"), primary_key=True)
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"), primary_key=True)
    verdict: Mapped[str | None] = mapped_column(String(20))
    said: Mapped[list[Any]]
    at: Mapped[datetime | None]

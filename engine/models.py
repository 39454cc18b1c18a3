"""What the engine stores: definitions, the population of instances, their open work, evidence, timers and history.

One row per instance says where it stands, in plain indexed columns; nothing has to be loaded and thought about to
be counted. The registers are written through the ORM, the hot path (`engine.operations`) through these same tables
with SQLAlchemy Core.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from engine.base import Base, only
from engine.columns import BigId, Json, Scope


class Definition(Base):
    """A version of a drawing, never changed afterwards. `forms` is {form id: text of the .form file}.

    status: "proposed" → "published" by a second person's consent, or "withdrawn". `published_by` put it forward (for
    four eyes as `person`), `consented_by` made it current; a version of the set-up has no second person.
    """

    __tablename__ = "definition"
    __table_args__ = (
        UniqueConstraint("key", "version"),
        CheckConstraint("status in ('proposed', 'published', 'withdrawn')", name="status"),
        Index("uq_definition_proposed", "key", unique=True, **only("status = 'proposed'")),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(String(100))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    drawing: Mapped[bytes] = mapped_column(LargeBinary)
    forms: Mapped[dict[str, Any]]
    outline: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]
    published_by: Mapped[str] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(String(12), default="published", server_default="published")
    person: Mapped[str | None] = mapped_column(String(100))
    consented_at: Mapped[datetime | None]
    consented_by: Mapped[str | None] = mapped_column(String(100))


class Instance(Base):
    """Where one subject stands: pinned to its definition, in one state of that definition's machine.

    `scope` is a hierarchical code ("33.23.01"); lying within is a prefix. `variables` holds the names the drawing's
    expressions ask about, and no others. `version` counts the moves; `stage_version` is the version at which the
    present stage was reached, so it names this stay in the stage. `seq` and `head` are the end of its history chain.
    `status` is "running", "ended" or "cancelled". `held_since` is set while an obstacle is open.

    A **child instance** does a part of its parent's work: it runs by the machine of `part` ("" a whole process, else
    the key in `Graph.parts`) for the stay of `parent_node` that began at the parent's version `parent_visit`, as the
    `number`th (from 0) of that stay. Its subject and scope are those of its root, the one instance of them all without
    a parent. `origin` is what it began with: {"given": variables, "keeps": names beyond its own that its parent asks
    for, "depth": parents above it, and with the first round "total" or "items" of the whole loop}.
    """

    __tablename__ = "instance"
    __table_args__ = (
        Index("uq_instance_subject", "subject", unique=True, **only("parent_id IS NULL")),
        Index(
            "uq_instance_child", "parent_id", "parent_node", "parent_visit", "number", unique=True,
            **only("parent_id IS NOT NULL"),
        ),
        CheckConstraint("status in ('running', 'ended', 'cancelled')", name="status"),
        Index("ix_instance_child_root", "root_id", **only("parent_id IS NOT NULL")),
        Index("ix_instance_place", "scope", "stage", "state"),
        Index("ix_instance_definition_state", "definition_id", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("definition.id"))
    subject: Mapped[str] = mapped_column(String(100))
    scope: Mapped[str] = mapped_column(Scope)
    status: Mapped[str] = mapped_column(String(12), default="running")
    stage: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(500))
    variables: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    staged_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    held_since: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=0)
    stage_version: Mapped[int] = mapped_column(default=0)
    seq: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64), default="")
    part: Mapped[str] = mapped_column(String(100), default="", server_default=text("''"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    root_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    parent_node: Mapped[str | None] = mapped_column(String(100))
    parent_visit: Mapped[int | None]
    number: Mapped[int | None]
    origin: Mapped[dict[str, Any] | None] = mapped_column(Json)


class Task(Base):
    """One stay in one waiting node: open until `closed_at`. `visit` is the instance's version when it opened.

    `role` is who may do it, within `scope`. `outcome` says how it ended: "completed", "taken_away", "cancelled".
    An automatic step (a service task) is a task too, with the role ""; so is a stay that child instances work off.
    `follow_up_at` is when to take it up, `priority` how urgent it is, as drawn.

    `root_id` is the one instance of its family that has no parent, its own where that is none; the engine fills it in
    with every task. It has no foreign key: `instance_id` has one, and this only says where that leads.
    """

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("instance_id", "node", "visit"),
        Index("ix_task_open_role", "role", "scope", "due_at", **only("closed_at IS NULL")),
        Index("ix_task_open_due", "due_at", **only("closed_at IS NULL")),
        Index("ix_task_open_instance", "instance_id", **only("closed_at IS NULL")),
        Index("ix_task_open_root", "root_id", **only("closed_at IS NULL")),
        Index("ix_task_open_child", "due_at", "root_id", **only("closed_at IS NULL AND root_id <> instance_id")),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    root_id: Mapped[int | None] = mapped_column(BigId)
    node: Mapped[str] = mapped_column(String(100))
    visit: Mapped[int]
    stage: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(60))
    scope: Mapped[str] = mapped_column(Scope)
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    follow_up_at: Mapped[datetime | None]
    priority: Mapped[int] = mapped_column(default=50, server_default=text("50"))
    claimed_by: Mapped[str | None] = mapped_column(String(100))
    claimed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(100))
    outcome: Mapped[str | None] = mapped_column(String(20))


class Deed(Base):
    """Who acted in which lane during one stay in a stage: what four eyes are decided by.

    One row per person, lane and stay, never removed; `stage_version` of the instance names the stay.
    """

    __tablename__ = "deed"
    __table_args__ = (UniqueConstraint("instance_id", "stage_version", "person", "role"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    stage_version: Mapped[int]
    person: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(60))


class Vote(Base):
    """One person's decision on a task that several decide (multi-instance): one per person and task."""

    __tablename__ = "vote"
    __table_args__ = (UniqueConstraint("task_id", "person"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"))
    person: Mapped[str] = mapped_column(String(100))
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Submission(Base):
    """What was filled in for one node of one instance: a draft, early evidence, handed in, returned or accepted.

    status: "draft" → "submitted" → "accepted" | "returned"; "prepared" waits for its task to open; "withdrawn" was
    taken back. At most one of draft and prepared is open per instance and node. `warnings` are the soft findings shown
    to the approver. `edition` counts the saves of a draft: a save with an older edition is refused.
    """

    __tablename__ = "submission"
    __table_args__ = (
        CheckConstraint(
            "status in ('draft', 'prepared', 'submitted', 'returned', 'accepted', 'withdrawn')", name="status"
        ),
        Index("ix_submission_instance_node", "instance_id", "node"),
        Index("uq_submission_open", "instance_id", "node", unique=True, **only("status IN ('draft', 'prepared')")),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    node: Mapped[str] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(String(12))
    data: Mapped[dict[str, Any]]
    warnings: Mapped[list[Any]]
    form_fingerprint: Mapped[str] = mapped_column(String(64))
    edition: Mapped[int] = mapped_column(default=1)
    actor: Mapped[str] = mapped_column(String(100))
    on_behalf_of: Mapped[str | None] = mapped_column(String(200))
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(100))
    decision: Mapped[dict[str, Any] | None] = mapped_column(Json)


class Attachment(Base):
    """One file of one instance; the bytes stand in the content-addressed store under `sha256`."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_sha256", "sha256"),
        Index("ix_attachment_instance", "instance_id"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    node: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(255))
    type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    added_by: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime]


class Timer(Base):
    """A clock that is set: `node` is its element, `task_id` the stay it hangs on. Open while not fired or cleared.

    `planned_at` is the moment the cycle counts from; `repeats` how often it fires again (-1: without end).
    """

    __tablename__ = "timer"
    __table_args__ = (
        Index("ix_timer_due", "due_at", "id", **only("closed_at IS NULL")),
        Index("ix_timer_open_instance", "instance_id", **only("closed_at IS NULL")),
        UniqueConstraint("instance_id", "node", "visit", "round"),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    node: Mapped[str] = mapped_column(String(100))
    host: Mapped[str] = mapped_column(String(100))
    visit: Mapped[int]
    round: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    repeats: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]
    fired: Mapped[bool] = mapped_column(default=False)


class History(Base):
    """What happened, append only and chained: `hash` covers the row and `previous`. See `engine.history`."""

    __tablename__ = "history"
    __table_args__ = (UniqueConstraint("instance_id", "seq"), Index("ix_history_at", "at"))

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    seq: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(100))
    on_behalf_of: Mapped[str | None] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(60))
    node: Mapped[str | None] = mapped_column(String(100))
    source: Mapped[str] = mapped_column(String(500))
    target: Mapped[str] = mapped_column(String(500))
    details: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    salt: Mapped[str | None] = mapped_column(String(32))


class Message(Base):
    """The outbox: something to be done after the commit, exactly as often as its `dedupe` is new. Ids only."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("dedupe"),
        Index("ix_message_due", "available_at", "id", **only("done_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    dedupe: Mapped[str] = mapped_column(String(200))
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    available_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    done_at: Mapped[datetime | None]


class Incident(Base):
    """An automatic step that failed after its retries: a person has to look. Open until `resolved_at`."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_open", "instance_id", **only("resolved_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    node: Mapped[str] = mapped_column(String(100))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))
    error: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(String(100))


class Obstacle(Base):
    """Something outside that keeps an instance from moving: its code, who must act, and what they promised."""

    __tablename__ = "obstacle"
    __table_args__ = (
        Index("uq_obstacle_open", "instance_id", "code", unique=True, **only("lifted_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    code: Mapped[str] = mapped_column(String(60))
    owner: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text)
    promised_at: Mapped[datetime | None]
    reported_by: Mapped[str] = mapped_column(String(100))
    reported_at: Mapped[datetime]
    lifted_by: Mapped[str | None] = mapped_column(String(100))
    lifted_at: Mapped[datetime | None]


class Act(Base):
    """An act that carried an idempotency key: the same person's same key gives this answer again."""

    __tablename__ = "act"
    __table_args__ = (UniqueConstraint("actor", "key"),)

    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    actor: Mapped[str] = mapped_column(String(100))
    key: Mapped[str] = mapped_column(String(100))
    digest: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any] | None] = mapped_column(Json)
    at: Mapped[datetime]


class Heartbeat(Base):
    """When a background process last said that it lives."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(200), default="")

"""activities

One inauguration, bimtek or meeting for many bodies: who took part, its files, what was handed in from it. New tables:
nothing is locked.

Revision: 0014_activities, after 0013_reasons_in_english
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014_activities"
down_revision = "0013_reasons_in_english"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Activities can be kept, and evidence handed in from them."""
    _create_activity()
    _create_taking_part()
    _create_afterwards()


def _create_activity() -> None:
    op.create_table(
        "activity",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("agenda_id", _number(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("scope", _scope(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("data", _json(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("makes_up_for", _number(), nullable=True),
        sa.Column("begun", sa.String(length=100), nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind in ('inauguration', 'bimtek', 'rakor', 'konsolidasi')", name=op.f("ck_activity_kind")
        ),
        sa.ForeignKeyConstraint(["agenda_id"], ["agenda.id"], name=op.f("fk_activity_agenda_id")),
        sa.ForeignKeyConstraint(["makes_up_for"], ["activity.id"], name=op.f("fk_activity_makes_up_for")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("created_by", "begun", name=op.f("uq_activity_created_by_begun")),
    )
    op.create_index("ix_activity_scope", "activity", ["scope"])
    op.create_index("ix_activity_makes_up_for", "activity", ["makes_up_for"])
    op.create_table(
        "activity_file",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("activity_id", _number(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("added_by", sa.String(length=100), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_activity_file_activity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_file")),
        sa.UniqueConstraint("activity_id", "sha256", name=op.f("uq_activity_file_activity_id_sha256")),
    )


def _create_taking_part() -> None:
    op.create_table(
        "activity_body",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("activity_id", _number(), nullable=False),
        sa.Column("body_id", _number(), nullable=False),
        sa.Column("data", _json(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("draft", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_activity_body_activity_id")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_activity_body_body_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_body")),
        sa.UniqueConstraint("activity_id", "body_id", name=op.f("uq_activity_body_activity_id_body_id")),
    )
    op.create_index("ix_activity_body_body_id", "activity_body", ["body_id"])
    op.create_table(
        "activity_attendance",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("activity_id", _number(), nullable=False),
        sa.Column("membership_id", _number(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("pact_signed", sa.Boolean(), nullable=False),
        sa.Column("made_up_on", sa.Date(), nullable=True),
        sa.Column("made_up_in", _number(), nullable=True),
        sa.Column("noted_by", sa.String(length=100), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status in ('present', 'late', 'absent', 'cancelled')", name=op.f("ck_activity_attendance_status")
        ),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_activity_attendance_activity_id")),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_activity_attendance_membership_id")
        ),
        sa.ForeignKeyConstraint(["made_up_in"], ["activity.id"], name=op.f("fk_activity_attendance_made_up_in")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_attendance")),
        sa.UniqueConstraint(
            "activity_id", "membership_id", name=op.f("uq_activity_attendance_activity_id_membership_id")
        ),
    )


def _create_afterwards() -> None:
    op.create_table(
        "activity_follow_up",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("activity_id", _number(), nullable=False),
        sa.Column("what", sa.String(length=500), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=100), nullable=True),
        sa.Column("added_by", sa.String(length=100), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_activity_follow_up_activity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_follow_up")),
    )
    op.create_index("ix_activity_follow_up_activity_id", "activity_follow_up", ["activity_id"])
    op.create_table(
        "activity_run",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("activity_id", _number(), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("begun", sa.String(length=100), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_activity_run_activity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_run")),
        sa.UniqueConstraint("account", "begun", name=op.f("uq_activity_run_account_begun")),
    )
    op.create_index("ix_activity_run_activity_id", "activity_run", ["activity_id"])
    op.create_table(
        "activity_verdict",
        sa.Column("run_id", _number(), nullable=False),
        sa.Column("body_id", _number(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.Column("said", _json(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["activity_run.id"], name=op.f("fk_activity_verdict_run_id")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_activity_verdict_body_id")),
        sa.PrimaryKeyConstraint("run_id", "body_id", name=op.f("pk_activity_verdict")),
    )
    op.create_index("ix_activity_verdict_body_id", "activity_verdict", ["body_id"])


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _scope() -> sa.types.TypeEngine[str]:
    return sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql")


def _json() -> sa.types.TypeEngine[object]:
    return sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def downgrade() -> None:
    """The activities are gone; what was handed in from them stays."""
    for name in ("verdict", "run", "follow_up", "attendance", "body", "file"):
        op.drop_table(f"activity_{name}")
    op.drop_table("activity")

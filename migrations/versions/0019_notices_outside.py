"""notices outside

How each person wants to be told outside Tapak, what went out, and which notices went along. New tables only: nothing
is locked.

Revision: 0019_notices_outside, after 0018_papers
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019_notices_outside"
down_revision = "0018_papers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Notices can go out by e-mail and messenger."""
    op.create_table(
        "notice_choice",
        sa.Column("account_id", _number(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("digest_hour", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.Integer(), nullable=False),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column("digested_on", sa.Date(), nullable=True),
        sa.Column("asked_channel", sa.String(length=12), nullable=False),
        sa.Column("asked_address", sa.String(length=254), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("channel in ('', 'email', 'messenger')", name=op.f("ck_notice_choice_channel")),
        sa.CheckConstraint("mode in ('each', 'digest')", name=op.f("ck_notice_choice_mode")),
        sa.CheckConstraint("channel = '' or since is not null", name=op.f("ck_notice_choice_confirmed")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_notice_choice_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_notice_choice")),
    )
    op.create_table(
        "notice_sending",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("account_id", _number(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('each', 'digest', 'code', 'trial')", name=op.f("ck_notice_sending_kind")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_notice_sending_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_sending")),
    )
    op.create_index("ix_notice_sending_account_id", "notice_sending", ["account_id", "made_at"])
    op.create_table(
        "notice_sent",
        sa.Column("notice_id", _number(), autoincrement=False, nullable=False),
        sa.Column("sending_id", _number(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_sent_notice_id")),
        sa.ForeignKeyConstraint(["sending_id"], ["notice_sending.id"], name=op.f("fk_notice_sent_sending_id")),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notice_sent")),
    )
    op.create_index("ix_notice_sent_sending_id", "notice_sent", ["sending_id"])


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def downgrade() -> None:
    """Notices stay in Tapak; who wanted them elsewhere is forgotten."""
    for name in ("notice_sent", "notice_sending", "notice_choice"):
        op.drop_table(name)

"""invitations and devices

Ways in without a password: codes for one use, and phones that open an account by a PIN. New tables: nothing is locked.

Revision: 0015_invitations_and_devices, after 0014_activities
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015_invitations_and_devices"
down_revision = "0014_activities"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Codes can be handed out, and phones remembered."""
    op.create_table(
        "invitation",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("account_id", _number(), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("created_by", _number(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_invitation_account_id")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_invitation_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_invitation_code_digest")),
    )
    op.create_index("ix_invitation_account_id", "invitation", ["account_id"])
    op.create_table(
        "device",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("account_id", _number(), nullable=False),
        sa.Column("secret_digest", sa.String(length=64), nullable=False),
        sa.Column("pin_hash", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("session_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_device_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_device_secret_digest")),
    )
    op.create_index("ix_device_account_id", "device", ["account_id"])


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def downgrade() -> None:
    """Codes and phones are gone; everybody signs in with their password."""
    op.drop_table("device")
    op.drop_table("invitation")

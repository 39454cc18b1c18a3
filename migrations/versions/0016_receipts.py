"""receipts

What somebody sent gets a receipt, and a photo may have a caption, the camera's time and a place. Two new tables:
nothing is locked.

Revision: 0016_receipts, after 0015_invitations_and_devices
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016_receipts"
down_revision = "0015_invitations_and_devices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Receipts can be given, and photos be spoken of."""
    op.create_table(
        "receipt",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("account_id", _number(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("body_id", _number(), nullable=False),
        sa.Column("node", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("photos", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_receipt_account_id")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_receipt_body_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("account_id", "key", "digest", name=op.f("uq_receipt_account_id_key_digest")),
    )
    op.create_index("ix_receipt_account_at", "receipt", ["account_id", "at"])
    op.create_index("ix_receipt_body_id", "receipt", ["body_id"])
    op.create_table(
        "photo_note",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("instance_id", _number(), nullable=False),
        sa.Column("node", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("caption", sa.String(length=200), nullable=False),
        sa.Column("taken_at", sa.String(length=19), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_photo_note_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_note")),
        sa.UniqueConstraint("instance_id", "node", "sha256", name=op.f("uq_photo_note_instance_id_node_sha256")),
    )


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def downgrade() -> None:
    """Receipts and what was said of photos are gone; what was sent stays."""
    op.drop_table("photo_note")
    op.drop_table("receipt")

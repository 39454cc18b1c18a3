"""drawing drafts

Drawings that are being prepared are kept as they were sent. A new table: nothing is locked.

Revision: 0009_drawing_drafts, after 0008_child_instances
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009_drawing_drafts"
down_revision = "0008_child_instances"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What somebody sends or draws is kept, right or wrong."""
    op.create_table(
        "drawing_draft",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("base_id", _number(), nullable=True),
        sa.Column("definition_id", _number(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("drawing", sa.LargeBinary(), nullable=False),
        sa.Column("forms", _json(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("begun", sa.String(length=36), nullable=False),
        sa.Column("sent", sa.String(length=36), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status in ('open', 'proposed', 'discarded')", name=op.f("ck_drawing_draft_status")
        ),
        sa.ForeignKeyConstraint(["base_id"], ["definition.id"], name=op.f("fk_drawing_draft_base_id")),
        sa.ForeignKeyConstraint(["definition_id"], ["definition.id"], name=op.f("fk_drawing_draft_definition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drawing_draft")),
    )
    op.create_index("ix_drawing_draft_status", "drawing_draft", ["status", "account"])
    op.create_index("uq_drawing_draft_begun", "drawing_draft", ["account", "begun"], unique=True)


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _json() -> sa.types.TypeEngine[object]:
    return sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def downgrade() -> None:
    """The drafts are gone; what was proposed from them stays."""
    op.drop_table("drawing_draft")

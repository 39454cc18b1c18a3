"""board views

The board of blocked bodies as somebody keeps it under a name, and the reminders that were sent from it. Two new tables:
nothing is locked.

Revision: 0022_board_views, after 0021_registers
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022_board_views"
down_revision = "0021_registers"
branch_labels = None
depends_on = None

DEFAULT = sa.text("is_default")


def upgrade() -> None:
    """Views can be kept, and a body be reminded once a day."""
    op.create_table(
        "board_view",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("account_id", _number(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=800), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_board_view_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_view")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_board_view_account_id_name")),
    )
    op.create_index(
        "uq_board_view_default", "board_view", ["account_id"], unique=True,
        postgresql_where=DEFAULT, sqlite_where=DEFAULT,
    )
    op.create_table(
        "reminder",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("body_id", _number(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("account_id", _number(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reminder_account_id")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_reminder_body_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("body_id", "sent_on", name=op.f("uq_reminder_body_id_sent_on")),
    )


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def downgrade() -> None:
    """Views and the record of reminders are gone; the notices that were told stay."""
    op.drop_table("reminder")
    op.drop_table("board_view")

"""second factor

Codes of an authenticator app: the counter of the last one an account used, when a session saw one, recovery codes, and
sign-ins that wait for a code. Two new tables and two nullable columns: nothing is rewritten.

Revision: 0025_second_factor, after 0024_checkpoints
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025_second_factor"
down_revision = "0024_checkpoints"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An account can have a second factor, and a session knows when it last saw one."""
    op.add_column("account", sa.Column("totp_counter", sa.Integer(), nullable=True))
    op.add_column("web_session", sa.Column("code_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "recovery_code",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("account_id", _number(), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index("ix_recovery_code_account_id", "recovery_code", ["account_id"])
    op.create_table(
        "sign_in_step",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", _number(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_step_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_step")),
    )
    op.create_index(op.f("ix_sign_in_step_account_id"), "sign_in_step", ["account_id"])


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def downgrade() -> None:
    """No account has a second factor: a secret without its counter would take a code twice."""
    op.drop_table("sign_in_step")
    op.drop_table("recovery_code")
    op.drop_column("web_session", "code_at")
    op.drop_column("account", "totp_counter")
    op.execute("UPDATE account SET totp_secret = NULL")

"""reasons in english

Why an instance was not moved to another version is kept in English too. The old code goes on writing: what it refuses
has no English, and is shown as it is.

Revision: 0013_reasons_in_english, after 0012_imports_and_exports
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013_reasons_in_english"
down_revision = "0012_imports_and_exports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every step of a move has a reason in English, "" those that stand."""
    op.add_column("move_step", sa.Column("reason_en", sa.Text(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    """The column is gone; the Indonesian reason stays."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_column("move_step", "reason_en")
    else:
        op.execute("ALTER TABLE move_step DROP COLUMN reason_en")

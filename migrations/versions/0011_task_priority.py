"""task priority

A task keeps its priority and the moment from which it is to be taken up, as its drawing says them. The old code goes on
writing: what it opens has the plain priority and no such moment.

Revision: 0011_task_priority, after 0010_tasks_by_root
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_task_priority"
down_revision = "0010_tasks_by_root"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every task has a priority, those that stand the plain one, and may have a follow-up date."""
    op.add_column("task", sa.Column("follow_up_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("task", sa.Column("priority", sa.Integer(), nullable=False, server_default=sa.text("50")))


def downgrade() -> None:
    """Both columns are gone; open tasks are in order of their due dates alone, as before."""
    for name in ("priority", "follow_up_at"):
        if op.get_bind().dialect.name == "postgresql":
            op.drop_column("task", name)
        else:
            op.execute(f"ALTER TABLE task DROP COLUMN {name}")

"""tasks by root

A task names the root of its family, so that the work of child instances is found by the one instance a body has. The
column is nullable, so the old code goes on writing; what it still writes then is not listed until it is filled.

Revision: 0010_tasks_by_root, after 0009_drawing_drafts
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_tasks_by_root"
down_revision = "0009_drawing_drafts"
branch_labels = None
depends_on = None

OPEN = sa.text("closed_at IS NULL")
INSIDE = sa.text("closed_at IS NULL AND root_id <> instance_id")
CHILD = sa.text("parent_id IS NOT NULL")


def upgrade() -> None:
    """Every task has its root; open tasks are found by it, and children by theirs."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("task", sa.Column("root_id", number, nullable=True))
    op.execute(
        "UPDATE task SET root_id = "
        "(SELECT coalesce(instance.root_id, instance.id) FROM instance WHERE instance.id = task.instance_id)"
    )
    op.create_index("ix_task_open_root", "task", ["root_id"], postgresql_where=OPEN, sqlite_where=OPEN)
    op.create_index("ix_task_open_child", "task", ["due_at", "root_id"], postgresql_where=INSIDE, sqlite_where=INSIDE)
    op.create_index("ix_instance_child_root", "instance", ["root_id"], postgresql_where=CHILD, sqlite_where=CHILD)


def downgrade() -> None:
    """Column and indexes are gone; every task is found by its instance, as before."""
    op.drop_index("ix_instance_child_root", "instance")
    op.drop_index("ix_task_open_child", "task")
    op.drop_index("ix_task_open_root", "task")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_column("task", "root_id")
    else:
        op.execute("ALTER TABLE task DROP COLUMN root_id")

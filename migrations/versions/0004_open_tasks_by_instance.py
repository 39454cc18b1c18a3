"""open tasks by instance

Before this is merged, think of the locks: on PostgreSQL it runs while the old code still serves pages.
A new column is nullable or has a server default; an index on a large table is made CONCURRENTLY, in a migration of
its own; a column is taken away one release after the code stopped reading it. It must go down as well as up, and a
migration that moves data has a test that puts rows in, migrates, and looks.

Revision: 0004_open_tasks_by_instance, after 0003_scopes_in_byte_order
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_open_tasks_by_instance"
down_revision = "0003_scopes_in_byte_order"
branch_labels = None
depends_on = None

OPEN = sa.text("closed_at IS NULL")


def upgrade() -> None:
    """What is open of one instance is found without its whole past."""
    op.create_index(
        "ix_task_open_instance", "task", ["instance_id"], postgresql_where=OPEN, sqlite_where=OPEN
    )


def downgrade() -> None:
    """The index is gone."""
    op.drop_index("ix_task_open_instance", "task")

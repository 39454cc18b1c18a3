"""proposed versions

A version of a drawing is proposed before it is published; what stands already was published by the set-up.

A column with a CHECK is added in SQL that both databases read: Alembic would rebuild the table on SQLite, and the
instances refer to it. The new columns have defaults, so the old code goes on writing.

Revision: 0005_proposed_versions, after 0004_open_tasks_by_instance
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_proposed_versions"
down_revision = "0004_open_tasks_by_instance"
branch_labels = None
depends_on = None

PROPOSED = sa.text("status = 'proposed'")
STATUS = "status in ('proposed', 'published', 'withdrawn')"


def upgrade() -> None:
    """Versions have a status and a second person."""
    op.execute(
        "ALTER TABLE definition ADD COLUMN status VARCHAR(12) DEFAULT 'published' NOT NULL "
        f"CONSTRAINT ck_definition_status CHECK ({STATUS})"
    )
    op.add_column("definition", sa.Column("person", sa.String(length=100), nullable=True))
    op.add_column("definition", sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("definition", sa.Column("consented_by", sa.String(length=100), nullable=True))
    op.create_index(
        "uq_definition_proposed", "definition", ["key"], unique=True, postgresql_where=PROPOSED, sqlite_where=PROPOSED
    )


def downgrade() -> None:
    """The columns are gone; a version that was only proposed is gone with them."""
    op.execute("DELETE FROM definition WHERE status <> 'published'")
    op.drop_index("uq_definition_proposed", "definition")
    for name in ("consented_by", "consented_at", "person", "status"):
        op.execute(f"ALTER TABLE definition DROP COLUMN {name}")

"""scopes in byte order

Lying within a scope is a range of codes. On PostgreSQL that range is right, and a range of the index, only in byte
order; other collations pass over the dots. SQLite compares bytes as it is.

Revision: 0003_scopes_in_byte_order, after 0002_history_append_only
"""

from __future__ import annotations

from alembic import op

revision = '0003_scopes_in_byte_order'
down_revision = '0002_history_append_only'
branch_labels = None
depends_on = None

OPEN = "WHERE closed_at IS NULL"
INDEXES = (
    ("ix_instance_place", "instance", "", ("scope", "stage", "state"), ""),
    ("ix_task_open_role", "task", "role, ", ("scope", "due_at"), OPEN),
    ("ix_assignment_role_scope", "assignment", "role, ", ("scope",), ""),
)


def upgrade() -> None:
    """The scopes of instances, tasks and assignments compare by bytes, and so do their indexes."""
    _compare('"C"', "")


def downgrade() -> None:
    """They compare as the database does, with indexes for prefixes beside."""
    _compare('"default"', " text_pattern_ops")


def _compare(collation: str, operators: str) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for name, table, first, (scope, *rest), where in INDEXES:
        op.execute(f"DROP INDEX {name}")
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {scope} TYPE varchar(60) COLLATE {collation}")
        columns = ", ".join([f"{first}{scope}{operators}", *rest])
        op.execute(f"CREATE INDEX {name} ON {table} ({columns}) {where}")

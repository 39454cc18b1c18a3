"""checkpoints

Signed checkpoints over the heads of all history chains, append only. Two new tables, and one nullable column of
history that only new rows fill: on PostgreSQL adding it takes a short lock and rewrites nothing.

Revision: 0024_checkpoints, after 0023_replacements
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024_checkpoints"
down_revision = "0023_replacements"
branch_labels = None
depends_on = None

TABLES = ("checkpoint", "checkpoint_head")


def upgrade() -> None:
    """Checkpoints can be kept, and the database refuses to change or remove one; new history rows are sealed."""
    op.add_column("history", sa.Column("salt", sa.String(length=32), nullable=True))
    op.create_table(
        "checkpoint",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chains", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(length=64), nullable=False) for name in ("digest", "previous", "key", "hash")),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_checkpoint")),
        sa.UniqueConstraint("hour", name=op.f("uq_checkpoint_hour")),
    )
    op.create_table(
        "checkpoint_head",
        sa.Column("instance_id", _number(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("instance_id", "seq", name=op.f("pk_checkpoint_head")),
    )
    op.create_index("ix_checkpoint_head_number", "checkpoint_head", ["number", "instance_id"])
    for table in TABLES:
        _append_only(table)


def _append_only(table: str) -> None:
    refusal = f"{table} is append only"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"""
            CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '{refusal}'; END $$
        """)
        op.execute(f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()
        """)
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"""
            CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
            BEGIN SELECT RAISE(ABORT, '{refusal}'); END
        """)


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def downgrade() -> None:
    """The checkpoints in the database are forgotten (those outside stand); sealed rows no longer verify."""
    for table in reversed(TABLES):
        op.drop_table(table)
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"DROP FUNCTION {table}_is_append_only()")
    op.drop_column("history", "salt")

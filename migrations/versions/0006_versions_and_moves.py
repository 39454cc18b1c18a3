"""versions and moves

Two tables remember the runs that move instances from one version of a drawing to another.

Revision: 0006_versions_and_moves, after 0005_proposed_versions
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006_versions_and_moves"
down_revision = "0005_proposed_versions"
branch_labels = None
depends_on = None

OPEN = sa.text("finished_at IS NULL")


def upgrade() -> None:
    """Runs that move instances, and their steps, can be remembered."""
    _create_run()
    _create_step()


def _create_run() -> None:
    op.create_table(
        "move_run",
        _id(),
        sa.Column("from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mapping", _json(), nullable=False),
        sa.Column("lose_work", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.String(length=100), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status in ('moving', 'stopped', 'moved', 'undoing', 'undone')", name=op.f("ck_move_run_status")
        ),
        sa.ForeignKeyConstraint(["from_id"], ["definition.id"], name=op.f("fk_move_run_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["definition.id"], name=op.f("fk_move_run_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_run")),
    )
    op.create_index("uq_move_run_open", "move_run", ["from_id"], unique=True, postgresql_where=OPEN, sqlite_where=OPEN)


def _create_step() -> None:
    op.create_table(
        "move_step",
        _id(),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("before", _json(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("result in ('moved', 'refused', 'undone', 'kept')", name=op.f("ck_move_step_result")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_move_step_instance_id")),
        sa.ForeignKeyConstraint(["run_id"], ["move_run.id"], name=op.f("fk_move_step_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_step")),
        sa.UniqueConstraint("run_id", "instance_id", name=op.f("uq_move_step_run_id_instance_id")),
    )
    op.create_index("ix_move_step_result", "move_step", ["run_id", "result", "instance_id"])


def _id() -> sa.Column[int]:
    return sa.Column(
        "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
    )


def _json() -> sa.types.TypeEngine[object]:
    return sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def downgrade() -> None:
    """The tables are gone."""
    op.drop_table("move_step")
    op.drop_table("move_run")

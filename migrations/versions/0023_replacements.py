"""replacements

Who leaves a body and who follows, with the chained steps about it. Two new tables: nothing is locked.

Revision: 0023_replacements, after 0022_board_views
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.columns import Json, Scope

revision = "0023_replacements"
down_revision = "0022_board_views"
branch_labels = None
depends_on = None

OPEN = sa.text("status = 'proposed'")
REFUSAL = "steps of replacements are append only"


def upgrade() -> None:
    """Replacements and steps can be kept; the database itself refuses to change or remove a step."""
    op.create_table(
        "replacement",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("body_id", _number(), nullable=False),
        sa.Column("scope", Scope, nullable=False),
        sa.Column("leaving_id", _number(), nullable=False),
        sa.Column("reserve_id", _number(), nullable=False),
        sa.Column("new_id", _number(), nullable=True),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("oath", sa.String(length=10), nullable=False),
        sa.Column("training", sa.String(length=10), nullable=False),
        sa.Column("oath_due", sa.Date(), nullable=True),
        sa.Column("training_due", sa.Date(), nullable=True),
        sa.Column("written_by", _number(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "status in ('proposed', 'approved', 'returned', 'withdrawn')", name=op.f("ck_replacement_status")
        ),
        sa.CheckConstraint("oath in ('', 'proposed', 'approved')", name=op.f("ck_replacement_oath")),
        sa.CheckConstraint("training in ('', 'proposed', 'approved')", name=op.f("ck_replacement_training")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_replacement_body_id")),
        *(
            sa.ForeignKeyConstraint([column], ["membership.id"], name=op.f(f"fk_replacement_{column}"))
            for column in ("leaving_id", "reserve_id", "new_id")
        ),
        sa.ForeignKeyConstraint(["written_by"], ["account.id"], name=op.f("fk_replacement_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replacement")),
        sa.UniqueConstraint("written_by", "key", name=op.f("uq_replacement_written_by_key")),
    )
    op.create_index("ix_replacement_scope", "replacement", ["scope", "id"])
    op.create_index("ix_replacement_body_id", "replacement", ["body_id"])
    for name in ("leaving", "reserve"):
        op.create_index(
            f"uq_replacement_{name}", "replacement", [f"{name}_id"], unique=True, postgresql_where=OPEN,
            sqlite_where=OPEN,
        )
    _steps()


def _steps() -> None:
    op.create_table(
        "replacement_step",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("replacement_id", _number(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", _number(), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["replacement_id"], ["replacement.id"], name=op.f("fk_replacement_step_replacement_id")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_replacement_step_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replacement_step")),
        sa.UniqueConstraint("replacement_id", "seq", name=op.f("uq_replacement_step_replacement_id_seq")),
        sa.UniqueConstraint("replacement_id", "key", name=op.f("uq_replacement_step_replacement_id_key")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"""
            CREATE FUNCTION replacement_step_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$
        """)
        op.execute("""
            CREATE TRIGGER replacement_step_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON replacement_step
            FOR EACH STATEMENT EXECUTE FUNCTION replacement_step_is_append_only()
        """)
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"""
            CREATE TRIGGER replacement_step_no_{verb.lower()} BEFORE {verb} ON replacement_step
            BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
        """)


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def downgrade() -> None:
    """What was proposed and decided about replacements is forgotten; the services stay as they are."""
    for name in ("replacement_step", "replacement"):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION replacement_step_is_append_only()")

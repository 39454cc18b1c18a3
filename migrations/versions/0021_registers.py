"""registers

Entries of all kinds of register, the steps taken about each, and the files sent for them. Only new tables.

Revision: 0021_registers, after 0020_stakeholder_contacts
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.columns import Json, Scope

revision = "0021_registers"
down_revision = "0020_stakeholder_contacts"
branch_labels = None
depends_on = None

STANDS = sa.text("period IS NOT NULL AND state <> 'withdrawn'")
REFUSAL = "steps of registers are append only"


def upgrade() -> None:
    """Entries, steps and files can be kept; the database itself refuses to change or remove a step."""
    op.create_table(
        "register_entry",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("agenda_id", _number(), nullable=False),
        sa.Column("body_id", _number(), nullable=True),
        sa.Column("scope", Scope, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("period", sa.Date(), nullable=True),
        sa.Column("written_by", _number(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("edition", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["agenda_id"], ["agenda.id"], name=op.f("fk_register_entry_agenda_id")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_register_entry_body_id")),
        sa.ForeignKeyConstraint(["written_by"], ["account.id"], name=op.f("fk_register_entry_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_entry")),
        sa.UniqueConstraint("written_by", "key", name=op.f("uq_register_entry_written_by_key")),
    )
    op.create_index("ix_register_entry_kind", "register_entry", ["kind", "scope", "id"])
    op.create_index("ix_register_entry_body_id", "register_entry", ["body_id"])
    op.create_index(
        "uq_register_entry_period", "register_entry", ["kind", "body_id", "period"], unique=True,
        postgresql_where=STANDS, sqlite_where=STANDS,
    )
    _steps()
    op.create_table(
        "register_file",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_by", _number(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["account.id"], name=op.f("fk_register_file_added_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_file")),
        sa.UniqueConstraint("added_by", "sha256", name=op.f("uq_register_file_added_by_sha256")),
    )


def _steps() -> None:
    op.create_table(
        "register_step",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("entry_id", _number(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", _number(), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("target", sa.String(length=20), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["register_entry.id"], name=op.f("fk_register_step_entry_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_register_step_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_step")),
        sa.UniqueConstraint("entry_id", "seq", name=op.f("uq_register_step_entry_id_seq")),
        sa.UniqueConstraint("entry_id", "key", name=op.f("uq_register_step_entry_id_key")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"""
            CREATE FUNCTION register_step_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$
        """)
        op.execute("""
            CREATE TRIGGER register_step_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON register_step
            FOR EACH STATEMENT EXECUTE FUNCTION register_step_is_append_only()
        """)
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"""
            CREATE TRIGGER register_step_no_{verb.lower()} BEFORE {verb} ON register_step
            BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
        """)


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def downgrade() -> None:
    """What was written in the registers is forgotten."""
    for name in ("register_file", "register_step", "register_entry"):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION register_step_is_append_only()")

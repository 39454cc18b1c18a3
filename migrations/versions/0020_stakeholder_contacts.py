"""stakeholder contacts

Who held an office before, offices written down twice, and what became of each promise. The new columns are nullable or
have a default, so the old code goes on writing; new indexes are on two small registers.

Revision: 0020_stakeholder_contacts, after 0019_notices_outside
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020_stakeholder_contacts"
down_revision = "0019_notices_outside"
branch_labels = None
depends_on = None

OPEN_MERGE = sa.text("undone_at IS NULL")
OPEN_PROMISE = sa.text("promise IS NOT NULL AND promise_state IN ('requested', 'promised')")
ADDED = {
    "stakeholder": (
        ("held_since", sa.Date(), None), ("edition", sa.Integer(), "0"), ("added_by", sa.String(length=200), None),
        ("key", sa.String(length=80), None),
    ),
    "contact": (
        ("quantity", sa.String(length=60), None), ("promise_state", sa.String(length=12), "'promised'"),
        ("settled_on", sa.Date(), None), ("settled_note", sa.String(length=500), None),
        ("warned_due", sa.Date(), None), ("lapse_told_on", sa.Date(), None),
        ("recorded_by", sa.String(length=200), None), ("key", sa.String(length=80), None),
        ("edition", sa.Integer(), "0"),
    ),
}


def upgrade() -> None:
    """Offices have a history, contacts know what became of their promise."""
    for table, columns in ADDED.items():
        for name, kind, usual in columns:
            op.add_column(table, sa.Column(
                name, kind, server_default=sa.text(usual) if usual else None, nullable=usual is None
            ))
    op.create_index("uq_stakeholder_key", "stakeholder", ["key"], unique=True)
    op.create_index("uq_contact_key", "contact", ["key"], unique=True)
    op.create_index(
        "ix_contact_promise_due", "contact", ["promise_due"], postgresql_where=OPEN_PROMISE, sqlite_where=OPEN_PROMISE
    )
    op.create_table(
        "stakeholder_holder",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("stakeholder_id", _number(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["stakeholder_id"], ["stakeholder.id"], name=op.f("fk_stakeholder_holder_stakeholder_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stakeholder_holder")),
    )
    op.create_index("ix_stakeholder_holder_stakeholder_id", "stakeholder_holder", ["stakeholder_id"])
    _merges()


def _merges() -> None:
    op.create_table(
        "stakeholder_merge",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("stakeholder_id", _number(), nullable=False),
        sa.Column("into_id", _number(), nullable=False),
        sa.Column("merged_by", sa.String(length=200), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(length=200), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint([column], ["stakeholder.id"], name=op.f(f"fk_stakeholder_merge_{column}"))
            for column in ("stakeholder_id", "into_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stakeholder_merge")),
    )
    op.create_index(
        "uq_stakeholder_merge_open", "stakeholder_merge", ["stakeholder_id"], unique=True,
        postgresql_where=OPEN_MERGE, sqlite_where=OPEN_MERGE,
    )
    op.create_index("ix_stakeholder_merge_into_id", "stakeholder_merge", ["into_id"])


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def downgrade() -> None:
    """The offices and contacts stay; earlier holders, merges and what became of promises are forgotten."""
    for name in ("stakeholder_merge", "stakeholder_holder"):
        op.drop_table(name)
    for name, table in (
        ("ix_contact_promise_due", "contact"), ("uq_contact_key", "contact"), ("uq_stakeholder_key", "stakeholder")
    ):
        op.drop_index(name, table)
    for table, columns in ADDED.items():
        for name, _, _ in reversed(columns):
            op.drop_column(table, name)

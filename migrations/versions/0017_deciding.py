"""deciding

Decisions that can be taken back, delegations, decisions on many bodies, plenary meetings, remarks. New tables:
nothing is locked.

Revision: 0017_deciding, after 0016_receipts
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017_deciding"
down_revision = "0016_receipts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What deciding needs beside the decision itself can be kept."""
    _create_reversal()
    _create_delegation()
    _create_pleno()
    _create_bulk()
    _create_comment()


def _create_reversal() -> None:
    op.create_table(
        "reversal",
        sa.Column("instance_id", _number(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("task_id", _number(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        _moment("at"),
        sa.Column("image", _json(), nullable=False),
        *_key("reversal", "instance_id"),
        _leads("reversal", "instance_id", "instance"), _leads("reversal", "task_id", "task"),
    )


def _create_delegation() -> None:
    op.create_table(
        "delegation",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("giver_id", _number(), nullable=False),
        sa.Column("taker_id", _number(), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("scope", _scope(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _moment("created_at"),
        _moment("revoked_at", nullable=True),
        sa.Column("revoked_by", _number(), nullable=True),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_delegation_days")),
        sa.CheckConstraint("giver_id <> taker_id", name=op.f("ck_delegation_two_people")),
        *_key("delegation", "id"),
        *(_leads("delegation", column, "account") for column in ("giver_id", "taker_id", "revoked_by")),
    )
    op.create_index("ix_delegation_giver_id", "delegation", ["giver_id"])
    op.create_index("ix_delegation_taker_id", "delegation", ["taker_id"])


def _create_pleno() -> None:
    op.create_table(
        "pleno",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("agenda_id", _number(), nullable=False),
        sa.Column("letter_id", _number(), nullable=False),
        sa.Column("scope", _scope(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("present", _json(), nullable=False),
        sa.Column("in_favour", sa.Integer(), nullable=False),
        sa.Column("against", sa.Integer(), nullable=False),
        sa.Column("abstained", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.String(length=255), nullable=True),
        sa.Column("file_type", sa.String(length=100), nullable=True),
        sa.Column("file_size", _number(), nullable=True),
        sa.Column("recorded_by", _number(), nullable=False),
        _moment("recorded_at"),
        sa.CheckConstraint("in_favour >= 0 and against >= 0 and abstained >= 0", name=op.f("ck_pleno_votes")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_pleno_letter_id")),
        *_key("pleno", "id"),
        _leads("pleno", "agenda_id", "agenda"), _leads("pleno", "letter_id", "letter"),
        _leads("pleno", "recorded_by", "account"),
    )
    op.create_index("ix_pleno_scope", "pleno", ["scope", "held_on"])
    op.create_table(
        "pleno_decision",
        sa.Column("instance_id", _number(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("pleno_id", _number(), nullable=False),
        *_key("pleno_decision", "instance_id", "seq"),
        _leads("pleno_decision", "instance_id", "instance"), _leads("pleno_decision", "pleno_id", "pleno"),
    )
    op.create_index("ix_pleno_decision_pleno_id", "pleno_decision", ["pleno_id"])


def _create_bulk() -> None:
    op.create_table(
        "bulk",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("account_id", _number(), nullable=False),
        sa.Column("delegation_id", _number(), nullable=True),
        sa.Column("pleno_id", _number(), nullable=True),
        sa.Column("decision", sa.String(length=20), nullable=False),
        *(sa.Column(name, _json(), nullable=False) for name in ("chosen", "sample", "looked")),
        *(sa.Column(name, _json(), nullable=True) for name in ("answer", "results", "undone")),
        _moment("created_at"),
        _moment("done_at", nullable=True),
        _moment("undone_at", nullable=True),
        *_key("bulk", "id"),
        _leads("bulk", "account_id", "account"), _leads("bulk", "delegation_id", "delegation"),
        _leads("bulk", "pleno_id", "pleno"),
    )
    op.create_index("ix_bulk_account_id", "bulk", ["account_id", "id"])
    op.create_table(
        "own_district",
        sa.Column("account_id", _number(), nullable=False),
        sa.Column("scope", _scope(), nullable=False),
        *_key("own_district", "account_id"),
        _leads("own_district", "account_id", "account"),
    )


def _create_comment() -> None:
    op.create_table(
        "comment",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("body_id", _number(), nullable=False),
        sa.Column("task_id", _number(), nullable=True),
        sa.Column("author_id", _number(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mentions", _json(), nullable=False),
        _moment("at"),
        _moment("retracted_at", nullable=True),
        sa.Column("retracted_by", _number(), nullable=True),
        *_key("comment", "id"),
        _leads("comment", "body_id", "body"), _leads("comment", "task_id", "task"),
        _leads("comment", "author_id", "account"), _leads("comment", "retracted_by", "account"),
    )
    op.create_index("ix_comment_body_id", "comment", ["body_id", "id"])


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _scope() -> sa.types.TypeEngine[str]:
    return sa.String(60).with_variant(sa.String(60, collation="C"), "postgresql")


def _json() -> sa.types.TypeEngine[object]:
    return sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key(table: str, *columns: str) -> tuple[sa.PrimaryKeyConstraint]:
    return (sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}")),)


def _leads(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def downgrade() -> None:
    """Decisions stand as they are; what was kept beside them is gone."""
    for table in ("comment", "own_district", "bulk", "pleno_decision", "pleno", "delegation", "reversal"):
        op.drop_table(table)

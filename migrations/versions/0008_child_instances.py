"""child instances

A part of an instance's work can be an instance of its own, and what is waited for from outside stands in a table, with
what is on its way. The new columns are nullable or have a default, so the old code goes on writing; a subject is unique
among instances without a parent, which for all that stand is the same as before.

SQLite keeps a UNIQUE inside its table's own text, so there the table is written anew; those who refer to it are checked
at the end of the transaction.

Revision: 0008_child_instances, after 0007_agenda_changes
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008_child_instances"
down_revision = "0007_agenda_changes"
branch_labels = None
depends_on = None

UNIQUE = ", \n\tCONSTRAINT uq_instance_subject UNIQUE (subject)"
ROOT, CHILD = sa.text("parent_id IS NULL"), sa.text("parent_id IS NOT NULL")
OPEN = sa.text("closed_at IS NULL")
KEPT = sa.text("taken_at IS NULL AND kind = 'message'")
ADDED = ("part", "parent_id", "root_id", "parent_node", "parent_visit", "number", "origin")


def upgrade() -> None:
    """Instances may have a parent; subscriptions and parcels have their tables."""
    _drop_unique_subject()
    number = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    op.add_column("instance", sa.Column("part", sa.String(length=100), server_default=sa.text("''"), nullable=False))
    for name in ("parent_id", "root_id"):
        op.execute(
            f"ALTER TABLE instance ADD COLUMN {name} {number} CONSTRAINT fk_instance_{name} REFERENCES instance (id)"
        )
    op.add_column("instance", sa.Column("parent_node", sa.String(length=100), nullable=True))
    op.add_column("instance", sa.Column("parent_visit", sa.Integer(), nullable=True))
    op.add_column("instance", sa.Column("number", sa.Integer(), nullable=True))
    op.add_column("instance", sa.Column("origin", _json(), nullable=True))
    op.create_index(
        "uq_instance_subject", "instance", ["subject"], unique=True, postgresql_where=ROOT, sqlite_where=ROOT
    )
    op.create_index(
        "uq_instance_child", "instance", ["parent_id", "parent_node", "parent_visit", "number"], unique=True,
        postgresql_where=CHILD, sqlite_where=CHILD,
    )
    _create_subscription()
    _create_parcel()


def _create_subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("instance_id", _number(), nullable=False),
        sa.Column("node", sa.String(length=100), nullable=False),
        sa.Column("host", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_subscription_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("instance_id", "node", "kind", "ref", "visit", name="uq_subscription_visit"),
    )
    for name, columns in (("ix_subscription_open_ref", ["kind", "ref", "key"]),
                          ("ix_subscription_open", ["instance_id"])):
        op.create_index(name, "subscription", columns, postgresql_where=OPEN, sqlite_where=OPEN)


def _create_parcel() -> None:
    op.create_table(
        "parcel",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("data", _json(), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("scope", sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
                  nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_by", _number(), nullable=True),
        sa.CheckConstraint("kind in ('message', 'signal')", name=op.f("ck_parcel_kind")),
        sa.ForeignKeyConstraint(["taken_by"], ["instance.id"], name=op.f("fk_parcel_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel")),
    )
    op.create_index("ix_parcel_open", "parcel", ["name", "key"], postgresql_where=KEPT, sqlite_where=KEPT)


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _json() -> sa.types.TypeEngine[object]:
    return sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def _drop_unique_subject() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("uq_instance_subject", "instance")
    else:
        _write_anew(_table().replace(UNIQUE, ""))


def _table() -> str:
    """The text of the table as SQLite keeps it."""
    return str(_written("table")[0])


def _written(kind: str) -> list[str]:
    return list(op.get_bind().execute(sa.text(
        "SELECT sql FROM sqlite_master WHERE tbl_name = 'instance' AND type = :kind AND sql IS NOT NULL"
    ), {"kind": kind}).scalars())


def _write_anew(table: str) -> None:
    """The table has this definition, the rows and indexes it had; whoever refers to its rows is checked at the end."""
    indexes = _written("index")
    for statement in (
        "PRAGMA defer_foreign_keys=ON", "CREATE TEMP TABLE instance_kept AS SELECT * FROM instance",
        "DROP TABLE instance", table, "INSERT INTO instance SELECT * FROM instance_kept", "DROP TABLE instance_kept",
        *indexes,
    ):
        op.execute(sa.text(statement.replace(":", r"\:")))


def downgrade() -> None:
    """The tables and columns are gone. Children stay as instances of their own, their subject made unique by their id."""
    op.drop_table("parcel")
    op.drop_table("subscription")
    op.execute("UPDATE instance SET subject = substr(subject, 1, 80) || '#' || id WHERE parent_id IS NOT NULL")
    op.drop_index("uq_instance_child", "instance")
    op.drop_index("uq_instance_subject", "instance")
    if op.get_bind().dialect.name == "postgresql":
        for name in ADDED:
            op.drop_column("instance", name)
        op.create_unique_constraint("uq_instance_subject", "instance", ["subject"])
        return
    for name in ADDED:
        op.execute(f"ALTER TABLE instance DROP COLUMN {name}")
    table = _table().rstrip()
    _write_anew(f"{table.removesuffix(')').rstrip()}{UNIQUE}\n)")

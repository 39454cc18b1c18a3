"""agenda changes

Who changed an agenda's settings and when, and what waits for a second person. A new table: nothing is locked.

Revision: 0007_agenda_changes, after 0006_versions_and_moves
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007_agenda_changes"
down_revision = "0006_versions_and_moves"
branch_labels = None
depends_on = None

PROPOSED = sa.text("status = 'proposed'")
STATUS = "status in ('made', 'proposed', 'consented', 'declined', 'withdrawn')"
REFUSAL = "a settled change of an agenda is kept as it is"


def upgrade() -> None:
    """Changes of settings are remembered; what is settled the database neither changes nor removes."""
    op.create_table(
        "agenda_change",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("agenda_id", _number(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("base", sa.String(length=32), nullable=False),
        sa.Column("wish", _json(), nullable=False),
        sa.Column("differences", _json(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=100), nullable=True),
        sa.Column("decided_name", sa.String(length=200), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(STATUS, name=op.f("ck_agenda_change_status")),
        sa.ForeignKeyConstraint(["agenda_id"], ["agenda.id"], name=op.f("fk_agenda_change_agenda_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_change")),
    )
    op.create_index("ix_agenda_change_agenda_id", "agenda_change", ["agenda_id"])
    op.create_index(
        "uq_agenda_change_proposed", "agenda_change", ["agenda_id"], unique=True, postgresql_where=PROPOSED,
        sqlite_where=PROPOSED,
    )
    _keep_what_is_settled()


def _keep_what_is_settled() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"""
            CREATE FUNCTION agenda_change_is_kept() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$
        """)
        op.execute("""
            CREATE TRIGGER agenda_change_no_update BEFORE UPDATE ON agenda_change
            FOR EACH ROW WHEN (OLD.status <> 'proposed') EXECUTE FUNCTION agenda_change_is_kept()
        """)
        op.execute("""
            CREATE TRIGGER agenda_change_no_delete BEFORE DELETE OR TRUNCATE ON agenda_change
            FOR EACH STATEMENT EXECUTE FUNCTION agenda_change_is_kept()
        """)
        return
    op.execute(f"""
        CREATE TRIGGER agenda_change_no_update BEFORE UPDATE ON agenda_change WHEN OLD.status <> 'proposed'
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """)
    op.execute(f"""
        CREATE TRIGGER agenda_change_no_delete BEFORE DELETE ON agenda_change
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """)


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _json() -> sa.types.TypeEngine[object]:
    return sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def downgrade() -> None:
    """The register of changes is gone."""
    op.drop_table("agenda_change")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION agenda_change_is_kept()")

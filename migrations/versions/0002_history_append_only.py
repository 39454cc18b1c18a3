"""history append only

Before this is merged, think of the locks: on PostgreSQL it runs while the old code still serves pages.
A new column is nullable or has a server default; an index on a large table is made CONCURRENTLY, in a migration of
its own; a column is taken away one release after the code stopped reading it. It must go down as well as up, and a
migration that moves data has a test that puts rows in, migrates, and looks.

Revision: 0002_history_append_only, after 0001_first_tables
"""

from __future__ import annotations

from alembic import op

revision = '0002_history_append_only'
down_revision = '0001_first_tables'
branch_labels = None
depends_on = None


REFUSAL = "history is append only"


def upgrade() -> None:
    """The database itself refuses to change or remove a row of history, whoever asks."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"""
            CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$
        """)
        op.execute("""
            CREATE TRIGGER history_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON history
            FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()
        """)
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"""
            CREATE TRIGGER history_no_{verb.lower()} BEFORE {verb} ON history
            BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
        """)


def downgrade() -> None:
    """Rows of history can be changed and removed again."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER history_append_only ON history")
        op.execute("DROP FUNCTION history_is_append_only()")
        return
    op.execute("DROP TRIGGER history_no_update")
    op.execute("DROP TRIGGER history_no_delete")

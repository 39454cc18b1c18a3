"""imports and exports

Members brought in from tables, and tables that leave the house. New tables, and a new column without a value:
nothing is locked for long. The record of exports is append only.

Revision: 0012_imports_and_exports, after 0011_task_priority
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012_imports_and_exports"
down_revision = "0011_task_priority"
branch_labels = None
depends_on = None

REFUSAL = "the record of exports is append only"


def upgrade() -> None:
    """Imports and exports can be remembered; a person may have an address."""
    op.add_column("person", sa.Column("address", sa.String(length=300), nullable=True))
    _create_import()
    _create_rows()
    _create_exports()
    _keep_record()


def _create_import() -> None:
    op.create_table(
        "member_import",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("agenda_id", _number(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=8), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("original", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("header", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("columns", _json(), nullable=False),
        sa.Column("options", _json(), nullable=False),
        sa.Column("scopes", _json(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("counts", _json(), nullable=False),
        sa.Column("note", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("account_name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_by", sa.String(length=100), nullable=True),
        sa.Column("applied_name", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "status in ('mapping', 'checking', 'checked', 'applying', 'applied', 'discarded')",
            name=op.f("ck_member_import_status"),
        ),
        sa.ForeignKeyConstraint(["agenda_id"], ["agenda.id"], name=op.f("fk_member_import_agenda_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_import")),
        sa.UniqueConstraint("account", "key", name=op.f("uq_member_import_account_key")),
    )
    op.create_index("ix_member_import_agenda_id", "member_import", ["agenda_id"])
    op.create_table(
        "import_mapping",
        sa.Column("agenda_id", _number(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("columns", _json(), nullable=False),
        sa.Column("options", _json(), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agenda_id"], ["agenda.id"], name=op.f("fk_import_mapping_agenda_id")),
        sa.PrimaryKeyConstraint("agenda_id", "fingerprint", name=op.f("pk_import_mapping")),
    )


def _create_rows() -> None:
    op.create_table(
        "import_row",
        sa.Column("import_id", _number(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("body_id", _number(), nullable=True),
        sa.Column("nik_digest", sa.String(length=64), nullable=True),
        sa.Column("nik_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("post", sa.String(length=12), nullable=False),
        sa.Column("division", sa.String(length=100), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("particulars", _json(), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_import_row_body_id")),
        sa.ForeignKeyConstraint(["import_id"], ["member_import.id"], name=op.f("fk_import_row_import_id")),
        sa.PrimaryKeyConstraint("import_id", "line", name=op.f("pk_import_row")),
    )
    op.create_table(
        "import_finding",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("import_id", _number(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("cell_column", sa.Integer(), nullable=False),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("named", _json(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["member_import.id"], name=op.f("fk_import_finding_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_finding")),
    )
    op.create_index("ix_import_finding_import_id", "import_finding", ["import_id", "line", "id"])


def _create_exports() -> None:
    op.create_table(
        "export_template",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("scope", _scope(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("columns", _json(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("account_name", sa.String(length=200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('nominative', 'recap')", name=op.f("ck_export_template_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_template")),
    )
    op.create_index("ix_export_template_scope", "export_template", ["scope"])
    op.create_table(
        "export_record",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("format", sa.String(length=4), nullable=False),
        sa.Column("template", sa.String(length=100), nullable=False),
        sa.Column("fields", _json(), nullable=False),
        sa.Column("filters", _json(), nullable=False),
        sa.Column("scopes", _json(), nullable=False),
        sa.Column("whole_nik", sa.Boolean(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("account_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind in ('nominative', 'recap')", name=op.f("ck_export_record_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_record")),
    )
    op.create_index("ix_export_record_at", "export_record", ["at"])


def _keep_record() -> None:
    """The database itself refuses to change or remove what was recorded."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"""
            CREATE FUNCTION export_record_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$
        """)
        op.execute("""
            CREATE TRIGGER export_record_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON export_record
            FOR EACH STATEMENT EXECUTE FUNCTION export_record_is_append_only()
        """)
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"""
            CREATE TRIGGER export_record_no_{verb.lower()} BEFORE {verb} ON export_record
            BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
        """)


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _scope() -> sa.types.TypeEngine[str]:
    return sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql")


def _json() -> sa.types.TypeEngine[object]:
    return sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def downgrade() -> None:
    """Imports, templates and the record of exports are gone; what was imported stays, but for the addresses."""
    for table in ("export_record", "export_template", "import_finding", "import_row", "import_mapping", "member_import"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION export_record_is_append_only()")
    op.drop_column("person", "address")

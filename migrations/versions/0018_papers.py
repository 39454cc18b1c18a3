"""papers

Letters that Tapak makes: the office and its numbering, templates in versions, number series, papers and their files.
New tables only: nothing is locked.

Revision: 0018_papers, after 0017_deciding
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018_papers"
down_revision = "0017_deciding"
branch_labels = None
depends_on = None

TABLES = ("letter_setting", "letter_template", "letter_series", "paper_file", "paper_batch", "paper")


def upgrade() -> None:
    """Letters can be made, numbered and proved genuine."""
    _settings()
    op.create_table(
        "paper_file",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_paper_file")),
    )
    op.create_table(
        "paper_batch",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("agenda_id", _number(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("refused", _json(), nullable=False),
        sa.Column("account", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("merged", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["agenda_id"], ["agenda.id"], name=op.f("fk_paper_batch_agenda_id")),
        sa.ForeignKeyConstraint(["merged"], ["paper_file.sha256"], name=op.f("fk_paper_batch_merged")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_batch")),
        sa.UniqueConstraint("key", name=op.f("uq_paper_batch_key")),
    )
    op.create_index("ix_paper_batch_agenda_id", "paper_batch", ["agenda_id", "id"])
    _papers()


def _settings() -> None:
    op.create_table(
        "letter_setting",
        sa.Column("agenda_id", _number(), nullable=False),
        sa.Column("settings", _json(), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["agenda_id"], ["agenda.id"], name=op.f("fk_letter_setting_agenda_id")),
        sa.PrimaryKeyConstraint("agenda_id", name=op.f("pk_letter_setting")),
    )
    op.create_table(
        "letter_template",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("agenda_id", _number(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.String(length=200), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agenda_id"], ["agenda.id"], name=op.f("fk_letter_template_agenda_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_template")),
        sa.UniqueConstraint("agenda_id", "kind", "version", name=op.f("uq_letter_template_agenda_id_kind_version")),
    )
    op.create_table(
        "letter_series",
        sa.Column("agenda_id", _number(), nullable=False),
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("issuer_code", _code(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agenda_id"], ["agenda.id"], name=op.f("fk_letter_series_agenda_id")),
        sa.PrimaryKeyConstraint("agenda_id", "series", "issuer_code", "year", name=op.f("pk_letter_series")),
    )


def _papers() -> None:
    op.create_table(
        "paper",
        sa.Column("id", _number(), sa.Identity(), nullable=False),
        sa.Column("letter_id", _number(), nullable=False),
        sa.Column("batch_id", _number(), nullable=False),
        sa.Column("template_id", _number(), nullable=False),
        sa.Column("agenda_id", _number(), nullable=False),
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("issuer_code", _code(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("data", _json(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_by", sa.String(length=200), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_by", sa.String(length=200), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("replaced_by", _number(), nullable=True),
        sa.CheckConstraint("status in ('reserved', 'made', 'cancelled')", name=op.f("ck_paper_status")),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_paper_{column}"))
            for column, target in (
                ("letter_id", "letter.id"), ("batch_id", "paper_batch.id"), ("template_id", "letter_template.id"),
                ("agenda_id", "agenda.id"), ("sha256", "paper_file.sha256"), ("replaced_by", "paper.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_paper_letter_id")),
        sa.UniqueConstraint("code", name=op.f("uq_paper_code")),
        sa.UniqueConstraint(
            "agenda_id", "series", "issuer_code", "year", "serial",
            name=op.f("uq_paper_agenda_id_series_issuer_code_year_serial"),
        ),
    )
    op.create_index("ix_paper_batch_id", "paper", ["batch_id", "id"])


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _code() -> sa.types.TypeEngine[str]:
    return sa.String(24).with_variant(sa.String(24, collation="C"), "postgresql")


def _json() -> sa.types.TypeEngine[object]:
    return sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def downgrade() -> None:
    """The papers Tapak made are gone; the register of letters stays."""
    for name in reversed(TABLES):
        op.drop_table(name)

"""Official documents, registers, rendered files; what plans tell of the conference."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "documents_0002"
down_revision = "documents_0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("plans") as plans:
        plans.add_column(sa.Column("organiser", sa.String, nullable=False, server_default=""))
        plans.add_column(sa.Column("timezone", sa.String, nullable=False, server_default="Asia/Ho_Chi_Minh"))
        plans.add_column(sa.Column("starts_at", sa.String))
        plans.add_column(sa.Column("told", sa.String, nullable=False, server_default=""))
    op.drop_table("official_documents")
    op.create_table("documents", *_columns(), sa.UniqueConstraint("organ", "year", "register", "number"))
    op.create_index("ix_documents_conference", "documents", ["conference", "requirement"])
    for status in ("draft", "issued"):
        one = sa.text(f"status = '{status}'")
        op.create_index(
            f"ux_documents_{status}",
            "documents",
            ["conference", "requirement"],
            unique=True,
            postgresql_where=one,
            sqlite_where=one,
        )
    op.create_table(
        "registers",
        sa.Column("organ", sa.String, primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("register", sa.String, primary_key=True),
        sa.Column("last_number", sa.Integer, nullable=False),
        sa.Column("last_day", sa.Date),
    )
    op.create_table(
        "rendered_files",
        sa.Column("document", sa.Uuid, sa.ForeignKey("documents.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("format", sa.String, primary_key=True),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("engine", sa.String, nullable=False),
        sa.Column("engine_version", sa.String, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
    )


def _columns() -> list[sa.Column[Any]]:
    text = ("conference", "requirement", "type", "drafted_by", "status", "cause", "organ", "series", "symbol")
    return [
        sa.Column("id", sa.Uuid, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in (*text, "changed_by")),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("edited", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.String) for name in ("holds", "told", "register", "issued_by", "recalled_by")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("plan_version", "revision", "version")),
        *(sa.Column(name, sa.Integer) for name in ("layout_id", "year", "number")),
        sa.Column("recall_reason", sa.Text),
        sa.Column("issued_on", sa.Date),
        *(sa.Column(name, MOMENT) for name in ("issued_at", "recalled_at")),
        *(sa.Column(name, MOMENT, nullable=False) for name in ("created_at", "changed_at")),
        *(sa.Column(name, sa.Uuid) for name in ("supersedes", "superseded_by")),
    ]


def downgrade() -> None:
    for table in ("rendered_files", "registers", "documents"):
        op.drop_table(table)
    op.create_table(
        "official_documents",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("conference", sa.String, nullable=False),
        sa.Column("requirement", sa.String, nullable=False),
        sa.Column("layout_id", sa.Integer),
        sa.Column("status", sa.String, nullable=False),
    )
    op.create_index("ix_official_documents_conference", "official_documents", ["conference"])
    with op.batch_alter_table("plans") as plans:
        for name in ("told", "starts_at", "timezone", "organiser"):
            plans.drop_column(name)

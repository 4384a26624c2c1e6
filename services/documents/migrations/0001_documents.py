"""Required documents, issued documents, routes of layouts."""

import sqlalchemy as sa
from alembic import op

revision = "documents_0001"
down_revision = None
branch_labels = ("documents",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plans",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("unit_names", sa.JSON, nullable=False),
    )
    op.create_table(
        "requirements",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("drafted_by", sa.String, nullable=False),
        sa.Column("to", sa.JSON, nullable=False),
        sa.Column("only", sa.JSON, nullable=False),
        sa.Column("per", sa.String),
    )
    op.create_table(
        "official_documents",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("conference", sa.String, nullable=False),
        sa.Column("requirement", sa.String, nullable=False),
        sa.Column("layout_id", sa.Integer),
        sa.Column("status", sa.String, nullable=False),
    )
    op.create_index("ix_official_documents_conference", "official_documents", ["conference"])
    op.create_table(
        "layout_routes",
        sa.Column("layout_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("group", sa.String, primary_key=True),
        sa.Column("unit", sa.String, primary_key=True),
        sa.Column("site", sa.String, nullable=False),
        sa.Column("seats", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    for table in ("layout_routes", "official_documents", "requirements", "plans"):
        op.drop_table(table)

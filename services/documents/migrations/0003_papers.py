"""Papers that units are asked for, and what they sent."""

import sqlalchemy as sa
from alembic import op

revision = "documents_0003"
down_revision = "documents_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_calls",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "asked_units",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("unit", sa.String, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
    )
    op.create_table(
        "papers",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("conference", sa.String, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("speaking", sa.Integer),
        sa.UniqueConstraint("conference", "unit"),
        sa.UniqueConstraint("conference", "speaking"),
    )
    op.create_table(
        "paper_versions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("paper", sa.Uuid, sa.ForeignKey("papers.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("media_type", sa.String, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.String, nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_by", sa.String),
        sa.Column("withdrawn_reason", sa.Text),
        sa.UniqueConstraint("paper", "number"),
    )


def downgrade() -> None:
    for table in ("paper_versions", "papers", "asked_units", "paper_calls"):
        op.drop_table(table)

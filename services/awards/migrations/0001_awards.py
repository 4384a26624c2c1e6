"""Quotas, units, presentations."""

import sqlalchemy as sa
from alembic import op

revision = "awards_0001"
down_revision = None
branch_labels = ("awards",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plans",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("organiser", sa.String, nullable=False),
    )
    op.create_table(
        "plan_units",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("level", sa.String, nullable=False),
    )
    op.create_table(
        "quotas",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("scope", sa.String, primary_key=True),
        sa.Column("level", sa.String),
        sa.Column("collectives", sa.Integer, nullable=False),
        sa.Column("individuals", sa.Integer, nullable=False),
    )
    op.create_table(
        "presentations",
        sa.Column("layout_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("group", sa.String, nullable=False),
        sa.Column("unit", sa.String),
        sa.Column("site", sa.String, nullable=False),
        sa.Column("seats", sa.Integer, nullable=False),
        sa.Column("sources", sa.JSON, nullable=False),
        sa.Column("kinds", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    for table in ("presentations", "quotas", "plan_units", "plans"):
        op.drop_table(table)

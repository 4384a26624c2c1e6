"""Plans as told, sites of layouts, failed layouts."""

import sqlalchemy as sa
from alembic import op

revision = "venue_0001"
down_revision = None
branch_labels = ("venue",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plans",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("head", sa.JSON, nullable=False),
        sa.Column("records", sa.JSON, nullable=False),
    )
    op.create_table(
        "layout_sites",
        sa.Column("layout_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("unit", sa.String),
        sa.Column("room", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("capacity", sa.Integer),
        sa.Column("seats", sa.Integer, nullable=False),
        sa.Column("line_test", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    for table in ("layout_sites", "plans"):
        op.drop_table(table)

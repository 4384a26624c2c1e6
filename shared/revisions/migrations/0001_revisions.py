"""Revisions that a participant follows."""

import sqlalchemy as sa
from alembic import op

revision = "revisions_0001"
down_revision = None
branch_labels = ("revisions",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "layouts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conference", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.UniqueConstraint("conference", "digest"),
    )
    op.create_table(
        "revisions",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("option", sa.String),
        sa.Column("plan_version", sa.Integer),
        sa.Column("base", sa.Integer),
        sa.Column("layout_id", sa.Integer, sa.ForeignKey("layouts.id")),
        sa.Column("selected", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("settled", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("counts", sa.JSON),
    )
    op.create_table(
        "pointers",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    for table in ("pointers", "revisions", "layouts"):
        op.drop_table(table)

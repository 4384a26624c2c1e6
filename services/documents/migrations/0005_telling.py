"""Which award decision and places a text was composed from, and those that hold."""

import sqlalchemy as sa
from alembic import op

revision = "documents_0005"
down_revision = "documents_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("documents", sa.Column("award", sa.Uuid))
    op.add_column("documents", sa.Column("places", sa.String))
    op.create_table(
        "award_decisions",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("decision", sa.Uuid, nullable=False),
    )
    op.create_table(
        "layout_places",
        sa.Column("layout_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("type", sa.String, primary_key=True),
        sa.Column("digest", sa.String, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("layout_places")
    op.drop_table("award_decisions")
    with op.batch_alter_table("documents") as documents:
        documents.drop_column("places")
        documents.drop_column("award")

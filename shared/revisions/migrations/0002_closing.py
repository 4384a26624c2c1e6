"""Whether a conference is closed."""

import sqlalchemy as sa
from alembic import op

revision = "revisions_0002"
down_revision = "revisions_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "closings",
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("closed", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("closings")

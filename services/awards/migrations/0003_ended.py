"""Why a decision's number holds no more."""

import sqlalchemy as sa
from alembic import op

revision = "awards_0003"
down_revision = "awards_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("decision_papers", sa.Column("ended", sa.String))
    op.execute("UPDATE decision_papers SET ended = 'superseded' WHERE NOT in_force")


def downgrade() -> None:
    with op.batch_alter_table("decision_papers") as papers:
        papers.drop_column("ended")

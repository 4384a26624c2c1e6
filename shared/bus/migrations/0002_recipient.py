"""Events for one consumer only: facts told again to one that lost them, or that came late."""

import sqlalchemy as sa
from alembic import op

revision = "bus_0002"
down_revision = "bus_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("recipient", sa.String))


def downgrade() -> None:
    op.drop_column("outbox", "recipient")

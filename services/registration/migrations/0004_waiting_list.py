"""Registration: the waiting list of a full site."""

import sqlalchemy as sa
from alembic import op

revision = "registration_0004"
down_revision = "registration_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("answers", sa.Column("turn", sa.BigInteger))
    op.add_column("site_seats", sa.Column("turns", sa.BigInteger, nullable=False, server_default="0"))
    listed = sa.text("turn is not null")
    op.create_index(
        "ix_answers_turn",
        "answers",
        ["site_id", "starts_at", "turn"],
        postgresql_where=listed,
        sqlite_where=listed,
    )


def downgrade() -> None:
    op.drop_index("ix_answers_turn", "answers")
    op.execute("delete from answers where answer = 'waiting'")
    op.drop_column("site_seats", "turns")
    op.drop_column("answers", "turn")

"""Batches of personal invitation letters and their files."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "documents_0004"
down_revision = "documents_0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "invitation_batches",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("conference", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("group", sa.String, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("job", sa.Uuid, nullable=False, unique=True),
        sa.Column("letters", sa.Integer),
        sa.Column("number", sa.String),
        sa.Column("provisional", sa.Boolean),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("finished_at", MOMENT),
    )
    op.create_index("ix_invitation_batches_conference", "invitation_batches", ["conference", "created_at"])
    op.create_table(
        "invitation_chunks",
        _batch(),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("letters", sa.Integer, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("pdf", sa.String, nullable=False),
        sa.Column("singles", sa.String, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
    )
    op.create_table(
        "invitation_files",
        _batch(),
        sa.Column("format", sa.String, primary_key=True),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("engine", sa.String, nullable=False),
        sa.Column("engine_version", sa.String, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
    )


def _batch() -> sa.Column[Any]:
    return sa.Column("batch", sa.Uuid, sa.ForeignKey("invitation_batches.id"), primary_key=True)


def downgrade() -> None:
    for table in ("invitation_files", "invitation_chunks", "invitation_batches"):
        op.drop_table(table)

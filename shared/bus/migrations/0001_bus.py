"""The bus's tables: outbox, inbox, parked events, cursors and pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "bus_0001"
down_revision = None
branch_labels = ("bus",)
depends_on = None


def upgrade() -> None:
    _create_sending_side()
    _create_receiving_side()
    _create_collector()


def _create_sending_side() -> None:
    op.create_table(
        "outbox",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True
        ),
        sa.Column("id", sa.Uuid, nullable=False, unique=True),
        sa.Column("ordering_key", sa.String, nullable=False),
        sa.Column("key_version", sa.BigInteger, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("last_error", sa.String),
        sa.UniqueConstraint("ordering_key", "key_version"),
        sqlite_autoincrement=True,
    )
    unpublished = sa.text("published_at IS NULL")
    op.create_index(
        "outbox_unpublished", "outbox", ["seq"], postgresql_where=unpublished, sqlite_where=unpublished
    )
    op.create_table(
        "ordering_keys",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
    )


def _create_receiving_side() -> None:
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.String, primary_key=True),
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "inbox_key",
        sa.Column("consumer", sa.String, primary_key=True),
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("ordering_key", sa.String, primary_key=True),
        sa.Column("last_version", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "cursor",
        sa.Column("consumer", sa.String, primary_key=True),
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )
    _create_parking()


def _create_parking() -> None:
    op.create_table(
        "delivery_attempts",
        sa.Column("consumer", sa.String, primary_key=True),
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
    )
    op.create_table(
        "dead_letter",
        sa.Column("consumer", sa.String, primary_key=True),
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("ordering_key", sa.String, nullable=False),
        sa.Column("key_version", sa.BigInteger, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("error", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("dead_letter_key", "dead_letter", ["consumer", "source", "ordering_key", "key_version"])


def _create_collector() -> None:
    op.create_table(
        "fact_batches",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("type", sa.String, primary_key=True),
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("batch", sa.String, primary_key=True),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("received", sa.Integer, nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "fact_pages",
        sa.Column("source", sa.String, primary_key=True),
        sa.Column("type", sa.String, primary_key=True),
        sa.Column("conference", sa.String, primary_key=True),
        sa.Column("batch", sa.String, primary_key=True),
        sa.Column("page", sa.Integer, primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    for table in (
        "fact_pages",
        "fact_batches",
        "dead_letter",
        "delivery_attempts",
        "cursor",
        "inbox_key",
        "inbox",
        "ordering_keys",
        "outbox",
    ):
        op.drop_table(table)

"""The bus's tables, the same in every service's database.

Sending side: `outbox`, `ordering_keys`. Receiving side: `inbox`, `inbox_key`, `attempts`, `dead_letter`,
`cursor` (embedded only), and `pages` with `batches` for big facts. Times are UTC.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)

metadata = MetaData()

# SQLite gives out row numbers by itself only to a column declared INTEGER PRIMARY KEY.
_Sequence = BigInteger().with_variant(Integer, "sqlite")

outbox = Table(
    "outbox",
    metadata,
    Column("seq", _Sequence, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("ordering_key", String, nullable=False),
    Column("key_version", BigInteger, nullable=False),
    Column("type", String, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("published_at", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("last_error", String),
    Column("recipient", String),  # the only consumer that it is for; null: everybody's
    UniqueConstraint("ordering_key", "key_version"),
    # AUTOINCREMENT never reuses a number: a cursor would step over an event that got a deleted one's.
    sqlite_autoincrement=True,
)
Index(
    "outbox_unpublished",
    outbox.c.seq,
    postgresql_where=outbox.c.published_at.is_(None),
    sqlite_where=outbox.c.published_at.is_(None),
)

ordering_keys = Table(
    "ordering_keys",
    metadata,
    Column("key", String, primary_key=True),
    Column("version", BigInteger, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("consumer", String, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("received_at", DateTime(timezone=True), nullable=False),
)

inbox_key = Table(
    "inbox_key",
    metadata,
    Column("consumer", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("ordering_key", String, primary_key=True),
    Column("last_version", BigInteger, nullable=False),
)

attempts = Table(
    "delivery_attempts",
    metadata,
    Column("consumer", String, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("failures", Integer, nullable=False),
)

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("consumer", String, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("source", String, nullable=False),
    Column("ordering_key", String, nullable=False),
    Column("key_version", BigInteger, nullable=False),
    Column("type", String, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("error", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("parked_at", DateTime(timezone=True), nullable=False),
    Index("dead_letter_key", "consumer", "source", "ordering_key", "key_version"),
)

cursor = Table(
    "cursor",
    metadata,
    Column("consumer", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

batches = Table(
    "fact_batches",
    metadata,
    Column("source", String, primary_key=True),
    Column("type", String, primary_key=True),
    Column("conference", String, primary_key=True),
    Column("batch", String, primary_key=True),
    Column("digest", String, nullable=False),
    Column("received", Integer, nullable=False),
    Column("completed_at", DateTime(timezone=True)),
)

pages = Table(
    "fact_pages",
    metadata,
    Column("source", String, primary_key=True),
    Column("type", String, primary_key=True),
    Column("conference", String, primary_key=True),
    Column("batch", String, primary_key=True),
    Column("page", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

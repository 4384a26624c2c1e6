"""Publishing again everything that the outbox still has, for a broker that lost what it was told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, bindparam, func, select, update

from shared.bus.relay import RELAY_LOCK
from shared.bus.tables import outbox
from shared.storage.database import Database

PORTION = 10_000


class RelayRunning(Exception):
    """A relay of this service publishes just now: what it sends would overtake what is sent again."""


def resend(database: Database, *, portion: int = PORTION) -> Iterator[int]:
    """Mark every kept event of the service as not yet published; yields how many, portion by portion.

    The relay then publishes them in the order of `seq`, those with a `recipient` to that queue alone. Safe:
    whoever applied an event knows it. The inbox keeps ids twice as long as the outbox keeps events
    (`shared.bus.pruning`), and for ever the newest version of each key and every batch of pages that is
    complete; a parked event that comes again stays parked, once. Ended early, it is simply run again.

    The relay's lock is held meanwhile: one that started half-way would publish a new event before an older
    one of its key, which would then count as outdated. Raises `RelayRunning`; needs PostgreSQL.
    """
    with _holding_relay(database) as connection:
        after = 0
        while seqs := connection.execute(_FORGET, {"after": after, "portion": portion}).scalars().all():
            after = max(seqs)
            yield len(seqs)


@contextmanager
def _holding_relay(database: Database) -> Iterator[Connection]:
    """A connection without transactions that holds the relay's lock: each statement commits by itself."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            if not connection.execute(select(func.pg_try_advisory_lock(RELAY_LOCK))).scalar_one():
                raise RelayRunning(database.service)
            yield connection
        finally:
            connection.invalidate()  # given back to the pool it would keep the lock


_NEXT = (
    select(outbox.c.seq)
    .where(outbox.c.published_at.is_not(None), outbox.c.seq > bindparam("after"))
    .order_by(outbox.c.seq)
    .limit(bindparam("portion"))
    .with_for_update()  # pruning removes the oldest at the same time
)
_FORGET = (
    update(outbox)
    .where(outbox.c.seq.in_(_NEXT))
    .values(published_at=None, attempts=0, last_error=None)
    .returning(outbox.c.seq)
)

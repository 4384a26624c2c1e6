"""Removing old events: those that everybody has read, and the record of those that cannot come again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Select, delete, select

from shared.bus.inbox import cursor_of
from shared.bus.tables import inbox, outbox
from shared.storage.database import Database

BATCH = 1_000
PAUSE = 60.0


class Pruning:
    """Removes one service's events older than `horizon`, a batch at each look.

    The record of what was applied is kept twice as long: an event outlives its rows only at a broker that
    was away for longer than that. `readers`: who reads the outbox itself (embedded), by name; a row is kept
    until all of them are past it.
    """

    def __init__(self, database: Database, horizon: timedelta, readers: Mapping[str, Database]) -> None:
        self._database, self._horizon, self._readers = database, horizon, dict(readers)

    def go(self) -> bool:
        """Whether there may be more to remove."""
        now = datetime.now(UTC)
        return self._prune_outbox(now - self._horizon) | self._prune_inbox(now - 2 * self._horizon)

    def _prune_outbox(self, before: datetime) -> bool:
        done = outbox.c.published_at < before
        if self._database.is_sqlite:
            done = (outbox.c.created_at < before) & (outbox.c.seq <= self._read_by_all())
        return self._remove(outbox.c.seq, select(outbox.c.seq, done.label("done")))

    def _prune_inbox(self, before: datetime) -> bool:
        # Ids of events grow with time: the oldest come first.
        mine, done = inbox.c.consumer == self._database.service, inbox.c.received_at < before
        return self._remove(inbox.c.event_id, select(inbox.c.event_id, done.label("done")).where(mine))

    def _read_by_all(self) -> int:
        """Without readers everything is kept: who reads is not known."""
        positions = []
        for name, database in self._readers.items():
            with database.read() as session:
                positions.append(cursor_of(session, name, self._database.service))
        return min(positions, default=0)

    def _remove(self, key: Column[Any], rows: Select[Any]) -> bool:
        """Of the first rows by key those that are done: a look costs the same however many are kept."""
        first = rows.order_by(key).limit(BATCH).subquery()
        done = select(first.c[key.name]).where(first.c.done)
        with self._database.read() as session:  # most looks find nothing: those take no write lock
            if session.execute(done.limit(1)).first() is None:
                return False
        with self._database.write() as session:
            removed = session.execute(delete(key.table).where(key.in_(done)).returning(key)).all()
        return len(removed) == BATCH

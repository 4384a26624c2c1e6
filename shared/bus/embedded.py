"""Consuming without a broker: each consumer reads the other services' outboxes by cursor."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import structlog
from sqlalchemy import Row, bindparam, select

from shared.bus.delivery import Consumer, deliver
from shared.bus.envelope import stamp
from shared.bus.faults import Unavailable, unavailable_when_failing
from shared.bus.inbox import Position, cursor_of
from shared.bus.tables import outbox
from shared.storage.database import Database

BATCH = 200
_SLOW_POLL = 1.0

_log = structlog.get_logger(__name__)

_NEXT = (
    select(outbox.c.seq, outbox.c.type, outbox.c.envelope, outbox.c.key_version)
    .where(outbox.c.seq > bindparam("after"))
    .order_by(outbox.c.seq)
    .limit(BATCH)
)


class CursorConsumer:
    """One consumer with the databases of the services that it listens to, by service name.

    They must be SQLite: only there is the order of `seq` the order of the commits.
    """

    def __init__(self, consumer: Consumer, sources: Mapping[str, Database]) -> None:
        on_server = sorted(name for name, database in sources.items() if not database.is_sqlite)
        if on_server:
            raise ValueError(f"not on SQLite, which a cursor needs: {', '.join(on_server)}")
        self._consumer = consumer
        self._sources = dict(sources)
        self._proven: set[str] = set()
        self._wake = threading.Event()
        for database in self._sources.values():
            database.on_commit(self._wake.set)

    def run(self, stop: threading.Event) -> None:
        """Deliver events as they are committed until `stop` is set. A database that is down is waited out."""
        while not stop.is_set():
            self._wake.clear()
            try:
                self.pump(stop)
            except Unavailable as error:
                _log.warning("consumer_interrupted", consumer=self._consumer.name, reason=str(error))
            self._wake.wait(_SLOW_POLL)

    def pump(self, stop: threading.Event | None = None) -> int:
        """Deliver everything that there is now, source by source; returns how many events were read.

        Ends early when `stop` is set. Raises `Unavailable`.
        """
        total = 0
        while read := sum(self._pump_source(name, stop or threading.Event()) for name in self._sources):
            total += read
        return total

    def _pump_source(self, source: str, stop: threading.Event) -> int:
        with unavailable_when_failing():
            rows = self._next(source)
        for number, row in enumerate(rows, 1):
            if stop.is_set():
                return number - 1
            # Of events without a handler only the batch's last is delivered: it moves the cursor for all.
            if number == len(rows) or not self._consumer.ignores(row.type):
                self._deliver(source, row)
        return len(rows)

    def _next(self, source: str) -> list[Row[Any]]:
        with self._consumer.database.read() as session:
            after = cursor_of(session, self._consumer.name, source)
        with self._sources[source].read() as session:
            return list(session.execute(_NEXT, {"after": after}))

    def _deliver(self, source: str, row: Row[Any]) -> None:
        # The first event after a start may be the one that ended the process before.
        suspect = source not in self._proven
        try:
            deliver(
                self._consumer,
                stamp(row.envelope, row.key_version),
                position=Position(source, row.seq),
                suspect=suspect,
            )
        finally:
            self._proven.add(source)

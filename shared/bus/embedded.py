"""Consuming without a broker: each consumer reads the other services' outboxes by cursor."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy import Row, bindparam, select

from shared.bus.batching import BATCH, deliver_together, first_batch
from shared.bus.delivery import Consumer, deliver, pass_over
from shared.bus.envelope import stamp
from shared.bus.faults import Unavailable, unavailable_when_failing
from shared.bus.inbox import Position, cursor_of
from shared.bus.tables import outbox
from shared.storage.database import Database

READ = 2 * BATCH
_SLOW_POLL = 1.0

_log = structlog.get_logger(__name__)

_NEXT = (
    select(outbox.c.seq, outbox.c.type, outbox.c.envelope, outbox.c.key_version, outbox.c.recipient)
    .where(outbox.c.seq > bindparam("after"))
    .order_by(outbox.c.seq)
    .limit(READ)
)


class CursorConsumer:
    """One consumer with the databases of the services that it listens to, by service name.

    They must be SQLite: only there is the order of `seq` the order of the commits. `poll`: seconds between
    two looks for what another process has committed; a commit of this one is heard of at once.
    """

    def __init__(
        self, consumer: Consumer, sources: Mapping[str, Database], *, poll: float = _SLOW_POLL
    ) -> None:
        on_server = sorted(name for name, database in sources.items() if not database.is_sqlite)
        if on_server:
            raise ValueError(f"not on SQLite, which a cursor needs: {', '.join(on_server)}")
        self._consumer = consumer
        self._sources = dict(sources)
        self._done: dict[str, int] = {}  # events delivered since the start, by source
        self._poll, self._wake = poll, threading.Event()
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
            self._wake.wait(self._poll)

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
        ahead = [row for row in rows if self._concerns(row)]
        while ahead:
            if stop.is_set():
                return 0
            count = self._together(source, ahead)
            self._deliver(source, ahead[:count])
            ahead = ahead[count:]
        if rows and not self._concerns(rows[-1]):
            # Of events that are not for it only the last is noted: that moves the cursor over all of them.
            with unavailable_when_failing():
                pass_over(self._consumer, Position(source, rows[-1].seq))
        return len(rows)

    def _concerns(self, row: Row[Any]) -> bool:
        return row.recipient in (None, self._consumer.name) and not self._consumer.ignores(row.type)

    def _together(self, source: str, rows: Sequence[Row[Any]]) -> int:
        # Who ended the process before is among the first after a start: alone it is found out.
        if self._done.get(source, 0) < BATCH:
            return 1
        return first_batch(self._consumer, ((row.type, len(row.envelope)) for row in rows))

    def _next(self, source: str) -> list[Row[Any]]:
        with self._consumer.database.read() as session:
            after = cursor_of(session, self._consumer.name, source)
        with self._sources[source].read() as session:
            return list(session.execute(_NEXT, {"after": after}))

    def _deliver(self, source: str, rows: Sequence[Row[Any]]) -> None:
        done = self._done.get(source, 0)
        self._done[source] = done + len(rows)
        raws = [stamp(row.envelope, row.key_version) for row in rows]
        if len(rows) > 1 and deliver_together(self._consumer, raws, position=Position(source, rows[-1].seq)):
            return
        for row, raw in zip(rows, raws, strict=True):
            deliver(self._consumer, raw, position=Position(source, row.seq), suspect=done == 0)

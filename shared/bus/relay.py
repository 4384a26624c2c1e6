"""The relay: carries one service's committed events from its outbox to the broker, in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    any_,
    bindparam,
    create_engine,
    func,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from shared.bus.envelope import stamp
from shared.bus.faults import BrokerDown, describe
from shared.bus.publisher import Parcel, Publisher, Receipt
from shared.bus.tables import outbox
from shared.bus.topology import Topology, declare
from shared.storage.database import Database
from shared.watching import SILENT, Watch

RELAY_LOCK = (
    0x6469656D63617500  # "diemcau" in bytes; advisory locks count per database, and each service has its own
)
_LOCK_POLL = 0.5
_POLL, _IDLE_POLL = 0.02, 0.25
_RETRY, _LONGEST_RETRY = 0.2, 10.0
_STRETCH = 16

_log = structlog.get_logger(__name__)

_SEQS = bindparam("seqs", type_=ARRAY(BigInteger))
_UNPUBLISHED = (
    select(
        outbox.c.seq,
        outbox.c.id,
        outbox.c.type,
        outbox.c.ordering_key,
        outbox.c.key_version,
        outbox.c.envelope,
        outbox.c.recipient,
    )
    .where(outbox.c.published_at.is_(None), outbox.c.seq > bindparam("after"))
    .order_by(outbox.c.seq)
    .limit(bindparam("window"))
)
_MARK = update(outbox).where(outbox.c.seq == any_(_SEQS)).values(published_at=func.now())
_NOTE = (
    update(outbox)
    .where(outbox.c.seq == any_(_SEQS))
    .values(attempts=outbox.c.attempts + 1, last_error=bindparam("reason"))
)


class Relay:
    """One service's relay. Of several with the same database one works and the others wait for its lock.

    `window` events are in flight at most; `patience`: see `Publisher`; `watch` is told what became of them.
    """

    def __init__(
        self,
        database: Database,
        amqp_url: str,
        topology: Topology,
        *,
        window: int = 1_000,
        patience: float = 10.0,
        watch: Watch = SILENT,
    ) -> None:
        if database.is_sqlite:
            raise ValueError("a relay needs PostgreSQL; on SQLite consumers read the outbox themselves")
        self._service = database.service
        # A pooled connection would give the lock back to the pool, and take one from the handlers.
        self._engine = create_engine(database.engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._amqp_url = amqp_url
        self._topology = topology
        self._window = window
        self._patience = patience
        self._watch = watch
        self._failures = 0
        self._active_at = 0.0
        self._wake = threading.Event()
        database.on_commit(self._wake.set)

    def run(self, stop: threading.Event) -> None:
        """Publish until `stop` is set. Loss of the database or of the broker is waited out."""
        while not stop.is_set():
            try:
                with self._locked(stop) as connection:
                    if connection is not None:
                        self._relay(connection, stop)
            except (SQLAlchemyError, BrokerDown) as error:
                _log.warning("relay_interrupted", service=self._service, reason=describe(error))
                self._pause(stop)

    @contextmanager
    def _locked(self, stop: threading.Event) -> Iterator[Connection | None]:
        """The connection that holds the lock and does all reading and marking: it dies, the lock goes."""
        with self._engine.connect() as connection:
            lock = select(func.pg_try_advisory_lock(RELAY_LOCK))
            while not connection.execute(lock).scalar_one():
                if stop.wait(_LOCK_POLL):
                    yield None
                    return
            try:
                yield connection
            finally:
                connection.invalidate()

    def _relay(self, connection: Connection, stop: threading.Event) -> None:
        declare(self._amqp_url, self._topology)
        exchange = self._topology.exchange
        with Publisher(self._amqp_url, exchange, patience=self._patience) as publisher:
            while not stop.is_set():
                self._wake.clear()
                parcels = self._unpublished(connection, after=0)
                if parcels:
                    self._active_at = time.monotonic()
                    self._record(connection, self._publish(connection, publisher, parcels))
                else:
                    self._wake.wait(self._poll_pause())

    def _publish(self, connection: Connection, publisher: Publisher, parcels: list[Parcel]) -> Receipt:
        """Publish a stretch of the backlog; the database works while the broker does.

        Returns the last receipt, which is still to be recorded. Reading onwards is safe within a key, whose
        later events have higher numbers; stretches end so that the numbers of late commits get their turn.
        """
        receipt = Receipt()
        for _ in range(_STRETCH):
            publisher.send(parcels)
            self._mark(connection, receipt)
            following = self._unpublished(connection, after=parcels[-1].seq)
            receipt = publisher.receipt()
            if receipt.refused or receipt.lost or len(following) < self._window:
                break
            parcels = following
        return receipt

    def _unpublished(self, connection: Connection, *, after: int) -> list[Parcel]:
        rows = connection.execute(_UNPUBLISHED, {"after": after, "window": self._window})
        return [
            Parcel(seq, str(event_id), event_type, key, stamp(envelope, version), self._queue(to))
            for seq, event_id, event_type, key, version, envelope, to in rows
        ]

    def _queue(self, recipient: str | None) -> str | None:
        return None if recipient is None else self._topology.queue(recipient)

    def _record(self, connection: Connection, receipt: Receipt) -> None:
        self._mark(connection, receipt)
        for reason in sorted(set(receipt.refused.values())):
            seqs = [seq for seq, given in receipt.refused.items() if given == reason]
            connection.execute(_NOTE, {"seqs": seqs, "reason": reason})
            self._watch.relayed(0, len(seqs))
        if receipt.lost:
            raise BrokerDown(receipt.lost)
        if receipt.refused:
            # A channel that was told no may hear no for ever, also when there is room again: take another.
            raise BrokerDown(f"{len(receipt.refused)} events refused")

    def _mark(self, connection: Connection, receipt: Receipt) -> None:
        if receipt.confirmed:
            connection.execute(_MARK, {"seqs": receipt.confirmed})
            self._watch.relayed(len(receipt.confirmed), 0)
            self._failures = 0

    def _poll_pause(self) -> float:
        """20 ms after the last event, growing with the silence to 250 ms after five seconds."""
        silence = time.monotonic() - self._active_at
        return min(max(silence / 20, _POLL), _IDLE_POLL)

    def _pause(self, stop: threading.Event) -> None:
        stop.wait(min(_RETRY * 2**self._failures, _LONGEST_RETRY))
        self._failures = min(self._failures + 1, 10)
